import Type, { type Static, type TSchema, type TUnion, type TNull } from 'typebox';
import {
  faceKinds, faceSources, notificationKinds, notificationPriorities, notificationStatuses, notifyRules, pressKinds, standings,
  triggerSources, visitPhases,
} from '../store/records.ts'; // prettier-ignore
import { decidedColumns, nullableEach } from '../store/visit-columns.ts';
import { visitOutcomes } from '../system/outcome.ts';

/** A schema or null: a field that says "none" instead of hiding. */
export function nullable<Schema extends TSchema>(schema: Schema): TUnion<[Schema, TNull]> {
  return Type.Union([schema, Type.Null()]);
}

/** Keeps a request to the fields we know; anything else is refused with its name. */
export const closed = { additionalProperties: false };

export const idShape = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' });
/** The household has its own, stricter idea of a name and says why. */
export const nameShape = Type.String({ minLength: 1, maxLength: 2000, description: 'As people write it, any script' });
export const idParams = Type.Object({ id: idShape }, closed);
export const doneShape = Type.Object({ outcome: Type.Literal('done') });

export const outcomeShape = Type.Enum([...visitOutcomes]);
export const standingShape = Type.Enum([...standings], {
  description: 'watched rings the alarm; ignored is recorded and never announced',
});
export const notifyRuleShape = Type.Enum([...notifyRules]);
const sourceShape = Type.Enum([...triggerSources]);
const milliseconds = (description: string) => Type.Number({ description: `${description}, milliseconds since 1970` });

export const qualityShape = Type.Object({
  widthPx: Type.Number(),
  sharpness: Type.Number(),
  detail: Type.Optional(
    Type.Number({ description: 'How much there is to see in the face: under 0.2 most are not recognised' }),
  ),
  yawDeg: Type.Number(),
  pitchDeg: Type.Number(),
  rollDeg: Type.Number(),
  light: Type.Number(),
  contrast: Type.Number(),
});

const decisionShape = Type.Object({
  recogniser: Type.String(),
  candidates: Type.Array(
    Type.Object({
      personId: Type.String(),
      name: Type.String(),
      distance: Type.Number(),
      frames: Type.Integer(),
      deniedMs: Type.Optional(
        Type.Number({ description: 'When somebody said that a face like this is not theirs; then they were left out' }),
      ),
    }),
  ),
  thresholds: Type.Object({
    known: Type.Number(),
    probably: Type.Number(),
    margin: Type.Number(),
    faceWidthPxMin: Type.Number(),
  }),
  quality: nullable(qualityShape),
  framesSeen: Type.Integer(),
  framesWithFace: Type.Integer(),
  framesUsable: Type.Integer(),
  agreement: Type.Number({ description: 'Share of the usable frames that agree, 0 to 1' }),
  sure: Type.Optional(
    Type.Number({
      description: 'How sure it is that the nearest person is the one, 0 to 1, were every second visitor a stranger',
    }),
  ),
});

const visitFields = {
  id: Type.String(),
  phase: Type.Enum([...visitPhases], { description: 'outcome, name and reason are final once decided' }),
  source: sourceShape,
  startedMs: milliseconds('The trigger'),
  personId: nullable(Type.String()),
  personName: nullable(Type.String()),
  strangerId: nullable(Type.String()),
  ...nullableEach(decidedColumns),
  picture: nullable(Type.String({ description: 'Address of the picture' })),
  thumbnail: nullable(Type.String({ description: 'Address of the small picture' })),
};

export const visitShape = Type.Object(visitFields);
export type VisitAnswer = Static<typeof visitShape>;

export const wholeVisitShape = Type.Object({
  ...visitFields,
  frames: Type.Array(Type.String(), { description: 'Addresses of the saved frames, first to last' }),
  decision: nullable(decisionShape),
  trace: Type.Object(
    {
      stored: Type.Optional(Type.Number()),
      rung: Type.Optional(Type.Number()),
      firstFrame: Type.Optional(Type.Number()),
      detected: Type.Optional(Type.Number()),
      named: Type.Optional(Type.Number()),
      notified: Type.Optional(Type.Number()),
    },
    { description: 'Milliseconds since the debounced trigger' },
  ),
  triggers: Type.Array(
    Type.Object({
      source: sourceShape,
      press: nullable(Type.Enum([...pressKinds])),
      atMs: milliseconds('The trigger'),
    }),
  ),
  notifications: Type.Array(
    Type.Object({
      kind: Type.Enum([...notificationKinds]),
      channel: Type.String(),
      priority: Type.Enum([...notificationPriorities]),
      status: Type.Enum([...notificationStatuses]),
      attempts: Type.Integer(),
      lastError: nullable(Type.String()),
      createdMs: milliseconds('Written'),
    }),
  ),
});
export type WholeVisitAnswer = Static<typeof wholeVisitShape>;

const faceShape = Type.Object({
  id: Type.String(),
  kind: Type.Enum([...faceKinds]),
  source: Type.Enum([...faceSources]),
  visitId: nullable(Type.String()),
  createdMs: milliseconds('Kept'),
  quality: qualityShape,
  picture: Type.String({ description: 'Address of the face' }),
});
export type FaceAnswer = Static<typeof faceShape>;

const personFields = {
  id: Type.String(),
  name: Type.String(),
  standing: standingShape,
  notify: notifyRuleShape,
  createdMs: milliseconds('Enrolled'),
  mergedInto: nullable(Type.String({ description: 'The person this one counts as, until un-merged' })),
};
export const personShape = Type.Object({
  ...personFields,
  referenceFaces: Type.Integer(),
  picture: nullable(Type.String({ description: 'Address of one of the faces' })),
});
export type PersonAnswer = Static<typeof personShape>;
export const wholePersonShape = Type.Object({ ...personFields, faces: Type.Array(faceShape) });
export type WholePersonAnswer = Static<typeof wholePersonShape>;

export const strangerShape = Type.Object({
  id: Type.String(),
  createdMs: milliseconds('First seen'),
  lastSeenMs: milliseconds('Last seen'),
  visits: Type.Integer(),
  thumbnail: nullable(Type.String()),
});
export type StrangerAnswer = Static<typeof strangerShape>;

/** The answer of an address that ends in .jpg. */
export const jpegShape = Type.Unsafe<Uint8Array | void>({
  description: 'A JPEG picture',
  type: 'string',
  format: 'binary',
});
/** 304: what the browser has is still right. */
export const unchangedShape = Type.Null({ description: 'What you have is still right' });
