import type { StoredUser } from '../store/access-records.ts';
import type { AccessParts } from './access-parts.ts';
import type { Origin } from './answers.ts';
import { networkOf } from '../system/peer.ts';
import { refusal, type Refusal } from './failure.ts';
import { HashLane } from './hash-lane.ts';
import { hashPassword, isKeptWithLess, isPassword, nobodysPassword, passwordCost, passwordSaltBytes } from './password.ts'; // prettier-ignore
import { stepOfCode } from './second-factor.ts';
import { keptSecret } from './secrets.ts';
import { Tries } from './tries.ts';

/** From so many wrong tries on, from wherever, a further one by an unknown device takes longer: up to five seconds. */
const calmTries = 20;
const pauseMsEach = 250;
const pauseMsMax = 5000;
/** Tries that take longer at the same time. */
const pausedMax = 50;
const busyRetryS = 1;

/** Whom a try counts against. */
export interface Tried {
  readonly whom: string;
  /** It has logged in as this user before: wrong tries of others do not hold it up. */
  readonly isKnown: boolean;
}

export interface PasswordCheck {
  /** Undefined: there is none of the name. */
  readonly user: StoredUser | undefined;
  readonly nameKey: string;
  readonly password: string;
  readonly secondFactor?: string | undefined;
  readonly tried: Tried;
}

/** Passwords and second factors are judged here: slowly, one at a time, and later the more often they are wrong. */
export class Passwords {
  readonly #parts: AccessParts;
  readonly #lane = new HashLane();
  readonly #tries: Tries;
  readonly #accounts: Tries;
  #paused = 0;

  constructor(parts: AccessParts) {
    this.#parts = parts;
    this.#tries = new Tries(parts.clock);
    this.#accounts = new Tries(parts.clock);
  }

  /** Whom a try from there counts against. */
  triedFrom({ address, device }: Origin, user?: Pick<StoredUser, 'id'>): Tried {
    const kept = device === undefined ? undefined : keptSecret(device);
    const isKnown = kept !== undefined && user !== undefined && this.#parts.store.read.isKnownDevice(kept, user.id);
    return isKnown ? { whom: `device ${kept}`, isKnown } : { whom: `network ${networkOf(address)}`, isKnown: false };
  }

  /** For secrets that nobody can guess and codes that somebody might: refuses when there were too many wrong ones. */
  async whileTried<Result>(tried: Tried, judge: () => Promise<Result | Refusal>): Promise<Result | Refusal> {
    const waitMs = this.#tries.waitMs(tried.whom);
    if (waitMs > 0) return refusal('too-many-tries', Math.ceil(waitMs / 1000));
    this.#tries.begin(tried.whom);
    const judged = await judge();
    if (!isWrong(judged)) this.#tries.takeBack(tried.whom);
    return judged;
  }

  /** `right`, and the password as it is kept now. */
  async check(asked: PasswordCheck): Promise<{ readonly outcome: 'right'; readonly kept: string } | Refusal> {
    return this.whileTried(asked.tried, async () => {
      if (asked.tried.isKnown) return this.#judge(asked);
      this.#accounts.begin(asked.nameKey);
      const paused = await this.#pause(asked.nameKey);
      const judged = paused ?? (await this.#judge(asked));
      if (!isWrong(judged)) this.#accounts.takeBack(asked.nameKey);
      return judged;
    });
  }

  /** Undefined when too many wait. */
  hash(password: string, { isKnown }: Pick<Tried, 'isKnown'>): Promise<string | undefined> {
    const salt = this.#parts.random.secret(passwordSaltBytes);
    return this.#lane.run(isKnown, () => hashPassword(password, salt, this.#cost));
  }

  async #judge({
    user,
    password,
    secondFactor,
    tried,
  }: PasswordCheck): Promise<{ readonly outcome: 'right'; readonly kept: string } | Refusal> {
    const kept = user?.password ?? nobodysPassword(this.#cost);
    const isRight = await this.#lane.run(tried.isKnown, () => isPassword(password, kept));
    if (isRight === undefined) return refusal('busy', busyRetryS);
    if (!isRight || user === undefined) return refusal('wrong-credentials');
    const factor = await this.#judgeFactor(user, secondFactor);
    if (factor !== undefined) return factor;
    return { outcome: 'right', kept: isKeptWithLess(kept, this.#cost) ? await this.#rehash(user, password) : kept };
  }

  async #judgeFactor(user: StoredUser, code: string | undefined): Promise<Refusal | undefined> {
    if (user.secondFactor === undefined) return undefined;
    if (code === undefined || code === '') return refusal('second-factor-needed');
    const step = stepOfCode(user.secondFactor, code, this.#parts.clock.wallMs());
    if (step === undefined) return refusal('wrong-second-factor');
    const isNew = await this.#parts.store.write('useSecondFactorStep', { userId: user.id, step });
    return isNew ? undefined : refusal('wrong-second-factor');
  }

  /** The parameters have risen since. */
  async #rehash({ id: userId, password: before }: StoredUser, password: string): Promise<string> {
    const after = await this.hash(password, { isKnown: true });
    if (after === undefined) return before; // The next log-in does it.
    await this.#parts.store.write('rehashPassword', { userId, before, password: after });
    return after;
  }

  /** Longer for everybody who is not known here, whether or not the account exists. Nobody is turned away for good. */
  async #pause(nameKey: string): Promise<Refusal | undefined> {
    const surplus = this.#accounts.wrong(nameKey) - calmTries;
    if (surplus <= 0) return undefined;
    if (this.#paused >= pausedMax) return refusal('busy', busyRetryS);
    this.#paused += 1;
    await this.#parts.clock.sleep(Math.min(pauseMsMax, surplus * pauseMsEach));
    this.#paused -= 1;
    return undefined;
  }

  get #cost(): typeof passwordCost {
    return this.#parts.cost ?? passwordCost;
  }
}

const wrong: readonly string[] = ['wrong-code', 'wrong-credentials', 'wrong-second-factor', 'wrong-recovery-code'];

function isWrong(judged: unknown): boolean {
  return (
    typeof judged === 'object' &&
    judged !== null &&
    'failure' in judged &&
    typeof judged.failure === 'string' &&
    wrong.includes(judged.failure)
  );
}
