import Type, { type Static } from 'typebox';

/**
 * What the commands read of the API's answers. The appliance may be of another release: it may say more, which nobody
 * minds, and what was added after the first release is optional here.
 */
const nullableText = Type.Union([Type.String(), Type.Null()]);

export const personAnswer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  standing: Type.String(),
  notify: Type.String(),
  createdMs: Type.Number(),
  mergedInto: nullableText,
});
export type PersonAnswer = Static<typeof personAnswer>;

const listedPerson = Type.Object({ ...personAnswer.properties, referenceFaces: Type.Number() });
export const peopleAnswer = Type.Object({ people: Type.Array(listedPerson), total: Type.Number() });

const quality = Type.Object({ widthPx: Type.Number(), detail: Type.Optional(Type.Number()), yawDeg: Type.Number() });
export const wholePersonAnswer = Type.Object({
  ...personAnswer.properties,
  faces: Type.Array(
    Type.Object({ id: Type.String(), kind: Type.String(), source: Type.String(), createdMs: Type.Number(), quality }),
  ),
});

export const enrolledAnswer = Type.Object({
  person: personAnswer,
  isNew: Type.Boolean(),
  faces: Type.Array(Type.Object({ faceId: Type.String() })),
  refusals: Type.Array(Type.Object({ message: Type.String() })),
});

export const strangersAnswer = Type.Object({
  strangers: Type.Array(Type.Object({ id: Type.String(), lastSeenMs: Type.Number(), visits: Type.Number() })),
});

export const namedStrangerAnswer = Type.Object({
  person: personAnswer,
  visits: Type.Number(),
  faces: Type.Number(),
  refusals: Type.Array(Type.Object({ message: Type.String() })),
});

export const certificateAnswer = Type.Object({
  people: Type.Number(),
  faces: Type.Number(),
  embeddings: Type.Number(),
  visits: Type.Number(),
  pictures: Type.Number(),
  sha256: Type.String(),
});

const visitFields = {
  id: Type.String(),
  phase: Type.String(),
  source: Type.String(),
  startedMs: Type.Number(),
  outcome: nullableText,
  personName: nullableText,
  reason: nullableText,
};
export const visitAnswer = Type.Object(visitFields);
export type VisitAnswer = Static<typeof visitAnswer>;
export const visitsAnswer = Type.Object({ visits: Type.Array(visitAnswer) });

export const wholeVisitAnswer = Type.Object({
  ...visitFields,
  decision: Type.Union([
    Type.Null(),
    Type.Object({
      candidates: Type.Array(Type.Object({ name: Type.String(), distance: Type.Number(), frames: Type.Number() })),
      thresholds: Type.Object({ known: Type.Number(), probably: Type.Number(), margin: Type.Number() }),
      framesSeen: Type.Number(),
      framesWithFace: Type.Number(),
      framesUsable: Type.Number(),
      agreement: Type.Number(),
      sure: Type.Optional(Type.Number()),
    }),
  ]),
  trace: Type.Record(Type.String(), Type.Number()),
  notifications: Type.Array(Type.Object({ kind: Type.String(), channel: Type.String(), status: Type.String() })),
});
export type WholeVisitAnswer = Static<typeof wholeVisitAnswer>;

export const triggerAnswer = Type.Object({ visitId: Type.String(), joined: Type.Boolean() });

export const recognitionAnswer = Type.Object({
  faces: Type.Array(
    Type.Object({
      box: Type.Object({ x: Type.Number(), y: Type.Number(), width: Type.Number(), height: Type.Number() }),
      score: Type.Number(),
      outcome: Type.String(),
      name: nullableText,
      reason: Type.String(),
      candidates: Type.Array(Type.Object({ name: Type.String(), distance: Type.Number() })),
    }),
  ),
});
export type RecognitionAnswer = Static<typeof recognitionAnswer>;

const nullableNumber = Type.Union([Type.Number(), Type.Null()]);
const phases = Type.Array(Type.Object({ phase: Type.String(), durationMs: Type.Number() }));
const figures = Type.Record(Type.String(), Type.Number());
const judges = Type.Optional(
  Type.Array(
    Type.Object({
      judge: Type.String(),
      verdict: Type.String(),
      words: nullableText,
      evidence: Type.Union([
        Type.Null(),
        Type.Object({ asked: Type.Number(), answered: Type.Number(), compared: Type.Number(), saw: nullableText }),
      ]),
    }),
  ),
);

