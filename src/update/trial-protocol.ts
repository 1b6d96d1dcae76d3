import Type, { type Static, type TSchema } from 'typebox';
import { visitOutcomes } from '../system/outcome.ts';
import { Check } from 'typebox/value';
import type { AuditEntry } from '../system/audit.ts';
import type { PipelineEvent } from '../system/event.ts';
import type { UpdateStatus } from './notebook.ts';

/**
 * What incumbent and candidate say to each other, version 1. The incumbent asks (`Candidate.ask`), the candidate answers
 * once; only heartbeats come unasked. Unknown fields are ignored, so that either side may be the newer one.
 * A candidate whose channel closes before it was told `commit` ends itself at once: the incumbent is gone.
 */
export const trialProtocol = 1;

/** First of all. The candidate has started, off duty: it has opened nothing of the household's. */
export const helloSchema = Type.Object({ kind: Type.Literal('hello'), protocol: Type.Integer() });
export const helloAnswerSchema = Type.Object({
  kind: Type.Literal('hello'),
  protocol: Type.Integer(),
  pid: Type.Integer({ minimum: 1 }),
  version: Type.String({ maxLength: 100 }),
});

/** Migrate the copy of the database in `directory`, load the models, recognise the golden faces, decide the visits again. */
export const rehearseSchema = Type.Object({
  kind: Type.Literal('rehearse'),
  directory: Type.String(),
  visitIds: Type.Array(Type.String(), { maxItems: 1000 }),
});
export const decisionSchema = Type.Object({
  visitId: Type.String(),
  outcome: Type.Enum([...visitOutcomes]),
  personId: Type.Optional(Type.String()),
});
export const rehearsedSchema = Type.Object({
  kind: Type.Literal('rehearsed'),
  /** What did not work, for people; empty when all did. */
  failures: Type.Array(Type.String({ maxLength: 1000 }), { maxItems: 100 }),
  goldenFaces: Type.Object({ expected: Type.Integer({ minimum: 0 }), recognised: Type.Integer({ minimum: 0 }) }),
  decisions: Type.Array(decisionSchema, { maxItems: 1000 }),
  memoryBytes: Type.Integer({ minimum: 0 }),
});

/** Open the household's database, take the sockets and lines that were passed, start the camera; from now on send heartbeats. */
export const takeOverSchema = Type.Object({ kind: Type.Literal('take-over') });
/** Presses and requests are answered by the candidate now. Frames may still be on their way: the gate watches them. */
export const readySchema = Type.Object({ kind: Type.Literal('ready'), durationMs: Type.Number({ minimum: 0 }) });

/**
 * Answer this address to yourself, as you would answer a stranger who asks for it: `requested`, with the status, whether
 * callers keep you busy, and the reads that failed to them since. Asked by earlier releases only: this one asks at the door.
 */
export const requestSchema = Type.Object({ kind: Type.Literal('request'), address: Type.String({ maxLength: 300 }) });
/** The link names you. You are the incumbent: stay when this channel closes. */
export const commitSchema = Type.Object({ kind: Type.Literal('commit') });
export const committedSchema = Type.Object({ kind: Type.Literal('committed') });

/** You are not wanted: let the camera go, finish what is under way, end yourself. You are killed when it takes too long. */
export const revertSchema = Type.Object({ kind: Type.Literal('revert'), reason: Type.String({ maxLength: 1000 }) });
export const revertedSchema = Type.Object({ kind: Type.Literal('reverted') });

/** End yourself; nothing was taken over yet. `Candidate.stop` says it before it kills. Not answered. */
export const stopSchema = Type.Object({ kind: Type.Literal('stop') });

const healthStatusSchema = Type.Union([
  Type.Literal('healthy'),
  Type.Literal('degraded'),
  Type.Literal('unhealthy'),
  Type.Literal('unknown'),
]);

