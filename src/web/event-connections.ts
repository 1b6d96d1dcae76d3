import type { Clock } from '../system/clock.ts';
import type { EventType } from '../system/event.ts';
import type { EventStream, NumberedEvent } from '../telemetry/event-stream.ts';
import { updateAnswer } from './update-answer.ts';
import type { UpdateDesk } from './update-desk.ts';

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
  readonly types: ReadonlySet<EventType | typeof updateEvent>;
}

/** What the updater does, whenever it changes: beside the events of the contract, and without an id. */
export const updateEvent = 'UPDATE';

interface ConnectionsParts {
  readonly events: Pick<EventStream, 'subscribe'>;
  readonly clock: Pick<Clock, 'sleep' | 'uptimeMs'>;
  updateDesk(): UpdateDesk | string;
}

/** The open server-sent event streams (WHATWG HTML, section 9.2). */
export class EventConnections {
  readonly #parts: ConnectionsParts;
  readonly #leaves = new Map<Listener, () => void>();
  /** Who wants to hear of updates. */
  readonly #updated = new Set<Listener>();
  #followed: { readonly desk: UpdateDesk; readonly stop: () => void } | undefined;
  #heartbeat: AbortController | undefined;

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
  }

  get isFull(): boolean {
    return this.#leaves.size >= connectionsMax;
  }

  /** Sends events from now on; call `leave` when the connection has gone. */
  join(listener: Listener, { afterId, types }: Subscription): void {
    listener.write(`retry: ${reconnectMs}\n\n`);
    const send = (event: NumberedEvent): void => {
      if (types.size > 0 && !types.has(event.type)) return;
      this.#send(listener, `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    };
    const unsubscribe = this.#parts.events.subscribe(send, afterId === undefined ? {} : { afterId });
    this.#leaves.set(listener, unsubscribe);
    this.#followDesk();
    if (types.size === 0 || types.has(updateEvent)) {
      this.#updated.add(listener);
      if (this.#followed !== undefined) this.#send(listener, this.#updateText(this.#followed.desk));
    }
    if (this.#heartbeat === undefined) {
      this.#heartbeat = new AbortController();
      void this.#beat(this.#heartbeat.signal);
    }
  }

  leave(listener: Listener): void {
    this.#leaves.get(listener)?.();
    this.#leaves.delete(listener);
    this.#updated.delete(listener);
    if (this.#leaves.size > 0) return;
    this.#followed?.stop();
    this.#followed = undefined;
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

  #send(listener: Listener, text: string): void {
    if (listener.writableLength > waitingBytesMax) this.#cut(listener);
    else listener.write(text);
  }

  /** Who answers for updates changes when a candidate is committed: that is noticed with the next heartbeat. */
  #followDesk(): void {
    const found = this.#parts.updateDesk();
    const desk = typeof found === 'string' ? undefined : found;
    if (desk === this.#followed?.desk) return;
    this.#followed?.stop();
    if (desk === undefined) return void (this.#followed = undefined);
    const tell = (): void => {
      const text = this.#updateText(desk);
      for (const listener of this.#updated) this.#send(listener, text);
    };
    this.#followed = { desk, stop: desk.subscribe(tell) };
    tell();
  }

  #updateText(desk: UpdateDesk): string {
    const answer = updateAnswer(desk, this.#parts.clock.uptimeMs());
    return `event: ${updateEvent}\ndata: ${JSON.stringify(answer)}\n\n`;
  }

  #cut(listener: Listener): void {
    this.leave(listener);
    listener.destroy();
  }

  /** A comment now and then: proxies keep the connection, and both ends notice when it is dead. */
  async #beat(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#parts.clock.sleep(heartbeatMs, signal);
      if (signal.aborted) return;
      for (const listener of this.#leaves.keys()) this.#send(listener, ': still here\n\n');
      this.#followDesk();
    }
  }
}
