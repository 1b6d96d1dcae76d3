import type { Clock } from '../system/clock.ts';
import type { Events, PipelineEvent } from '../system/event.ts';

/** Events kept for a listener that was away for a moment. */
const replayEventsMax = 1000;
const listenersMax = 100;

/** An event as the live stream shows it. */
export interface NumberedEvent extends PipelineEvent {
  /** Counts up from 1 over the life of the process. */
  readonly id: number;
  /** Wall clock. */
  readonly atMs: number;
}

export type EventListener = (event: NumberedEvent) => void;

/** Everything that happens, in order, to everybody who listens: metrics, audit, log, and the page. */
export class EventStream implements Events {
  readonly #clock: Clock;
  readonly #onListenerFault: (error: unknown) => void;
  readonly #listeners = new Set<EventListener>();
  #recent: NumberedEvent[] = [];
  #lastId = 0;

  /** A listener that throws is told to `onListenerFault`; the others and the bell go on. */
  constructor(clock: Clock, onListenerFault: (error: unknown) => void) {
    this.#clock = clock;
    this.#onListenerFault = onListenerFault;
  }

  emit(event: PipelineEvent): void {
    this.#lastId += 1;
    const numbered = Object.freeze({ ...event, id: this.#lastId, atMs: this.#clock.wallMs() });
    this.#recent.push(numbered);
    if (this.#recent.length >= 2 * replayEventsMax) this.#recent = this.#recent.slice(-replayEventsMax);
    for (const listener of this.#listeners) this.#tell(listener, numbered);
  }

  /**
   * Calls the listener for every event from now on; with `afterId` first for the kept events after that one.
   * An `afterId` of an earlier process, larger than any id so far, replays everything kept.
   */
  subscribe(listener: EventListener, options: { readonly afterId?: number } = {}): () => void {
    if (this.#listeners.size >= listenersMax) {
      throw new Error(`cannot listen to events: ${listenersMax} listen already`);
    }
    if (options.afterId !== undefined) {
      const afterId = options.afterId > this.#lastId ? 0 : options.afterId;
      for (const event of this.recent()) if (event.id > afterId) this.#tell(listener, event);
    }
    const own: EventListener = (event) => {
      listener(event);
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** The id of the newest event. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Goes on counting after the events of another process, so that whoever comes from there misses none of ours. */
  continueFrom(lastId: number): void {
    this.#lastId = Math.max(this.#lastId, lastId);
  }

  /** The kept events, oldest first, at most 1,000. */
  recent(): readonly NumberedEvent[] {
    return this.#recent.slice(-replayEventsMax);
  }

  #tell(listener: EventListener, event: NumberedEvent): void {
    try {
      listener(event);
    } catch (error) {
      this.#onListenerFault(error);
    }
  }
}