/** Unasked, every `heartbeatIntervalMs` from `take-over` on. Counts run from the start of the candidate and never fall. */
export const heartbeatSchema = Type.Object({
  kind: Type.Literal('heartbeat'),
  /** One more with each heartbeat. */
  sequence: Type.Integer({ minimum: 0 }),
  /** Frames that the camera delivered. */
  frames: Type.Integer({ minimum: 0 }),
  /** Each check with its last result and how often it has run. */
  checks: Type.Record(
    Type.String({ maxLength: 100 }),
    Type.Object({ status: healthStatusSchema, runs: Type.Integer({ minimum: 0 }) }),
  ),
  /** Callers keep it busy just now. For earlier incumbents: this one counts what it passes on. */
  isCrowded: Type.Optional(Type.Boolean()),
  requests: Type.Integer({ minimum: 0 }),
  /** Requests that failed by a fault of its own. */
  errors: Type.Integer({ minimum: 0 }),
  /** Request times of the last minute; absent when there was no request. */
  meanMs: Type.Optional(Type.Number({ minimum: 0 })),
  p99Ms: Type.Optional(Type.Number({ minimum: 0 })),
  /** Resident memory. */
  memoryBytes: Type.Integer({ minimum: 0 }),
  /** Processor time of all its threads since its start. */
  processorMs: Type.Optional(Type.Number({ minimum: 0 })),
  /** From the incumbent's last camera frame to the candidate's first; absent until there was one. */
  cameraGapMs: Type.Optional(Type.Number({ minimum: 0 })),
  /** What the camera itself took of that, from being opened to its first frame. */
  cameraStartMs: Type.Optional(Type.Number({ minimum: 0 })),
  /** How long each thread has neither answered nor done any work, by name. */
  threadsSilentMs: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.Number({ minimum: 0 }))),
  /** Reads that failed to callers within the last seconds: the incumbent puts the same to both. */
  failed: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 20 })),
  /** What the release asks of itself failed ("validation failed" of the contract): why, for people. */
  validationFailure: Type.Optional(Type.String({ maxLength: 1000 })),
});

/** How often a candidate says that it lives. The gate's heartbeat limit is a multiple of it. */
export const heartbeatIntervalMs = 250;

export type Hello = Static<typeof helloSchema>;
export type Rehearse = Static<typeof rehearseSchema>;
export type Rehearsed = Static<typeof rehearsedSchema>;
export type TakeOver = Static<typeof takeOverSchema>;
export type Commit = Static<typeof commitSchema>;
export type Revert = Static<typeof revertSchema>;
export type Heartbeat = Static<typeof heartbeatSchema>;

/** Everything an incumbent may ask. */
export const questionSchema = Type.Union([
  helloSchema,
  rehearseSchema,
  takeOverSchema,
  requestSchema,
  commitSchema,
  revertSchema,
  stopSchema,
]);
export type TrialQuestion = Static<typeof questionSchema>;

/** Where a candidate's events stood, as its last heartbeat said: 0 when that says nothing of it. */
export function lastEventOf(heartbeat: unknown): number {
  const isObject = typeof heartbeat === 'object' && heartbeat !== null;
  const id: unknown = isObject ? Reflect.get(heartbeat, 'lastEventId') : undefined;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : 0;
}

/** The message when it is one of this schema, else undefined: what a candidate says is never trusted. */
export function readMessage<Schema extends TSchema>(schema: Schema, message: unknown): Static<Schema> | undefined {
  return Check(schema, message) ? message : undefined;
}

/**
 * What the two say to each other besides, about the things at the door. One whose release does not know a message does
 * without it: a candidate that was not asked to prepare itself opens everything when asked to take over.
 */

/** Asked before anything is passed: open the household's database and build every room, so that taking over is quick. */
export const prepareSchema = Type.Object({
  kind: Type.Literal('prepare'),
  /** The incumbent goes on reading the button and tells of presses, until it leaves. */
  tellsPresses: Type.Optional(Type.Boolean()),
});
export const preparedSchema = Type.Object({
  kind: Type.Literal('prepared'),
  /** It rings for presses that it is told of, and leaves the button alone meanwhile. */
  hearsPresses: Type.Optional(Type.Boolean()),
  /** It answers `request`. */
  takesQuestions: Type.Optional(Type.Boolean()),
  /** How much of this it knows; absent in releases from before. See `abilitiesOf`. */
  step: Type.Optional(Type.Integer({ minimum: 1 })),
});

/**
 * 2: presses that the incumbent makes itself are kept apart (`isOwnPress`), and what they tell is told by `delivered`.
 * 3: requests are taken from the incumbent, through `relaySocket`, and the socket of the web server at the commit.
 * 4: who asks comes with each request, and is judged there. Those before answer whoever reaches them.
 */
export const protocolStep = 4;

/** What a candidate does when it is told or asked. */
export interface Abilities {
  readonly hearsPresses: boolean;
  readonly takesQuestions: boolean;
  readonly keepsOwnApart: boolean;
  readonly takesRequests: boolean;
  readonly judgesCallers: boolean;
}

