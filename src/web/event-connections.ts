import type { Clock } from '../system/clock.ts';
import type { EventType } from '../system/event.ts';
import type { EventStream, NumberedEvent } from '../telemetry/event-stream.ts';

const connectionsMax = 16;
const heartbeatMs = 15_000;
/** A browser that reconnects waits this long, so that a restart is not met by a stampede. */
const reconnectMs = 2000;
/** Bytes that may wait for a slow reader before it is cut; it comes back and catches up by its last id. */
export const waitingBytesMax = 256 * 1024;

/** The connection of somebody who listens. */
export interface Listener {
  readonly writableLength: number;
  write(chunk: string): boolean;
  end(): unknown;
  destroy(): unknown;
}

interface Subscription {
  /** From the Last-Event-ID header: kept events after it come first. */
  readonly afterId: number | undefined;
  /** Only these; every one when empty. */
  readonly types: ReadonlySet<EventType>;
}

/** The open server-sent event streams (WHATWG HTML, section 9.2). */
export class EventConnections {
  readonly #events: Pick<EventStream, 'subscribe'>;
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #leaves = new Map<Listener, () => void>();
  #heartbeat: AbortController | undefined;

  constructor(parts: { readonly events: Pick<EventStream, 'subscribe'>; readonly clock: Pick<Clock, 'sleep'> }) {
    this.#events = parts.events;
    this.#clock = parts.clock;
  }

  get isFull(): boolean {
    return this.#leaves.size >= connectionsMax;
  }

  /** Sends events from now on; call `leave` when the connection has gone. */
  join(listener: Listener, { afterId, types }: Subscription): void {
    listener.write(`retry: ${reconnectMs}\n\n`);
    const send = (event: NumberedEvent): void => {
      if (types.size > 0 && !types.has(event.type)) return;
      if (listener.writableLength > waitingBytesMax) this.#cut(listener);
      else listener.write(`id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    };
    const unsubscribe = this.#events.subscribe(send, afterId === undefined ? {} : { afterId });
    this.#leaves.set(listener, unsubscribe);
    if (this.#heartbeat === undefined) {
      this.#heartbeat = new AbortController();
      void this.#beat(this.#heartbeat.signal);
    }
  }

  leave(listener: Listener): void {
    this.#leaves.get(listener)?.();
    this.#leaves.delete(listener);
    if (this.#leaves.size > 0) return;
    this.#heartbeat?.abort();
    this.#heartbeat = undefined;
  }

  /** Ends every stream, so that the server can close. */
  close(): void {
    for (const listener of this.#leaves.keys()) {
      this.leave(listener);
      listener.end();
    }
  }

  #cut(listener: Listener): void {
    this.leave(listener);
    listener.destroy();
  }

  /** A comment now and then: proxies keep the connection, and both ends notice when it is dead. */
  async #beat(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#clock.sleep(heartbeatMs, signal);
      if (signal.aborted) return;
      for (const listener of this.#leaves.keys()) {
        if (listener.writableLength > waitingBytesMax) this.#cut(listener);
        else listener.write(': still here\n\n');
      }
    }
  }
}
