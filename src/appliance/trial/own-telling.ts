/** What the household would have been told of a visit that nobody has made, by this process and its settings. */
import { type NotifySettings } from '../../notify/notify-settings.ts';
import type { Notifier } from '../../notify/notify.ts';
import { isQuiet } from '../../notify/rules.ts';
import { toBeTold } from '../../notify/told-visit.ts';
import type { Trigger, Visit } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { Clock } from '../../system/clock.ts';

/** Near the end of quiet hours two processes may take a moment for either. */
const edgeMs = 120_000;

export interface OwnTellingParts {
  readonly notifier: Pick<Notifier, 'ofRing' | 'ofName'>;
  readonly store: { readonly read: Pick<Store['read'], 'person'> };
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly settings: Pick<NotifySettings, 'quietHours'>;
  readonly timeZone: string;
}

export class OwnTelling {
  readonly #parts: OwnTellingParts;

  constructor(parts: OwnTellingParts) {
    this.#parts = parts;
  }

  /** How many notifications its presses and its outcome ask for, over all channels. */
  countOf(visit: Visit, triggers: readonly Trigger[]): number {
    const { notifier, store } = this.#parts;
    return toBeTold({ notifier, reads: store.read }, visit, triggers).length;
  }

  /** Nobody is to be disturbed now, or was not a moment ago. */
  get isQuiet(): boolean {
    const { clock, settings, timeZone } = this.#parts;
    return [-edgeMs, 0, edgeMs].some((awayMs) => isQuiet(settings.quietHours, clock.wallMs() + awayMs, timeZone));
  }
}
