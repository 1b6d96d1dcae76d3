import type { HouseholdActs } from './household-acts.ts';

/** More than people ask for in a trial. */
const pathsMax = 2000;
const reads: readonly (string | undefined)[] = ['GET', 'HEAD', 'OPTIONS'];
/** What can explain that something of the household is not as it was. */
const ofHousehold = /\/(?:people|faces|visits|strangers|settings|users|reset)(?=\/|$)/;
/** Where a new person comes from, who has no id yet. */
const ofNewcomers = /\/(?:people|enrol)$/;

export interface AskedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly socket: { readonly remotePort?: number | undefined; readonly localPort?: number | undefined };
}

/**
 * What people have asked the door to do since a trial began. Chosen: the audit chain says what was done, and it counts where
 * the incumbent has seen somebody ask for it; rejected: the chain alone; why: the one on trial writes it.
 */
export class AskedActs {
  readonly #paths = new Set<string>();
  #isStranger: (request: AskedRequest) => boolean = () => true;
  /** Somebody may have asked for what this process has not seen. */
  #isBlind = false;

  begin(): void {
    this.#paths.clear();
    this.#isStranger = () => true;
    this.#isBlind = false;
  }

  /** From now on these alone are people. */
  expect(isStranger: (request: AskedRequest) => boolean): void {
    this.#isStranger = isStranger;
  }

  /** Callers are answered by another process, without a word to this one. */
  lookAway(): void {
    this.#isBlind = true;
  }

  note(request: AskedRequest): void {
    const { method, url = '' } = request;
    const path = url.replace(/\?.*$/s, '');
    if (reads.includes(method) || !ofHousehold.test(path) || this.#paths.has(path)) return;
    if (this.#paths.size >= pathsMax) this.#isBlind = true;
    else if (this.#isStranger(request)) this.#paths.add(path);
  }

  /** Of these acts, those that somebody asked for. */
  among(acts: HouseholdActs): HouseholdActs {
    return this.#isBlind ? acts : new Set([...acts].filter((act) => this.#isAsked(act)));
  }

  /** `remove person/ID`, `change-settings settings`: the id, or what bears none, stands in the address. */
  #isAsked(act: string): boolean {
    const [action, resource = ''] = act.split(' ', 2);
    const named = resource.split('/', 2).at(-1) ?? '';
    const paths = [...this.#paths];
    return paths.some((path) => path.split('/').includes(named) || (action === 'enrol' && ofNewcomers.test(path)));
  }
}
