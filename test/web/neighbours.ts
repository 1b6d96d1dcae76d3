import { refusal, type Refusal } from '../../src/people/acts.ts';
import type {
  CorrectRequest, CorrectResult, DoneResult, EnrolRequest, EnrolResult, FaceRequest, ForgetVisitRequest, MergeRequest,
  NameStrangerRequest, NameStrangerResult, PersonRequest, PersonResult, RemoveResult, RenameRequest, RulesRequest, Who,
} from '../../src/people/acts.ts'; // prettier-ignore
import type { FaceMatch } from '../../src/people/face-match.ts';
import type { Notification, Person, StoredFace, Stranger, Trigger, Visit } from '../../src/store/records.ts';
import type { StoreCounts, VisitQuery } from '../../src/store/store.ts';
import type { SelfTestReport } from '../../src/visit/self-test/report.ts';
import type { ExplainedSetting, WebParts } from '../../src/web/parts.ts';

type Read = WebParts['read'];
type HouseholdActs = WebParts['household'];
type Book = WebParts['settingsBook'];

const quality = { widthPx: 90, sharpness: 120, yawDeg: -4, pitchDeg: 2, rollDeg: 1, light: 120, contrast: 40 };
export const monday = Date.UTC(2026, 4, 4, 9, 30);

export function personOf(id: string, name: string, more: Partial<Person> = {}): Person {
  return { id, name, standing: 'household', notify: 'default', createdMs: monday, mergedInto: undefined, ...more };
}

export function faceOf(id: string, personId: string, picture = `people/${id}.jpg`): StoredFace {
  const landmarks = new Float32Array(136);
  return {
    id,
    kind: 'reference',
    source: 'file',
    personId,
    visitId: undefined,
    picture,
    landmarks,
    quality,
    createdMs: monday,
  };
}

export function visitOf(id: string, more: Partial<Visit> = {}): Visit {
  return {
    id,
    phase: 'decided',
    source: 'button',
    startedMs: monday,
    frames: [`visits/${id}/frame-0.jpg`],
    picture: `visits/${id}/frame-0.jpg`,
    thumbnail: `visits/${id}/thumbnail.jpg`,
    outcome: 'known',
    personId: 'ada',
    personName: 'Ada',
    strangerId: undefined,
    reason: 'Ada: distance 0.31 (0.50 allowed), 0.30 nearer than Grace, 4 of 5 frames agree',
    decision: {
      recogniser: 'test',
      candidates: [
        { personId: 'ada', name: 'Ada', distance: 0.31, frames: 4 },
        { personId: 'grace', name: 'Grace', distance: 0.61, frames: 0 },
      ],
      thresholds: { known: 0.5, probably: 0.56, margin: 0.06, faceWidthPxMin: 48 },
      quality,
      framesSeen: 5,
      framesWithFace: 5,
      framesUsable: 5,
      agreement: 0.8,
    },
    trace: { stored: 8, rung: 12, firstFrame: 20, detected: 190, named: 640, notified: 700 },
    ...more,
  };
}

/** People and visits in memory, answering as the real household and store do: for tests of what stands before them. */
export class Neighbours implements Read, HouseholdActs, Book {
  folk: Person[] = [personOf('ada', 'Ada'), personOf('grace', 'Grace', { standing: 'watched' })];
  faces: StoredFace[] = [faceOf('face-1', 'ada')];
  past: Visit[] = [visitOf('visit-1')];
  unnamed: Stranger[] = [
    {
      id: 'stranger-1',
      createdMs: monday,
      personId: undefined,
      visits: 3,
      lastSeenMs: monday,
      thumbnail: 'visits/visit-1/thumbnail.jpg',
    },
  ];
  triggers: Trigger[] = [];
  notifications: Notification[] = [];
  settings: ExplainedSetting[] = [
    {
      key: 'camera.source',
      value: 'rtsp://ada:hush@door.local/1',
      origin: 'device',
      description: 'Where from',
      isSecret: false,
    },
    { key: 'notify.webhookSecret', value: 'very-secret', origin: 'device', description: 'Key', isSecret: true },
  ];
  /** What the next act is refused with. */
  refuseNext: Refusal | undefined;
  /** Everything that was asked of the household. */
  readonly acts: { readonly act: string; readonly request: unknown }[] = [];
  nearest: FaceMatch = { candidates: [] };
  /** Undefined: one is being made. */
  selfTestReport: SelfTestReport | undefined;
  readonly selfTest: WebParts['selfTest'] = {
    last: undefined,
    run: async (days) => this.selfTestReport && { ...this.selfTestReport, days },
  };

  people = (): readonly Person[] => this.folk.toSorted((a, b) => a.name.localeCompare(b.name));
  person = (id: string): Person | undefined => this.folk.find((one) => one.id === id);
  facesOf = (personId: string): readonly StoredFace[] => this.faces.filter((face) => face.personId === personId);
  face = (id: string): StoredFace | undefined => this.faces.find((face) => face.id === id);
  visit = (id: string): Visit | undefined => this.past.find((visit) => visit.id === id);
  visits = ({ limit, beforeMs = Infinity, idBeginning = '', outcome, personId }: VisitQuery): readonly Visit[] =>
    this.past
      .filter((visit) => visit.startedMs < beforeMs && visit.id.startsWith(idBeginning))
      .filter((visit) => outcome === undefined || visit.outcome === outcome)
      .filter((visit) => personId === undefined || visit.personId === personId)
      .slice(0, limit);
  triggersOf = (): readonly Trigger[] => this.triggers;
  trigger = (id: string): Trigger | undefined => this.triggers.find((trigger) => trigger.id === id);
  notificationsOf = (): readonly Notification[] => this.notifications;
  strangers = (limit: number): readonly Stranger[] => this.unnamed.slice(0, limit);
  stranger = (id: string): Stranger | undefined => this.unnamed.find((one) => one.id === id);
  counts = (): StoreCounts => ({
    people: this.folk.length,
    referenceFaces: this.faces.length,
    visits: this.past.length,
    unfinishedVisits: 0,
    strangers: this.unnamed.length,
    pendingNotifications: 0,
    databaseBytes: 4096,
  });
  match = (): FaceMatch => this.nearest;
  explain = (): readonly ExplainedSetting[] => this.settings;
  complaints = (): readonly string[] => [];

