import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';
import { notificationKinds, pressKinds, triggerSources } from '../store/records.ts';
import { visitOutcomes } from '../system/outcome.ts';

const text = (description: string) => Type.String({ description });

/** What a notification says: kept in the outbox as JSON, and sent so by channels that programs read. */
export const announcementFields = {
  kind: Type.Enum([...notificationKinds], {
    description: 'ring: at once; name: who it is, some moments later; watched: an alarm; test: asked for by somebody',
  }),
  visitId: Type.Optional(text('Of the visit; the same in its ring and its name. Absent in a test')),
  atMs: Type.Integer({ description: 'Wall clock of what is told, milliseconds since 1970 (UTC)' }),
  text: text('For people: "Ada is at the door"'),
  source: Type.Optional(Type.Enum([...triggerSources], { description: 'What rang, or what began the visit' })),
  press: Type.Optional(Type.Enum([...pressKinds])),
  outcome: Type.Optional(Type.Enum([...visitOutcomes])),
  personId: Type.Optional(Type.String()),
  name: Type.Optional(text('Of the person, as the household has written it')),
  strangerId: Type.Optional(text('The same at every visit of the same stranger')),
  reason: Type.Optional(text('Why we think so, in words')),
  mayBePicture: Type.Optional(
    Type.Boolean({
      description: 'The face may be a picture of one; absent when nothing says so, which proves nothing',
    }),
  ),
};
const announcementSchema = Type.Object({
  ...announcementFields,
  /** The visit has a picture to show. */
  hasPicture: Type.Optional(Type.Boolean()),
});

export type Announcement = Static<typeof announcementSchema>;

/** What the outbox holds, or undefined when no release that we know has written it. */
export function announcementOf(payload: string): Announcement | undefined {
  try {
    const news: unknown = JSON.parse(payload);
    return Check(announcementSchema, news) ? news : undefined;
  } catch {
    return undefined;
  }
}
