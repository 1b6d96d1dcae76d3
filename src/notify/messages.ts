import type { Notification } from '../store/records.ts';
import type { Announcement } from './announcement.ts';
import type { Message } from './channel.ts';

/** Messages that later news of the same visit may still change. */
const referencesMax = 200;

export interface MessageParts {
  /** Where a browser finds this doorbell: `http://127.0.0.1:8080`. */
  address(): string;
  /** The picture of a visit (JPEG), for channels that send it themselves. */
  pictureOf(visitId: string): Promise<Uint8Array | undefined>;
}

/**
 * What channels are told, made of what the outbox holds.
 * Chosen: what a channel calls its message is remembered in memory; rejected: a column of the outbox; why: a name follows
 * its ring within seconds, and after a restart between the two a second message is no harm.
 */
export class Messages {
  readonly #parts: MessageParts;
  /** By channel and visit, oldest first. */
  readonly #references = new Map<string, string>();

  constructor(parts: MessageParts) {
    this.#parts = parts;
  }

  of({ idempotencyKey: key, channel }: Notification, news: Announcement): Message {
    const { visitId } = news;
    if (visitId === undefined) return { key, news };
    const visitUrl = `${this.#parts.address()}/api/v1/visits/${visitId}`;
    const earlier = this.#references.get(`${channel} ${visitId}`);
    const message = { key, news, visitUrl, ...(earlier === undefined ? {} : { earlier }) };
    if (news.hasPicture !== true) return message;
    return { ...message, pictureUrl: `${visitUrl}/picture.jpg`, picture: () => this.#parts.pictureOf(visitId) };
  }

  /** A channel has taken news of a visit, and calls its message so. */
  noteDelivered({ channel, visitId }: Notification, reference: string | undefined): void {
    if (visitId === undefined || reference === undefined) return;
    this.#references.set(`${channel} ${visitId}`, reference);
    const [oldest] = this.#references.keys();
    if (this.#references.size > referencesMax && oldest !== undefined) this.#references.delete(oldest);
  }
}