/** One that knows all of the protocol is taken at that: it cannot leave out what it would be judged by. */
export function abilitiesOf(prepared: Static<typeof preparedSchema>): Abilities {
  const { step = 1, hearsPresses = false, takesQuestions = false } = prepared;
  const keepsOwnApart = step >= 2;
  return {
    hearsPresses: keepsOwnApart || hearsPresses,
    takesQuestions: keepsOwnApart || takesQuestions,
    keepsOwnApart,
    takesRequests: step >= 3,
    judgesCallers: step >= 4,
  };
}

/** Asked: an entry for the audit chain, which only the one on duty writes. */
export const auditSchema = Type.Object({ kind: Type.Literal('audit'), entry: Type.Unsafe<AuditEntry>({}) });
export const auditedSchema = Type.Object({ kind: Type.Literal('audited') });

/** Told when the door was let go: where the events stand, and what is still being delivered over there. */
export const passedSchema = Type.Object({
  kind: Type.Literal('passed'),
  lastEventId: Type.Integer({ minimum: 0 }),
  /** When the camera gave its last frame over there (`clock.uptimeMs()`, which both share); absent when it gave none. */
  lastFrameMs: Type.Optional(Type.Number()),
  notificationsInHand: Type.Array(Type.String(), { maxItems: 1000 }),
  /** Where callers find the door, when they come through the incumbent. */
  address: Type.Optional(Type.String({ maxLength: 300 })),
});

/** Told: the button was pressed; answered by `stored` when the row of that name is. */
export const pressSchema = Type.Object({
  kind: Type.Literal('press'),
  id: Type.String({ maxLength: 100 }),
  press: Type.Union([Type.Literal('press'), Type.Literal('hold'), Type.Literal('double')]),
});

/** Told: the press under way became a hold. */
export const heldSchema = Type.Object({ kind: Type.Literal('held') });

/** Told: the button is read over there no more. */
export const lineSchema = Type.Object({ kind: Type.Literal('line') });

/** Told by the candidate: the row of this press is stored. */
export const storedSchema = Type.Object({ kind: Type.Literal('stored'), id: Type.String({ maxLength: 100 }) });

/** Told by the candidate: this notification has arrived in the channel that only the incumbent reads. */
export const deliveredSchema = Type.Object({ kind: Type.Literal('delivered'), key: Type.String({ maxLength: 500 }) });

/** Told: something that happened over there, for the listeners over here. */
export const eventSchema = Type.Object({ kind: Type.Literal('event'), event: Type.Unsafe<PipelineEvent>({}) });

/** Told: visits, requests and deliveries that were under way over there have ended. */
export const drainedSchema = Type.Object({ kind: Type.Literal('drained') });

/** Told: how the trial stands over there, for whoever asks over here. */
export const updateStatusSchema = Type.Object({
  kind: Type.Literal('update-status'),
  status: Type.Unsafe<UpdateStatus>(Type.Object({ phase: Type.String() })),
});

export const noteSchema = Type.Union([
  passedSchema,
  eventSchema,
  drainedSchema,
  updateStatusSchema,
  pressSchema,
  heldSchema,
  lineSchema,
]);
export type Note = Static<typeof noteSchema>;
export type PressNote = Static<typeof pressSchema> | Static<typeof heldSchema>;
export type Prepare = Static<typeof prepareSchema>;

/** The name under which the socket of the web server is passed. */
export const webSocket = 'web';

/** The name of the one through which the incumbent passes requests on during the trial. */
export const relaySocket = 'relay';

/** Told by the candidate: what somebody over there wishes of the updater. */
const wishSchema = Type.Union([
  Type.Object({ kind: Type.Literal('check-now') }),
  Type.Object({ kind: Type.Literal('revert'), word: Type.String({ maxLength: 1000 }) }),
  Type.Object({ kind: Type.Literal('agree'), file: Type.Optional(Type.String({ maxLength: 1000 })) }),
]);
export type UpdateWish = Static<typeof wishSchema>;

/** The note when it is one that this release knows. */
export function readNote(message: unknown): Note | undefined {
  return readMessage(noteSchema, message);
}

/** The wish when it is one that this release knows. */
export function readWish(message: unknown): UpdateWish | undefined {
  return readMessage(wishSchema, message);
}
