import type { Clock } from '../system/clock.ts';
import type { Announcement } from './announcement.ts';
import type { NotifySettings } from './notify-settings.ts';

const rateWindowMs = 60_000;

/** What may be told now. Critical news always is: it is not asked about here. */
export class Rules {
  readonly #clock: Clock;
  readonly #settings: Pick<NotifySettings, 'ratePerMinute' | 'quietHours'>;
  readonly #timeZone: string;
  /** By budget: `clock.uptimeMs()` of what was admitted in the last minute. */
  readonly #admittedMs = new Map<string, readonly number[]>();

  /** Quiet hours are those of the time zone; an empty one is the machine's. */
  constructor(clock: Clock, settings: Pick<NotifySettings, 'ratePerMinute' | 'quietHours'>, timeZone = '') {
    this.#clock = clock;
    this.#settings = settings;
    this.#timeZone = timeZone;
  }

  /** Why a channel is not told, or undefined when it is. A display disturbs nobody: it is only quiet in quiet hours. */
  objectionTo(news: Announcement, channel: { readonly name: string; readonly isDisplay: boolean }): string | undefined {
    const { quietHours, ratePerMinute } = this.#settings;
    if (news.kind !== 'test' && isQuiet(quietHours, this.#clock.wallMs(), this.#timeZone))
      return `quiet hours (${quietHours})`;
    if (channel.isDisplay || this.#admit(`${channel.name} ${budgetOf(news)}`)) return undefined;
    return `more than ${ratePerMinute} notifications in a minute`;
  }

  #admit(budget: string): boolean {
    const nowMs = this.#clock.uptimeMs();
    const recent = (this.#admittedMs.get(budget) ?? []).filter((atMs) => nowMs - atMs < rateWindowMs);
    const isAdmitted = recent.length < this.#settings.ratePerMinute;
    this.#admittedMs.set(budget, isAdmitted ? [...recent, nowMs] : recent);
    return isAdmitted;
  }
}

/** Whoever rings through the API as fast as the API lets takes nothing from the button, and a ring nothing from a name. */
function budgetOf({ kind, source }: Announcement): string {
  return `${kind} ${source ?? 'unknown'}`;
}

/**
 * Whether the local time lies inside `22:00-07:00` (over midnight too); an empty range, or one without length, never. An
 * empty time zone is the machine's.
 */
export function isQuiet(range: string, wallMs: number, timeZone = ''): boolean {
  const [from, to] = range.split('-');
  if (from === undefined || to === undefined || from === to) return false;
  const zone = timeZone === '' ? {} : { timeZone };
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone });
  const now = clock.format(wallMs);
  return from < to ? from <= now && now < to : now >= from || now < to;
}
