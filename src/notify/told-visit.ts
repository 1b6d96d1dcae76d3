import { channels } from './channels.ts';
import type { Notifier } from './notify.ts';
import type { NotifySettings } from './notify-settings.ts';
import { isQuiet } from './rules.ts';
import type { NewNotification, Notification, Trigger, Visit } from '../store/records.ts';
import type { StoreReads } from '../store/store.ts';

/** Notifications are taken from the outbox and told, or suppressed, within this. */
const rulesMsMax = 60_000;
/** An outbox with more may have had to let some go. */
const pendingMany = 500;

export interface Telling {
  readonly reads: Pick<StoreReads, 'triggersOf' | 'notificationsOf' | 'person' | 'visits' | 'counts'>;
  /** As this process would tell. */
  readonly notifier: Pick<Notifier, 'ofRing' | 'ofName'>;
  readonly rules: Pick<NotifySettings, 'ratePerMinute' | 'quietHours'> & { readonly timeZone: string };
}

/** Of what is to be told of a visit, what the outbox does not have, in words; empty when it has all. */
export function lacksInOutbox(telling: Telling, visit: Visit): string {
  const wanted = countsOf(toBeTold(telling, visit, telling.reads.triggersOf(visit.id)));
  const told = countsOf(telling.reads.notificationsOf(visit.id).filter((one) => isTold(telling, one)));
  const short = [...wanted].filter(([what, count]) => (told.get(what) ?? 0) < count);
  return short.map(([what, count]) => `${told.get(what) ?? 0} of ${count} by ${what}`).join(', ');
}

/** What this process would tell of a visit that was as its row says. A press that became a hold is not announced again. */
export function toBeTold(
  { notifier, reads }: { readonly notifier: Telling['notifier']; readonly reads: Pick<StoreReads, 'person'> },
  visit: Visit,
  triggers: readonly Trigger[],
): readonly NewNotification[] {
  const rings = triggers.filter(({ press }) => press !== 'hold').flatMap((trigger) => notifier.ofRing(trigger));
  const { id: visitId, outcome, personId, strangerId, reason = '', source: ringer, startedMs: atMs, picture } = visit;
  const found = personId === undefined ? undefined : reads.person(personId);
  const isNamed = outcome === 'known' || outcome === 'probably';
  if (outcome === undefined || (isNamed && found === undefined)) return rings;
  const person = found === undefined ? undefined : { ...found, personId: found.id };
  const watched = person?.standing === 'watched' && outcome === 'known' ? [person] : [];
  const hasPicture = picture !== undefined;
  return [...rings, ...notifier.ofName({ visitId, atMs, ringer, outcome, person, strangerId, reason, watched, hasPicture })]; // prettier-ignore
}

/** How far a visit has come by a channel: gone out, tried in vain, or nobody has tried. */
export type Passage = 'sent' | 'tried' | 'untried';

/** Of each channel by which people are to be told something of a visit, and no rule forbids all of it. */
export function passagesOf(notifications: readonly Notification[]): ReadonlyMap<string, Passage> {
  const passages = new Map<string, Passage>();
  for (const { channel, status, attempts } of notifications) {
    if (isDisplay(channel) || status === 'suppressed') continue;
    const before = passages.get(channel);
    if (status === 'sent') passages.set(channel, 'sent');
    else if (before !== 'sent') passages.set(channel, attempts > 0 ? 'tried' : (before ?? 'untried'));
  }
  return passages;
}

/** By channel and what is told; an alarm tells who it is too. */
function countsOf(notifications: readonly Pick<NewNotification, 'channel' | 'kind'>[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { channel, kind } of notifications) {
    if (isDisplay(channel)) continue;
    const what = `${channel} (${kind === 'ring' ? 'ring' : 'name'})`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return counts;
}

/** Nobody is told by one: what it shows depends on how a process was started. */
function isDisplay(name: string): boolean {
  return channels.some((channel) => channel.name === name && channel.isDisplay);
}

/** What is suppressed without a rule of the household is told to nobody. */
function isTold(telling: Telling, { status, createdMs }: Notification): boolean {
  return status !== 'suppressed' || mayBeSuppressed(telling, createdMs);
}

function mayBeSuppressed({ reads, rules }: Telling, createdMs: number): boolean {
  const { quietHours, ratePerMinute, timeZone } = rules;
  if ([createdMs, createdMs + rulesMsMax].some((atMs) => isQuiet(quietHours, atMs, timeZone))) return true;
  const recent = reads.visits({ beforeMs: createdMs + rulesMsMax, limit: ratePerMinute });
  const rings = recent
    .filter(({ startedMs }) => startedMs > createdMs - 2 * rulesMsMax)
    .flatMap(({ id }) => reads.triggersOf(id)).length;
  return rings >= ratePerMinute || reads.counts().pendingNotifications >= pendingMany;
}
