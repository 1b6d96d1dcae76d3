import { createHmac } from 'node:crypto';
import type { Notification } from '../store/records.ts';
import type { Clock } from '../system/clock.ts';
import type { Log } from '../system/log.ts';
import type { Network, NetworkResult } from '../system/network.ts';
import type { Terminal } from '../system/terminal.ts';
import type { Channel, DeliveryResult } from './notify.ts';

const webhookMsMax = 10_000;

/** Writes every notification into the log. */
export function logChannel(log: Log): Channel {
  return {
    name: 'log',
    isDisplay: true,
    deliver(notification) {
      const { kind, visitId } = notification;
      log.info('a notification', { correlation_id: visitId ?? notification.id, kind, text: textOf(notification) });
      return delivered;
    },
  };
}

/** Prints "Ada is at the door" for whoever watches the terminal. */
export function terminalChannel(terminal: Terminal): Channel {
  return {
    name: 'terminal',
    isDisplay: true,
    deliver(notification) {
      terminal.print(printable(textOf(notification)));
      return delivered;
    },
  };
}

export interface WebhookParts {
  readonly url: string;
  /** Key of the signature; empty for none. */
  readonly secret: string;
  readonly network: Network;
  readonly clock: Pick<Clock, 'wallMs'>;
}

/**
 * Posts every notification as JSON. Headers: `idempotency-key`, the same at every attempt; `x-doorward-timestamp`,
 * seconds since 1970; `x-doorward-signature`, `sha256=` and the hexadecimal HMAC-SHA256 of `timestamp.body`.
 */
export function webhookChannel(
  parts: WebhookParts,
):
  | { readonly outcome: 'ready'; readonly channel: Channel }
  | { readonly outcome: 'refused'; readonly message: string } {
  const { clock, network, secret, url } = parts;
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target === undefined || !['http:', 'https:'].includes(target.protocol))
    return { outcome: 'refused', message: 'cannot use notify.webhookUrl: it must begin with http:// or https://' };
  const channel: Channel = {
    name: 'webhook',
    isDisplay: false,
    async deliver(notification) {
      const body = notification.payload;
      const timestamp = String(Math.floor(clock.wallMs() / 1000));
      const headers = {
        'content-type': 'application/json',
        'idempotency-key': notification.idempotencyKey,
        'x-doorward-timestamp': timestamp,
        ...(secret === '' ? {} : { 'x-doorward-signature': signature(secret, timestamp, body) }),
      };
      return verdictOn(
        await network.request({ url, method: 'POST', headers, body, timeoutMs: webhookMsMax, answerBytesMax: 0 }),
      );
    },
  };
  return { outcome: 'ready', channel };
}

/** What a receiver computes again to know that the notification is ours: HMAC-SHA256 (RFC 2104) over `timestamp.body`. */
function signature(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

const delivered: Promise<DeliveryResult> = Promise.resolve({ outcome: 'delivered' });

/** Too many requests, timeouts and the receiver's own faults pass (RFC 9110); any other refusal does not. */
function verdictOn(result: NetworkResult): DeliveryResult {
  if (result.outcome === 'unreachable')
    return { outcome: 'retry', reason: `cannot reach the webhook: ${result.reason}` };
  const { headers, status } = result;
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  const reason = `the webhook answered ${status}`;
  if (status !== 408 && status !== 425 && status !== 429 && status < 500) return { outcome: 'refused', reason };
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0
    ? { outcome: 'retry', reason, retryAfterMs: seconds * 1000 }
    : { outcome: 'retry', reason };
}

function textOf(notification: Notification): string {
  const payload: unknown = JSON.parse(notification.payload);
  const isAnnouncement = typeof payload === 'object' && payload !== null && 'text' in payload;
  return isAnnouncement && typeof payload.text === 'string' ? payload.text : notification.kind;
}

/** Names are written by people; a terminal must not obey what is in them. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '�');
}
