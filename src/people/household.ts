import {
  refusal, type CorrectRequest, type CorrectResult, type DoneResult, type EnrolRequest, type EnrolResult,
  type FaceRequest, type ForgetVisitRequest, type MergeRequest, type NameStrangerRequest, type NameStrangerResult,
  type PersonRequest, type PersonResult, type Refusal, type RemoveResult, type RenameRequest, type RulesRequest,
} from './acts.ts'; // prettier-ignore
import { correctVisit, nameStranger } from './correct.ts';
import { enrol } from './enrol.ts';
import { forgetVisit, removeFace, removePerson } from './forget.ts';
import type { HouseholdParts } from './household-parts.ts';
import { merge, rename, setRules, unmerge } from './roster.ts';
import { storageRefusal } from './storage-refusal.ts';
import { sweepOrphans } from './sweep-orphans.ts';

/** Acts that wait for their turn; more are refused as busy. */
const actsWaitingMax = 32;

/** An act for the audit chain: what it is called, who does it, and to what. */
interface Act {
  readonly action: string;
  readonly actor: string;
  /** By id, never by name. */
  readonly resource: string;
}

/**
 * Everything one can do with the people of the house. Acts run one after another, so that two of them never see half
 * of each other; each is refused with its reason or done and durable, and is written into the audit chain.
 */
export class Household {
  readonly #parts: HouseholdParts;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(parts: HouseholdParts) {
    this.#parts = parts;
  }

  /** Teaches a person, new or known, from files, the live camera or a past visit. */
  enrol(request: EnrolRequest): Promise<EnrolResult> {
    const resource = 'personId' in request.who ? person(request.who.personId) : 'person/new';
    return this.#act<EnrolResult>({ ...request, action: 'enrol', resource }, () => enrol(this.#parts, request));
  }

  rename(request: RenameRequest): Promise<PersonResult> {
    const act = { ...request, action: 'rename', resource: person(request.personId) };
    return this.#act<PersonResult>(act, () => rename(this.#parts, request));
  }

  setRules(request: RulesRequest): Promise<PersonResult> {
    const act = { ...request, action: 'set-rules', resource: person(request.personId) };
    return this.#act<PersonResult>(act, () => setRules(this.#parts, request));
  }

  /** Resolves with the person who stays. */
  merge(request: MergeRequest): Promise<PersonResult> {
    const act = { ...request, action: 'merge', resource: person(request.personId) };
    return this.#act<PersonResult>(act, () => merge(this.#parts, request));
  }

  unmerge(request: PersonRequest): Promise<PersonResult> {
    const act = { ...request, action: 'unmerge', resource: person(request.personId) };
    return this.#act<PersonResult>(act, () => unmerge(this.#parts, request));
  }

  /** Removes a person, everybody merged into it, and all that came from them; the certificate says what. */
  remove(request: PersonRequest): Promise<RemoveResult> {
    const act = { ...request, action: 'remove', resource: person(request.personId) };
    return this.#act<RemoveResult>(act, () => removePerson(this.#parts, request));
  }

  removeFace(request: FaceRequest): Promise<DoneResult> {
    const act = { ...request, action: 'remove-face', resource: `face/${request.faceId}` };
    return this.#act<DoneResult>(act, () => removeFace(this.#parts, request));
  }

  /** "This was Ada", or "this was not the one you named". */
  correctVisit(request: CorrectRequest): Promise<CorrectResult> {
    const act = { ...request, action: 'correct-visit', resource: `visit/${request.visitId}` };
    return this.#act<CorrectResult>(act, () => correctVisit(this.#parts, request));
  }

  nameStranger(request: NameStrangerRequest): Promise<NameStrangerResult> {
    const act = { ...request, action: 'name-stranger', resource: `stranger/${request.strangerId}` };
    return this.#act<NameStrangerResult>(act, () => nameStranger(this.#parts, request));
  }

  forgetVisit(request: ForgetVisitRequest): Promise<DoneResult> {
    const act = { ...request, action: 'forget-visit', resource: `visit/${request.visitId}` };
    return this.#act<DoneResult>(act, () => forgetVisit(this.#parts, request));
  }

  /** Removes files that a power cut left without their rows. For the start, before the bell takes triggers. */
  sweep(): Promise<{ readonly removed: number; readonly left: number }> {
    return this.#inTurn(() => sweepOrphans(this.#parts));
  }

  /** Resolves when no act is under way or waiting. */
  async idle(): Promise<void> {
    while (this.#waiting > 0) await this.#last;
  }

  /** Does something between two acts; none begins before it is done. */
  whenIdle<Result>(work: () => Result): Promise<Result> {
    return this.#inTurn(() => Promise.resolve(work()));
  }

  async #act<Result extends { readonly outcome: string }>(
    act: Act,
    work: () => Promise<Result>,
  ): Promise<Result | Refusal> {
    if (this.#waiting >= actsWaitingMax)
      return refusal(
        'busy',
        `cannot ${act.action} now: ${this.#waiting} other acts are waiting: try again in a moment`,
      );
    return this.#inTurn(async () => {
      const result = await this.#attempt(act, work);
      await this.#record(act, result);
      return result;
    });
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#waiting += 1;
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined); // The caller gets the failure; the next act must not.
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** A disk or database that fails in the middle refuses the act; the gallery is read again, for what was done. */
  async #attempt<Result>({ action }: Act, work: () => Promise<Result>): Promise<Result | Refusal> {
    try {
      return await work();
    } catch (error) {
      const refused = storageRefusal(error);
      const { events, log, gallery } = this.#parts;
      log.error('cannot change the household', { action, error });
      const data = { errorType: 'storage', severity: 'high' } as const;
      events.emit({ type: 'COMPONENT_ERROR', status: 'failure', component: 'people', data });
      gallery.refresh();
      return refused;
    }
  }

  async #record(act: Act, result: object): Promise<void> {
    const { events, chronicle, log } = this.#parts;
    const { action, actor } = act;
    const refused = 'reason' in result && typeof result.reason === 'string' ? result.reason : undefined;
    const resource = resourceOf(act, result);
    if (refused === undefined)
      events.emit({
        type: 'CONFIGURATION_CHANGED',
        status: 'success',
        component: 'people',
        data: { action, resource },
      });
    try {
      await chronicle.record({
        event_type: 'data_modification',
        actor,
        action,
        resource,
        result: refused === undefined ? 'success' : 'failure',
        ...(refused === undefined ? certificateOf(result) : { data: { reason: refused } }),
      });
    } catch (error) {
      log.error('cannot write an act on the household into the audit chain', { action, resource, error });
    }
  }
}

function person(personId: string): string {
  return `person/${personId}`;
}

/** A new person has an id only when the act is over. */
function resourceOf({ action, resource }: Act, result: object): string {
  if (action !== 'enrol' || !('person' in result)) return resource;
  const { person: enrolled } = result;
  const hasId = typeof enrolled === 'object' && enrolled !== null && 'id' in enrolled;
  return hasId && typeof enrolled.id === 'string' ? person(enrolled.id) : resource;
}

function certificateOf(result: object): { data?: { certificate: string } } {
  if (!('certificate' in result)) return {};
  const { certificate } = result;
  const isSealed = typeof certificate === 'object' && certificate !== null && 'sha256' in certificate;
  return isSealed && typeof certificate.sha256 === 'string' ? { data: { certificate: certificate.sha256 } } : {};
}
