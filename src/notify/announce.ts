import type {
  NewNotification, NotificationKind, NotifyRule, Standing, Trigger, TriggerSource,
} from '../store/records.ts'; // prettier-ignore
import type { VisitOutcome } from '../system/outcome.ts';
import type { Random } from '../system/random.ts';
import type { Announcement } from './announcement.ts';
import type { Channel } from './channel.ts';

/** Whom there is to tell. */
export interface Audience {
  readonly channels: readonly Pick<Channel, 'name' | 'isDisplay'>[];
  readonly random: Random;
  /** Setting `notify.known`: known visitors who did not ring are announced too. */
  readonly announcesKnown: boolean;
}

/** Somebody a visit saw, as far as telling people goes. */
export interface PersonSeen {
  readonly personId: string;
  readonly name: string;
  readonly standing: Standing;
  readonly notify: NotifyRule;
}

export interface NameNews {
  readonly visitId: string;
  /** Wall clock of the decision. */
  readonly atMs: number;
  /** Who rang; `motion` when nobody did. */
  readonly ringer: TriggerSource;
  readonly outcome: VisitOutcome;
  readonly person: PersonSeen | undefined;
  readonly strangerId: string | undefined;
  readonly reason: string;
  /** That the face may be a picture of one, in words. */
  readonly doubt?: string | undefined;
  /** Watched people seen in any face of the visit. */
  readonly watched: readonly PersonSeen[];
  /** The visit has a picture to show. */
  readonly hasPicture: boolean;
}

/** The bell itself: every press, told to everybody. Motion does not ring. */
export function ringNotifications(trigger: Trigger, audience: Audience): readonly NewNotification[] {
  if (trigger.source === 'motion') return [];
  const { visitId, source, press, atMs } = trigger;
  const news = { kind: 'ring', visitId, atMs, source, press, text: 'Somebody is at the door' } as const;
  return compose(news, trigger.id, audience);
}

/** Who it is: the watched first, then strangers, then known people. The same news composed again has the same keys. */
export function nameNotifications(news: NameNews, audience: Audience): readonly NewNotification[] {
  const { visitId, atMs, ringer: source, outcome, reason, strangerId, person, hasPicture } = news;
  const mayBePicture = news.doubt === undefined ? undefined : true;
  const aside = mayBePicture === true ? ' (may be a picture of a face)' : '';
  const alarms = news.watched.flatMap(({ personId, name }) => {
    const text = `Watched: ${name} is at the door${aside}`;
    const alarm = {
      kind: 'watched',
      visitId,
      atMs,
      text,
      source,
      personId,
      name,
      outcome,
      reason,
      mayBePicture,
      hasPicture,
    } as const;
    return compose(alarm, personId, audience);
  });
  const said = textOf(outcome, person?.name);
  const isAlarmed = news.watched.some(({ personId }) => personId === person?.personId);
  if (said === undefined || isAlarmed) return alarms;
  const text = `${said}${aside}`;
  const { personId, name } = person ?? {};
  const facts = { visitId, atMs, text, source, outcome, personId, name, strangerId, reason, mayBePicture, hasPicture };
  const channels = audience.channels.filter((channel) => mayHear(channel, news, audience));
  return [...alarms, ...compose({ kind: 'name', ...facts }, 'name', { ...audience, channels })];
}

/** A notification that somebody asked for, to see whether it arrives. */
export function testNotifications(atMs: number, audience: Audience): readonly NewNotification[] {
  return compose({ kind: 'test', atMs, text: 'This is a test of the doorbell' }, audience.random.id(), audience);
}

function textOf(outcome: VisitOutcome, name: string | undefined): string | undefined {
  switch (outcome) {
    case 'known':
      return `${name ?? 'Somebody known'} is at the door`;
    case 'probably':
      return `Probably ${name ?? 'somebody known'} is at the door`;
    case 'stranger':
      return 'A stranger is at the door';
    case 'no-face':
      return undefined; // The ring has said all there is to say.
  }
}

/** Only certainty silences: whoever is probably an ignored person may be a stranger. */
function mayHear(
  channel: Pick<Channel, 'isDisplay'>,
  { outcome, person, ringer }: NameNews,
  audience: Audience,
): boolean {
  if (outcome !== 'known' || person === undefined) return true;
  if (person.standing === 'ignored' || person.notify === 'never') return false;
  // Whoever has been told of a ring wants to know who rang; of somebody who only comes home, not.
  return person.notify === 'always' || ringer !== 'motion' || audience.announcesKnown || channel.isDisplay;
}

/** `key` tells news of the same kind and visit apart. */
function compose(
  news: { readonly [Field in keyof Announcement]: Announcement[Field] | undefined } & {
    readonly kind: NotificationKind;
    readonly atMs: number;
  },
  key: string,
  { channels, random }: Pick<Audience, 'channels' | 'random'>,
): readonly NewNotification[] {
  const { kind, visitId, atMs } = news;
  return channels.map(({ name: channel }) => ({
    id: random.id(),
    visitId,
    kind,
    channel,
    priority: kind === 'watched' ? 'critical' : 'normal',
    idempotencyKey: `${visitId ?? 'none'}:${kind}:${key}:${channel}`,
    payload: JSON.stringify(news),
    dueMs: atMs,
    createdMs: atMs,
  }));
}