export const statusAnswer = Type.Object({
  version: Type.String(),
  uptimeMs: Type.Number(),
  health: Type.String(),
  camera: Type.Object({ description: Type.String(), state: Type.String(), reason: nullableText }),
});

export const updateAnswer = Type.Object({
  running: Type.Object({ version: Type.String(), slot: Type.String() }),
  phase: Type.String(),
  words: Type.String(),
  waitsFor: nullableText,
  offer: Type.Union([
    Type.Null(),
    Type.Object({ file: Type.String(), from: Type.String(), version: nullableText, bytes: Type.Number() }),
  ]),
  fetched: nullableNumber,
  trial: Type.Union([
    Type.Null(),
    Type.Object({ version: Type.String(), phase: Type.String(), elapsedMs: Type.Number(), phases, figures, judges }),
  ]),
  aftercare: Type.Optional(
    Type.Union([
      Type.Null(),
      Type.Object({ version: Type.String(), backTo: nullableText, leftMs: Type.Number(), crashes: Type.Number() }),
    ]),
  ),
  problem: nullableText,
  refusal: Type.Union([
    Type.Null(),
    Type.Object({ file: Type.String(), reason: Type.String(), message: Type.String() }),
  ]),
  setAside: Type.Optional(
    Type.Array(
      Type.Object({
        file: Type.String(),
        from: Type.String(),
        version: nullableText,
        reason: Type.String(),
        message: Type.String(),
        againMs: nullableNumber,
      }),
    ),
  ),
  scrub: Type.Union([
    Type.Null(),
    Type.Object({
      atMs: Type.Number(),
      filesRepaired: Type.Number(),
      damaged: Type.Array(Type.Object({ slot: Type.String(), message: Type.String() })),
    }),
  ]),
  slots: Type.Array(Type.Object({ slot: Type.String(), isCommitted: Type.Boolean(), version: nullableText })),
});
export type UpdateAnswer = Static<typeof updateAnswer>;

const pastTrial = Type.Object({
  id: Type.String(),
  version: Type.String(),
  outcome: Type.String(),
  reason: Type.String(),
  message: Type.String(),
  startedMs: Type.Number(),
  phases,
  figures,
  judges,
});
export type PastTrial = Static<typeof pastTrial>;
export const historyAnswer = Type.Object({ trials: Type.Array(pastTrial) });

export const pushedAnswer = Type.Object({
  bytes: Type.Number(),
  total: nullableNumber,
  sha256: nullableText,
  isComplete: Type.Boolean(),
});
export const doneAnswer = Type.Object({ outcome: Type.String() });

export const settingsAnswer = Type.Object({
  settings: Type.Array(
    Type.Object({
      key: Type.String(),
      value: Type.Unknown(),
      origin: Type.String(),
      description: Type.String(),
      isSecret: Type.Boolean(),
    }),
  ),
});

const packAnswer = Type.Object({
  name: Type.String(),
  isAdded: Type.Boolean(),
  isUsed: Type.Boolean(),
  fault: nullableText,
  terms: Type.Union([
    Type.Null(),
    Type.Object({
      recogniser: Type.String(),
      numbers: Type.Number(),
      bytes: nullableNumber,
      embedded: Type.Number(),
      licence: Type.String(),
      origin: Type.String(),
      trainedOn: Type.String(),
      measuredOn: nullableText,
      correctedBy: nullableText,
    }),
  ]),
});
export type PackAnswer = Static<typeof packAnswer>;
export const modelsAnswer = Type.Object({
  packs: Type.Array(packAnswer),
  faces: Type.Number(),
  wanted: nullableText,
  complaint: nullableText,
});
export type ModelsAnswer = Static<typeof modelsAnswer>;
export const usedPackAnswer = Type.Object({ outcome: Type.String(), former: Type.String(), waiting: Type.Number() });

export const comparisonAnswer = Type.Object({
  state: Type.String(),
  pack: nullableText,
  faces: Type.Number(),
  embedded: Type.Number(),
  message: nullableText,
  verdict: nullableText,
  sides: Type.Array(
    Type.Object({
      name: Type.String(),
      pictures: Type.Number(),
      known: Type.Number(),
      probably: Type.Number(),
      missed: Type.Number(),
      wrong: Type.Number(),
      strangers: Type.Number(),
      strangersNamed: Type.Number(),
      samePerson: nullableNumber,
      otherPerson: nullableNumber,
      nearestOther: nullableNumber,
      nearestStranger: nullableNumber,
      embedMs: nullableNumber,
    }),
  ),
});
