import Type, { type Static } from 'typebox';

const named = { personId: Type.String(), name: Type.String() };
const nearness = {
  distance: Type.Number(),
  allowed: Type.Number({ description: 'As near as one must be to get the name' }),
};
const triedCounts = {
  tried: Type.Integer({ description: 'Left out and tried against all others' }),
  known: Type.Integer({ description: 'Named right' }),
  probably: Type.Integer({ description: 'Named right, with “probably”' }),
  missed: Type.Integer({ description: 'Not named' }),
  wrong: Type.Integer({ description: 'Named as somebody else' }),
};

const judgedShape = Type.Object({
  right: Type.Integer({ description: 'Got the right name, or rightly none' }),
  missed: Type.Integer({ description: 'Got no name' }),
  wrong: Type.Integer({ description: 'Got a wrong name' }),
});

/** What to do about what was found. Said once: for the API, its description and whoever reads it. */
const adviceShape = Type.Object({
  kind: Type.Enum(['look-at-pictures', 'add-picture', 'set'], {
    description: 'set: what `settings` holds, to be set where settings are set',
  }),
  text: Type.String({ description: 'In words' }),
  name: Type.Union([Type.String(), Type.Null()], { description: 'Of the person whom it is about' }),
  visitId: Type.Union([Type.String(), Type.Null()], { description: 'A visit whose face may be the picture' }),
});
export type Advice = Static<typeof adviceShape>;

/** How well this household is recognised. */
export const selfTestShape = Type.Object({
  atMs: Type.Number({ description: 'When it was made, milliseconds since 1970' }),
  days: Type.Integer({ description: 'Visits of so many days were decided again' }),
  recogniser: Type.String(),
  state: Type.Enum(['good', 'advice', 'mend'], {
    description: 'mend: somebody gets a wrong name, or of five or more cases fewer than 85 % get the right one',
  }),
  verdict: Type.String({ description: 'One sentence' }),
  cases: Type.Integer({
    description: 'Pictures that were tried, and visits of which the household has said who it was',
  }),
  right: Type.Integer({ description: 'Of these, those that get the right name today, or rightly none' }),
  strangersPerName: Type.Integer({ description: 'The setting by which it was tried' }),
  pictures: Type.Object({
    enrolled: Type.Integer({ description: 'Reference pictures' }),
    ...triedCounts,
    waiting: Type.Integer({ description: 'Not embedded yet by this recogniser' }),
  }),
  people: Type.Array(
    Type.Object({ ...named, pictures: Type.Integer({ description: 'Reference pictures' }), ...triedCounts }),
    {
      description: 'Those with something to mend first, at most 200; of whom nothing was tried, nothing can be said',
    },
  ),
  alike: Type.Union([Type.Object({ one: Type.Object(named), other: Type.Object(named), ...nearness }), Type.Null()], {
    description: 'The two who come nearest to each other',
  }),
  strangers: Type.Object({
    tried: Type.Integer({ description: 'Visits of strangers that were tried' }),
    named: Type.Integer({ description: 'Of these, those that would get a name today' }),
    nearest: Type.Union([Type.Object({ visitId: Type.String(), ...named, ...nearness }), Type.Null()], {
      description: 'The one who comes nearest to a name',
    }),
  }),
  visits: Type.Object({
    looked: Type.Integer({ description: 'Visits of these days, at most 1,000' }),
    faceless: Type.Integer({ description: 'Of these, those of which no face is kept' }),
    same: Type.Integer({ description: 'As at the door' }),
    namedNow: Type.Integer({ description: 'Had no name and get one' }),
    lost: Type.Integer({ description: 'Had a name and get none' }),
    otherName: Type.Integer({ description: 'Had a name and get another' }),
  }),
  said: Type.Object(
    { door: judgedShape, now: judgedShape },
    { description: 'Visits of which the household has said who it was: what the bell said, and what it says today' },
  ),
  advice: Type.Array(adviceShape, { description: 'What to do, the gravest first; at most 10' }),
  settings: Type.Record(Type.String(), Type.Integer(), { description: 'Recommended values by `section.key`' }),
});
export type SelfTestReport = Static<typeof selfTestShape>;
