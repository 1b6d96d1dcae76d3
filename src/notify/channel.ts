import type { Static, TObject, TProperties } from 'typebox';
import type { Clock } from '../system/clock.ts';
import type { Log } from '../system/log.ts';
import type { Network } from '../system/network.ts';
import type { Terminal } from '../system/terminal.ts';
import type { Announcement } from './announcement.ts';

/** What a channel is to tell. */
export interface Message {
  /** The same at every attempt: a receiver drops the second copy by it. */
  readonly key: string;
  /** Facts and words. All news of a visit bear its id. */
  readonly news: Announcement;
  /** What the channel called its last message of this visit: one that can puts the name into the message of the ring. */
  readonly earlier?: string;
  /** Where a browser finds them; absent when there is nothing to see (yet). */
  readonly visitUrl?: string;
  readonly pictureUrl?: string;
  /** The picture itself (JPEG), for a channel that sends it. */
  readonly picture?: () => Promise<Uint8Array | undefined>;
}

export type DeliveryResult =
  /** `reference`: what the channel calls the message, so that later news of the visit can change it. */
  | { readonly outcome: 'delivered'; readonly reference?: string }
  /** `retry`: it may work later. `refused`: it will not. */
  | { readonly outcome: 'retry' | 'refused'; readonly reason: string; readonly retryAfterMs?: number };

/** What of the machine a channel may use: exactly this. */
export interface ChannelTools {
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly log: Log;
  readonly network: Network;
  /** Where somebody reads; undefined when nobody does. */
  readonly terminal: Pick<Terminal, 'print' | 'isRecorded'> | undefined;
  /** Where the audit chain ends now, `NUMBER:HASH`; undefined while another process writes it. */
  readonly auditHead: () => string | undefined;
}

/** `off`: its owner has not set it up. `refused`: it is set up so that it cannot work. */
export type OpenedChannel =
  | ({ readonly outcome: 'ready' } & Pick<Channel, 'deliver' | 'run'>)
  | { readonly outcome: 'off' }
  | { readonly outcome: 'refused'; readonly message: string };

/** A way to tell people, all of it: what is known of a channel anywhere is said in its one file of channels/. */
export interface ChannelDescription<Own extends TProperties> {
  readonly name: string;
  /** A display disturbs nobody: it hears of known visitors too, and no rate holds it back. */
  readonly isDisplay: boolean;
  /** Its part of the section `notify`, with defaults, limits and secret marks. */
  readonly settings: Own;
  /** A delivery that takes longer is tried again later. */
  readonly deliverMsMax: number;
  open(settings: Static<TObject<Own>>, tools: ChannelTools): OpenedChannel;
}

/** A channel in use. */
export interface Channel extends Pick<ChannelDescription<TProperties>, 'name' | 'isDisplay' | 'deliverMsMax'> {
  deliver(message: Message): Promise<DeliveryResult>;
  /**
   * Of a channel that keeps a connection or hears answers: goes on until the signal, and never rejects. One process at a
   * time runs it: at a hand-over the next begins when the last has ended.
   */
  run?(signal: AbortSignal): Promise<void>;
}

/** Says a channel: the settings that `open` gets are those that it has described. */
export function channel<Own extends TProperties>(description: ChannelDescription<Own>): ChannelDescription<Own> {
  return description;
}