  async change(changes: Readonly<Record<string, unknown>>): ReturnType<Book['change']> {
    const refused = this.#ask('change', changes);
    return refused === undefined
      ? { outcome: 'changed' as const }
      : { outcome: 'refused' as const, message: refused.message };
  }

  async enrol(request: EnrolRequest): Promise<EnrolResult> {
    const refused = this.#ask('enrol', request);
    if (refused !== undefined) return { ...refused, refusals: [] };
    const { person, isNew } = this.#personFor(request.who);
    const face = faceOf(`face-${this.faces.length + 1}`, person.id, 'people/face-1.jpg');
    this.faces.push(face);
    return { outcome: 'enrolled', person, isNew, faces: [{ faceId: face.id, label: 'the picture' }], refusals: [] };
  }

  rename = async (request: RenameRequest): Promise<PersonResult> =>
    this.#edit('rename', request.personId, { name: request.name });
  setRules = async ({ personId, standing, notify }: RulesRequest): Promise<PersonResult> =>
    this.#edit('setRules', personId, { standing, notify });
  merge = async ({ personId, into }: MergeRequest): Promise<PersonResult> =>
    this.#edit('merge', personId, { mergedInto: into });
  unmerge = async ({ personId }: PersonRequest): Promise<PersonResult> =>
    this.#edit('unmerge', personId, { mergedInto: undefined });

  async remove(request: PersonRequest): Promise<RemoveResult> {
    const refused = this.#ask('remove', request);
    if (refused !== undefined) return refused;
    this.folk = this.folk.filter(({ id }) => id !== request.personId);
    this.past = this.past.filter(({ personId }) => personId !== request.personId);
    const rows = { people: 1, faces: 2, embeddings: 2, visits: 1, triggers: 1, notifications: 0, strangers: 0 };
    const rest = { pictures: 3, picturesLeft: 0, backups: 1, sha256: 'ab'.repeat(32) };
    return { outcome: 'removed', certificate: { personId: request.personId, removedAtMs: monday, ...rows, ...rest } };
  }

  async removeFace(request: FaceRequest): Promise<DoneResult> {
    this.faces = this.faces.filter(({ id }) => id !== request.faceId);
    return this.#ask('removeFace', request) ?? { outcome: 'done' };
  }

  async correctVisit(request: CorrectRequest): Promise<CorrectResult> {
    const refused = this.#ask('correctVisit', request);
    if (refused !== undefined) return refused;
    const { verdict } = request;
    const personId = verdict.kind === 'was' ? verdict.personId : undefined;
    const personName = personId === undefined ? undefined : this.person(personId)?.name;
    const outcome = personId === undefined ? 'stranger' : 'known';
    this.past = this.past.map((visit) =>
      visit.id === request.visitId ? { ...visit, personId, personName, outcome, reason: 'You said so' } : visit,
    );
    return { outcome: 'corrected', toldApartFrom: [] };
  }

  async nameStranger(request: NameStrangerRequest): Promise<NameStrangerResult> {
    const refused = this.#ask('nameStranger', request);
    if (refused !== undefined) return refused;
    const { person, isNew } = this.#personFor(request.who);
    this.unnamed = this.unnamed.filter(({ id }) => id !== request.strangerId);
    this.past = this.past.map((visit) =>
      visit.strangerId === request.strangerId
        ? { ...visit, personId: person.id, personName: person.name, outcome: 'known', reason: 'You said who this is' }
        : visit,
    );
    return { outcome: 'named', person, isNew, visits: 3, faces: [], refusals: [] };
  }

  async forgetVisit(request: ForgetVisitRequest): Promise<DoneResult> {
    this.past = this.past.filter(({ id }) => id !== request.visitId);
    return this.#ask('forgetVisit', request) ?? { outcome: 'done' };
  }

  #personFor(who: Who): { person: Person; isNew: boolean } {
    if ('personId' in who)
      return { person: this.person(who.personId) ?? personOf(who.personId, 'Nobody'), isNew: false };
    const person = personOf(`person-${this.folk.length + 1}`, who.name);
    this.folk.push(person);
    return { person, isNew: true };
  }

  #edit(act: string, personId: string, changes: Partial<Person>): PersonResult {
    const refused = this.#ask(act, { personId, ...changes });
    const person = this.person(personId);
    if (refused !== undefined) return refused;
    if (person === undefined) return refusal('no-such-person', 'cannot find this person');
    const changed = { ...person, ...changes };
    this.folk = this.folk.map((one) => (one.id === personId ? changed : one));
    return { outcome: 'done', person: changed };
  }

  #ask(act: string, request: unknown): Refusal | undefined {
    this.acts.push({ act, request });
    const refused = this.refuseNext;
    this.refuseNext = undefined;
    return refused;
  }
}
