import Type, { type Static } from 'typebox';

/** What the command reads of a self-test. */
const nullableText = Type.Union([Type.String(), Type.Null()]);
const near = { name: Type.String(), distance: Type.Number(), allowed: Type.Number() };
const judged = Type.Object({ right: Type.Number(), missed: Type.Number(), wrong: Type.Number() });
export const selfTestAnswer = Type.Object({
  days: Type.Number(),
  state: Type.String(),
  verdict: Type.String(),
  pictures: Type.Object({
    enrolled: Type.Number(),
    tried: Type.Number(),
    known: Type.Number(),
    probably: Type.Number(),
    missed: Type.Number(),
    wrong: Type.Number(),
    waiting: Type.Number(),
  }),
  people: Type.Array(
    Type.Object({ name: Type.String(), tried: Type.Number(), missed: Type.Number(), wrong: Type.Number() }),
  ),
  alike: Type.Union([
    Type.Null(),
    Type.Object({
      one: Type.Object({ name: Type.String() }),
      other: Type.Object({ name: Type.String() }),
      distance: Type.Number(),
      allowed: Type.Number(),
    }),
  ]),
  strangers: Type.Object({
    tried: Type.Number(),
    named: Type.Number(),
    nearest: Type.Union([Type.Null(), Type.Object({ ...near, visitId: Type.String() })]),
  }),
  visits: Type.Object({
    looked: Type.Number(),
    faceless: Type.Number(),
    same: Type.Number(),
    namedNow: Type.Number(),
    lost: Type.Number(),
    otherName: Type.Number(),
  }),
  said: Type.Object({ door: judged, now: judged }),
  advice: Type.Array(
    Type.Object({ kind: Type.String(), text: Type.String(), name: nullableText, visitId: nullableText }),
  ),
  settings: Type.Record(Type.String(), Type.Number()),
});
export type SelfTestAnswer = Static<typeof selfTestAnswer>;
