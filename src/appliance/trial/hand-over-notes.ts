import type { AuditEntry } from '../../system/audit.ts';
import type { PipelineEvent } from '../../system/event.ts';
import type { UpdateStatus } from '../../update/notebook.ts';
import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';

/**
 * What two appliances say to each other besides `update/trial-protocol.ts`, about the things at the door. A candidate of
 * a release that does not know one of them does without: it opens everything when asked to `take-over`.
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
});

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

/** The note when it is one that this release knows. */
export function readNote(message: unknown): Note | undefined {
  return Check(noteSchema, message) ? message : undefined;
}
