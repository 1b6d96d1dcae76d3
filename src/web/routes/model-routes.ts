import Type, { type Static } from 'typebox';
import type { ComparisonState, WebParts } from '../parts.ts';
import { problems, refused } from '../problem.ts';
import { closed, nullable } from '../shapes.ts';
import type { Site } from '../site.ts';

const tags = ['models'];

const packShape = Type.Object({
  name: Type.String(),
  isAdded: Type.Boolean({ description: 'By the owner, to those of the release' }),
  isUsed: Type.Boolean({ description: 'It tells faces apart now' }),
  fault: nullable(Type.String({ description: 'Why it cannot be used, where that is known' })),
  terms: nullable(
    Type.Object(
      {
        recogniser: Type.String({ description: 'What its embeddings carry' }),
        numbers: Type.Integer({ description: 'Of an embedding' }),
        bytes: nullable(Type.Integer()),
        embedded: Type.Integer({ description: 'Kept faces that it has embedded' }),
        licence: Type.String(),
        origin: Type.String(),
        trainedOn: Type.String(),
        measuredOn: nullable(Type.String({ description: 'On which pictures it was found how near a face must be' })),
        correctedBy: nullable(Type.String({ description: 'Averages of faces by which its distances are corrected' })),
      },
      { description: 'Null when its manifest cannot be read' },
    ),
  ),
});

const distance = nullable(Type.Number());
const sideShape = Type.Object({
  name: Type.String(),
  pictures: Type.Integer({ description: 'Of people, each taken out and looked up among the others' }),
  known: Type.Integer(),
  probably: Type.Integer(),
  missed: Type.Integer({ description: 'Of people who have another picture' }),
  wrong: Type.Integer({ description: 'Given the name of somebody else' }),
  strangers: Type.Integer({ description: 'Faces of unnamed strangers' }),
  strangersNamed: Type.Integer(),
  samePerson: distance,
  otherPerson: distance,
  nearestOther: distance,
  nearestStranger: distance,
  embedMs: nullable(Type.Number()),
});
const comparisonShape = Type.Object({
  state: Type.String({ description: 'none, running, done, failed' }),
  pack: nullable(Type.String()),
  faces: Type.Integer({ description: 'Kept faces of this house' }),
  embedded: Type.Integer({ description: 'Those that the pack has embedded' }),
  message: nullable(Type.String({ description: 'Why it failed' })),
  sides: Type.Array(sideShape, { description: 'The pack in use, then the other' }),
  verdict: nullable(Type.String()),
});

function comparisonAnswer(state: ComparisonState): Static<typeof comparisonShape> {
  const nothing = { pack: null, faces: 0, embedded: 0, message: null, verdict: null };
  return { ...nothing, ...state, sides: state.state === 'done' ? [...state.sides] : [] };
}

const nameBody = Type.Object({ name: Type.String({ minLength: 1, maxLength: 40 }) }, closed);

/** The model packs, and which of them tells faces apart. */
export function modelRoutes(site: Site, { packs }: WebParts): void {
  site.get(
    '/api/v1/models',
    {
      schema: {
        summary: 'The model packs: whose they are, what they learnt from, which one is used',
        tags,
        response: {
          200: Type.Object({
            packs: Type.Array(packShape),
            faces: Type.Integer({ description: 'Kept faces of this house' }),
            wanted: nullable(Type.String({ description: 'The pack that will be used when it has embedded them' })),
            complaint: nullable(Type.String({ description: 'Why another pack is used than the settings name' })),
          }),
        },
      },
    },
    async () => {
      const { packs: listed, ...rest } = await packs.list();
      return { ...rest, packs: [...listed] };
    },
  );

  site.post(
    '/api/v1/models/use',
    {
      schema: {
        summary: 'Use another model pack',
        description: 'It embeds the kept faces in the background; until it has, the former names whoever comes.',
        tags,
        body: nameBody,
        response: {
          200: Type.Object({
            outcome: Type.Union([Type.Literal('begun'), Type.Literal('in-use'), Type.Literal('later')], {
              description: 'later: with the next start of the bell',
            }),
            former: Type.String({ description: 'The pack that was used when this was asked' }),
            waiting: Type.Integer({ description: 'Kept faces that it has not embedded yet' }),
          }),
          ...problems(422),
        },
      },
    },
    async (request) => {
      const used = await packs.use(request.body.name);
      if (used.outcome === 'refused') throw refused('models-refused', used.message);
      return { waiting: 0, ...used };
    },
  );
  comparisonRoutes(site, packs);
}

function comparisonRoutes(site: Site, packs: WebParts['packs']): void {
  site.get(
    '/api/v1/models/compare',
    {
      schema: {
        summary: 'Where the comparison of two model packs stands, and how it came out',
        tags,
        response: { 200: comparisonShape },
      },
    },
    () => comparisonAnswer(packs.comparison()),
  );

  site.post(
    '/api/v1/models/compare',
    {
      schema: {
        summary: 'Hold a model pack against the one in use, on the kept faces of this house',
        description: 'It embeds them in the background, at a time at which nobody is at the door. Nothing changes.',
        tags,
        body: nameBody,
        response: { 200: comparisonShape, ...problems(422) },
      },
    },
    async (request) => {
      const begun = await packs.compare(request.body.name);
      if (begun.outcome === 'refused') throw refused('models-refused', begun.message);
      return comparisonAnswer(packs.comparison());
    },
  );
}
