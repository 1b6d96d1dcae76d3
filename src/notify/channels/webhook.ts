import { createHmac } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { announcementFields } from '../announcement.ts';
import { channel, type Message } from '../channel.ts';
import { resultOf } from '../http-answer.ts';

const answerMsMax = 10_000;

/** The body of the request, for receivers to check against. */
export const webhookPayload = Type.Object({
  ...announcementFields,
  visitUrl: Type.Optional(Type.String({ description: 'Address of the visit in the API' })),
  pictureUrl: Type.Optional(
    Type.String({ description: 'Address of its picture (JPEG); absent when there is none yet' }),
  ),
  auditHead: Type.Optional(
    Type.String({
      description:
        'Where the audit chain ended when this was sent, NUMBER:HASH: whoever keeps it can show later, by doorward audit ' +
        'verify --against, that the chain was written anew',
    }),
  ),
});
/** Its headers; the signature only where `notify.webhookSecret` is set. */
export const webhookHeaders = {
  'idempotency-key': 'The same at every attempt to deliver the same notification: drop what you have had',
  'x-doorward-timestamp': 'When it was sent, seconds since 1970 (UTC): refuse what is older than some minutes',
  'x-doorward-signature':
    'sha256= and the hexadecimal HMAC-SHA256 (RFC 2104) of the timestamp, a full stop and the body as it came; its key ' +
    'is notify.webhookSecret. Compare in constant time',
} as const;

/** Posts every notification as JSON. What is answered is its status: 2xx has taken it, and a redirect is not followed. */
export const webhookChannel = channel({
  name: 'webhook',
  isDisplay: false,
  settings: {
    webhookUrl: Type.String({
      default: '',
      maxLength: 2000,
      kind: 'web-address',
      secret: true, // Many receivers know their sender by the address alone.
      description: 'Address that gets a signed POST for each notification; empty for none',
    }),
    webhookSecret: Type.String({
      default: '',
      maxLength: 200,
      secret: true,
      description: 'Key of the HMAC-SHA256 signature; never shown',
    }),
  },
  deliverMsMax: 15_000,
  open({ webhookUrl: url, webhookSecret: secret }, { auditHead, clock, network }) {
    if (url === '') return { outcome: 'off' };
    if (!['http:', 'https:'].includes(URL.parse(url)?.protocol ?? ''))
      return { outcome: 'refused', message: 'cannot use notify.webhookUrl: it must begin with http:// or https://' };
    return {
      outcome: 'ready',
      async deliver(message) {
        const body = JSON.stringify(payloadOf(message, auditHead()));
        const timestamp = String(Math.floor(clock.wallMs() / 1000));
        const headers = {
          'content-type': 'application/json',
          'idempotency-key': message.key,
          'x-doorward-timestamp': timestamp,
          ...(secret === '' ? {} : { 'x-doorward-signature': signature(secret, timestamp, body) }),
        };
        const request = { url, method: 'POST', headers, body, timeoutMs: answerMsMax, answerBytesMax: 0 } as const;
        return resultOf(await network.request(request));
      },
    };
  },
});

function payloadOf(
  { news, visitUrl, pictureUrl }: Message,
  auditHead: string | undefined,
): Static<typeof webhookPayload> {
  const { hasPicture: _told, ...facts } = news;
  return {
    ...facts,
    ...(visitUrl === undefined ? {} : { visitUrl }),
    ...(pictureUrl === undefined ? {} : { pictureUrl }),
    ...(auditHead === undefined ? {} : { auditHead }),
  };
}

function signature(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
