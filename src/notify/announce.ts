import type {
  NewNotification, NotificationKind, NotifyRule, PressKind, Standing, TriggerSource, VisitOutcome,
} from '../store/records.ts'; // prettier-ignore
import type { Random } from '../system/random.ts';

/** A way to tell people, as far as composing goes. */
export interface Audience {
  readonly name: string;
  /** Displays hear of known visitors too; a phone is left alone unless settings or the person's rule say otherwise. */
  readonly isDisplay: boolean;
}

export interface AnnounceParts {
  readonly audiences: readonly Audience[];
  readonly random: Random;
  /** Settings `notify.known`. */
  readonly announcesKnown: boolean;
}

/** What a notification says, as the JSON that channels send. */
interface Announcement {
  readonly kind: NotificationKind;
  readonly visitId: string | undefined;
  /** Wall clock of what it tells. */
  readonly atMs: number;
  /** For people: "Ada is at the door". */
  readonly text: string;
  readonly source?: TriggerSource | undefined;
  readonly press?: PressKind | undefined;
  readonly outcome?: VisitOutcome | undefined;
  readonly personId?: string | undefined;
  readonly name?: string | undefined;
  readonly strangerId?: string | undefined;
  readonly reason?: string | undefined;
}

/** Somebody a visit saw, as far as telling people goes. */
export interface PersonSeen {
  readonly personId: string;
  readonly name: string;
  readonly standing: Standing;
  readonly notify: NotifyRule;
}

/** The bell itself: every press, told to everybody. Motion does not ring. */
export function ringNotifications(
  trigger: {
    readonly id: string;
    readonly visitId: string;
    readonly source: TriggerSource;
    readonly press: PressKind | undefined;
    readonly atMs: number;
  },
  parts: AnnounceParts,
): readonly NewNotification[] {
  if (trigger.source === 'motion') return [];
  const { visitId, source, press, atMs } = trigger;
  const announcement = { kind: 'ring', visitId, atMs, source, press, text: 'Somebody is at the door' } as const;
  return compose({ announcement, key: trigger.id, audiences: parts.audiences }, parts.random);
}

export interface NameNews {
  readonly visitId: string;
  /** Wall clock of the decision. */
  readonly atMs: number;
  readonly outcome: VisitOutcome;
  readonly person: PersonSeen | undefined;
  readonly strangerId: string | undefined;
  readonly reason: string;
  /** Watched people seen in any face of the visit. */
  readonly watched: readonly PersonSeen[];
}

/** Who it is: the watched first, then strangers, then known people. The same news composed again has the same keys. */
export function nameNotifications(news: NameNews, parts: AnnounceParts): readonly NewNotification[] {
  const { visitId, atMs, outcome, reason, strangerId, person } = news;
  const alarms = news.watched.flatMap(({ personId, name }) => {
    const text = `Watched: ${name} is at the door`;
    const announcement = { kind: 'watched', visitId, atMs, text, personId, name, outcome, reason } as const;
    return compose({ announcement, key: personId, audiences: parts.audiences }, parts.random);
  });
  const text = textOf(outcome, person?.name);
  const isAlarmed = news.watched.some(({ personId }) => personId === person?.personId);
  if (text === undefined || isAlarmed) return alarms;
  const { personId, name } = person ?? {};
  const announcement = { kind: 'name', visitId, atMs, text, outcome, personId, name, strangerId, reason } as const;
  const audiences = parts.audiences.filter((audience) => mayHear(audience, news, parts));
  return [...alarms, ...compose({ announcement, key: 'name', audiences }, parts.random)];
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
function mayHear(audience: Audience, news: NameNews, parts: AnnounceParts): boolean {
  if (news.outcome !== 'known' || news.person === undefined) return true;
  if (news.person.standing === 'ignored' || news.person.notify === 'never') return false;
  return news.person.notify === 'always' || parts.announcesKnown || audience.isDisplay;
}

function compose(
  news: { readonly announcement: Announcement; readonly key: string; readonly audiences: readonly Audience[] },
  random: Random,
): readonly NewNotification[] {
  const { announcement, key, audiences } = news;
  const { kind, visitId, atMs } = announcement;
  return audiences.map(({ name: channel }) => ({
    id: random.id(),
    visitId,
    kind,
    channel,
    priority: kind === 'watched' ? 'critical' : 'normal',
    idempotencyKey: `${visitId ?? 'none'}:${kind}:${key}:${channel}`,
    payload: JSON.stringify(announcement),
    dueMs: atMs,
    createdMs: atMs,
  }));
}

/** A notification that somebody asked for, to see whether it arrives. */
export function testNotifications(
  atMs: number,
  parts: Pick<AnnounceParts, 'audiences' | 'random'>,
): readonly NewNotification[] {
  const announcement = { kind: 'test', visitId: undefined, atMs, text: 'This is a test of the doorbell' } as const;
  return compose({ announcement, key: parts.random.id(), audiences: parts.audiences }, parts.random);
}
