import { passwords } from './besieged-house.ts';
import { attack, firstOf, type Attack } from './attack.ts';

const me = '/api/v1/access';
const visits = '/api/v1/visits';

/** What is said of a request that should not have been answered. */
function gotIn({ status }: { readonly status: number }, what: string): string | undefined {
  return status === 200 ? `${what} is answered` : undefined;
}

/** Cookies, passwords and who may do what. */
export const attacksOnSessions: readonly Attack[] = [
  attack('fixation: a cookie that the attacker has chosen becomes a session at the log-in', async (house) => {
    const chosen = '__Host-doorward=chosen-by-the-attacker-0123456789abcdefghijk';
    const cookie = await house.logIn('Bob', { headers: { cookie: chosen, origin: `https://localhost:${house.port}` } });
    if (cookie.includes('chosen')) return 'the log-in keeps the cookie';
    return gotIn(await house.ask(visits, { headers: { cookie: chosen } }), 'the chosen cookie');
  }),
  attack('replay: the cookie of somebody who has logged out', async (house) => {
    const cookie = await house.logIn('Bob');
    await house.as('Bob', `${me}/log-out`, { method: 'POST' });
    await house.logIn('Bob');
    return gotIn(await house.ask(visits, { headers: { cookie } }), 'a session that was ended');
  }),
  attack('replay: a stolen cookie after the password was changed', async (house) => {
    const stolen = await house.logIn('Vera');
    await house.logIn('Vera');
    const next = `${passwords.Vera}, later`;
    const changed = await house.as('Vera', `${me}/password`, {
      method: 'PUT',
      json: { current: passwords.Vera, next },
    });
    const back = await house.as('Vera', `${me}/password`, {
      method: 'PUT',
      json: { current: next, next: passwords.Vera },
    });
    if (changed.status !== 200 || back.status !== 200) return `the password could not be changed: ${changed.text}`;
    return gotIn(await house.ask(visits, { headers: { cookie: stolen } }), 'a session from before the change');
  }),
  attack('a cookie of TLS is shown in the clear', async (house) =>
    gotIn(
      await house.ask(visits, { isPlain: true, headers: { cookie: house.cookies.get('Ada') ?? '' } }),
      'a cookie that anybody on the way could have read',
    ),
  ),
  attack('a viewer makes itself an administrator, invites, and makes tokens', async (house) => {
    const users = JSON.parse((await house.as('Ada', `${me}/users`)).text) as { users: { id: string; name: string }[] };
    const vera = users.users.find(({ name }) => name === 'Vera')?.id ?? '';
    return firstOf(
      [
        [`${me}/users/${vera}`, 'PATCH', { role: 'administrator' }],
        [`${me}/invitations`, 'POST', { role: 'administrator' }],
        [`${me}/tokens`, 'POST', { name: 'mine', scopes: ['everything'], expiresInDays: 9 }],
        ['/api/v1/settings', 'PATCH', { 'web.loopback': 'open' }],
        ['/api/v1/trigger', 'POST', {}],
      ] as const,
      async ([path, method, json]) => {
        const { status } = await house.as('Vera', path, { method, json });
        return status < 400 ? `${method} ${path} is done for a viewer` : undefined;
      },
    );
  }),
  attack('a member opens what is the administrator’s', (house) =>
    firstOf(['/api/v1/settings', `${me}/users`, `${me}/tokens`, '/metrics'], async (path) =>
      gotIn(await house.as('Bob', path), `${path} for a member`),
    ),
  ),
  attack('a token reaches further than its scopes', async (house) => {
    const made = await house.as('Ada', `${me}/tokens`, {
      json: { name: 'porch camera', scopes: ['push-pictures'], expiresInDays: 1 },
    });
    const { token } = JSON.parse(made.text) as { token: string };
    house.secrets.push(token);
    const paths = [visits, '/api/v1/people', '/api/v1/settings', '/metrics', `${me}/users`, '/api/v1/snapshot.jpg'];
    return firstOf(paths, async (path) =>
      gotIn(await house.ask(path, { headers: { authorization: `Bearer ${token}` } }), path),
    );
  }),
  attack('what a removed user leaves behind: session, token, stream', async (house) => {
    const invited = JSON.parse(
      (await house.as('Ada', `${me}/invitations`, { json: { role: 'administrator' } })).text,
    ) as { secret: string };
    const json = { secret: invited.secret, name: 'Mallory', password: 'Mallory has 9 keys' };
    const accepted = await house.ask(`${me}/invitations/accept`, { json });
    const cookie = [accepted.headers['set-cookie'] ?? []].flat().map((one) => one.split(';', 1)[0]).join('; '); // prettier-ignore
    const headers = { cookie, origin: `https://localhost:${house.port}` };
    const made = await house.ask(`${me}/tokens`, {
      headers,
      json: { name: 'kept', scopes: ['everything'], expiresInDays: 300 },
    });
    const { token } = JSON.parse(made.text) as { token: string };
    const stream = house.ask('/api/v1/events', { headers });
    const { users } = JSON.parse((await house.as('Ada', `${me}/users`)).text) as {
      users: { id: string; name: string }[];
    };
    const mallory = users.find(({ name }) => name === 'Mallory')?.id ?? '';
    const removed = await house.as('Ada', `${me}/users/${mallory}`, { method: 'DELETE' });
    if (removed.status !== 204) return `Mallory cannot be removed: ${removed.status} ${removed.text}`;
    const again = await house.ask(`${me}/invitations/accept`, { json: { ...json, name: 'Mallory again' } });
    return (
      gotIn(await house.ask(visits, { headers }), 'the session') ??
      gotIn(await house.ask(visits, { headers: { authorization: `Bearer ${token}` } }), 'the token') ??
      (again.status < 400 ? 'the invitation works twice' : undefined) ??
      ((await stream).tookMs > 10_000 ? 'the stream went on for more than ten seconds' : undefined)
    );
  }),
  attack('the last administrator is talked out of the house', async (house) => {
    const { users } = JSON.parse((await house.as('Ada', `${me}/users`)).text) as {
      users: { id: string; name: string }[];
    };
    const ada = users.find(({ name }) => name === 'Ada')?.id ?? '';
    const lowered = await house.as('Ada', `${me}/users/${ada}`, { method: 'PATCH', json: { role: 'viewer' } });
    const removed = await house.as('Ada', `${me}/users/${ada}`, { method: 'DELETE' });
    return [lowered, removed].some(({ status }) => status < 400) ? 'nobody is left who may let others in' : undefined;
  }),
  attack('a claimed house is claimed again', (house) =>
    firstOf(['0000-0000', 'AAAA-AAAA', ''], async (code) => {
      const { status } = await house.ask(`${me}/claim`, {
        json: { code, name: 'Mallory', password: 'Mallory has 9 keys' },
      });
      return status < 400 ? 'there is another administrator' : undefined;
    }),
  ),
];
