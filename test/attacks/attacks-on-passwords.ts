import { readdirSync, readFileSync } from 'node:fs';
import { passwords, type BesiegedHouse } from './besieged-house.ts';
import { attack, type Attack } from './attack.ts';

const logIn = '/api/v1/access/log-in';
/** More than anybody mistypes. */
const guesses = 30;
/** As many as are free from one network. */
const timedTries = 4;
/** Of medians: what a difference between the two kinds of answer would show. */
const tellingTimes = 2;

function guess(house: BesiegedHouse, name: string, from: string): ReturnType<BesiegedHouse['ask']> {
  return house.ask(logIn, { json: { name, password: 'a password of somebody' }, from });
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Every text in which a secret could stand: the log, both outputs, the command lines of all processes. */
function readable({ appliance }: BesiegedHouse): string {
  const lines = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      } catch {
        return ''; // It has ended.
      }
    });
  return [appliance.process.out, appliance.process.err, ...lines].join('\n');
}

/** Guessing, and finding what was written down. */
export const attacksOnPasswords: readonly Attack[] = [
  attack('guessing: as many passwords as one likes from one address', async (house) => {
    const statuses: number[] = [];
    for (let tried = 0; tried < guesses; tried += 1) statuses.push((await guess(house, 'Ada', '127.7.1.9')).status);
    return statuses.at(-1) === 429 ? undefined : `guess ${guesses} was judged: ${statuses.join(' ')}`;
  }),
  attack('locking out: wrong passwords from everywhere keep the owner out, who is known here', async (house) => {
    for (let network = 1; network <= guesses; network += 1) await guess(house, 'Ada', `127.8.${network}.9`);
    const cookie = house.cookies.get('Ada') ?? '';
    const headers = { cookie, origin: `https://localhost:${house.port}` };
    const { status, tookMs } = await house.ask(logIn, { headers, json: { name: 'Ada', password: passwords.Ada } });
    return status === 200 && tookMs < 10_000 ? undefined : `the owner is answered ${status} after ${Math.round(tookMs)} ms`; // prettier-ignore
  }),
  attack(
    'asking who lives here: a wrong name is answered otherwise, or sooner, than a wrong password',
    async (house) => {
      const tries = { known: [] as number[], unknown: [] as number[] };
      const answers = new Set<string>();
      for (let turn = 0; turn < timedTries; turn += 1)
      for (const [kind, name, network] of [['known', 'Bob', 21], ['unknown', 'Rob', 22]] as const) {
        const { status, text, tookMs } = await guess(house, name, `127.9.${network}.9`);
        tries[kind].push(tookMs);
        answers.add(`${status} ${text.replace(/"requestId":"[^"]*"/, '')}`);
      } // prettier-ignore
      if (answers.size > 1) return `the answers differ: ${[...answers].join(' / ')}`;
      const [known, unknown] = [medianOf(tries.known), medianOf(tries.unknown)];
      const times = Math.max(known / unknown, unknown / known);
      return times > tellingTimes ? `${Math.round(known)} ms for a known name, ${Math.round(unknown)} ms for another` : undefined; // prettier-ignore
    },
  ),
  attack('passwords that are no passwords: none, a number, a list, an object, a megabyte', async (house) => {
    for (const password of ['', 0, null, ['Ada'], { $ne: '' }, 'x'.repeat(1_000_000)]) {
      const { status } = await house.ask(logIn, { json: { name: 'Ada', password }, from: '127.7.3.9' });
      if (status < 400 || status >= 500) return `${JSON.stringify(password).slice(0, 40)} is answered ${status}`;
    }
    return undefined;
  }),
  attack('reading along: secrets in the log, on the outputs, in the list of processes', async (house) => {
    const text = readable(house);
    if (!text.includes('request answered')) return 'there is no log to be read: nothing is shown';
    const found = house.secrets.filter((secret) => text.includes(secret));
    return found.length === 0 ? undefined : `${found.length} of ${house.secrets.length} secrets can be read`;
  }),
  attack('cookies that scripts, other sites or plain pages may have', async (house) => {
    const entered = await house.ask(logIn, { json: { name: 'Bob', password: passwords.Bob } });
    const given = [entered.headers['set-cookie'] ?? []].flat();
    house.keep('Bob', entered);
    const lax = given.filter((one) => !['Secure', 'HttpOnly', 'SameSite=', 'Path=/'].every((word) => one.includes(word)) || !one.startsWith('__Host-')); // prettier-ignore
    return given.length > 0 && lax.length === 0
      ? undefined
      : `a cookie is given away: ${lax.length} of ${given.length}`;
  }),
];
