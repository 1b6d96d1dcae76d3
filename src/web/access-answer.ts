import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Done, Entered, Origin } from '../access/answers.ts';
import { roles, scopes } from '../access/caller.ts';
import type { AccessFailure, Refusal } from '../access/failure.ts';
import { cookieNames, cookieOf, cookieText } from './cookies.ts';
import { RequestRefused } from './problem.ts';
import { nullable } from './shapes.ts';

/** Browsers keep none for longer; how long a log-in is good is said elsewhere. */
const cookieMaxAgeS = 400 * 24 * 60 * 60;
const agentCharactersMax = 300;

/** Longer than any that is taken, so that it is said why; shorter than what would be work. */
export const passwordShape = Type.String({ minLength: 1, maxLength: 2000, description: 'At least 12 characters' });
export const userNameShape = Type.String({ minLength: 1, maxLength: 200, description: 'As it is logged in with' });
export const codeShape = Type.String({ maxLength: 40 });
export const roleShape = Type.Enum([...roles]);
const milliseconds = (description: string) => Type.Number({ description: `${description}, milliseconds since 1970` });
const seen = nullable(milliseconds('Last time; null: never'));
const created = milliseconds('When it was made');
const expires = milliseconds('When it is void');

export const sessionShape = Type.Object({
  id: Type.String(),
  isOwn: Type.Boolean({ description: 'The one that asks' }),
  createdMs: created,
  seenMs: milliseconds('Last time'),
  address: Type.String(),
  agent: Type.String({ description: 'What the browser says that it is' }),
});
export const userShape = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: roleShape,
  createdMs: created,
  seenMs: seen,
  hasSecondFactor: Type.Boolean(),
  recoveryCodesLeft: Type.Integer(),
});
export const invitationShape = Type.Object({
  id: Type.String(),
  role: roleShape,
  createdMs: created,
  expiresMs: expires,
});
export const tokenShape = Type.Object({
  id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Type.Enum([...scopes])),
  createdMs: created,
  expiresMs: expires,
  seenMs: seen,
});

/** From whom a password, a code or a name comes, for delays that know known devices. */
export function originOf({ headers, peer }: Pick<FastifyRequest, 'headers' | 'peer'>): Origin {
  return {
    address: peer.address,
    agent: (headers['user-agent'] ?? '').slice(0, agentCharactersMax),
    device: cookieOf(headers.cookie, cookieNames(peer).device),
  };
}

/** Somebody is in: the browser keeps what shows it. Throws what was refused. */
export function enter<Way extends Entered>(
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  entered: Way | Refusal,
): Way {
  if (entered.outcome === 'refused') throw accessRefused(entered);
  const { peer } = exchange.request;
  const names = cookieNames(peer);
  const lasting = { ...peer, maxAgeS: cookieMaxAgeS };
  exchange.reply.header('set-cookie', [
    cookieText(names.session, entered.session, lasting),
    cookieText(names.device, entered.device, lasting),
  ]);
  return entered;
}

/** Nothing of whoever was here stays in the browser, but that this device is known. */
export function leave({ peer }: FastifyRequest, reply: FastifyReply): void {
  reply.header('set-cookie', cookieText(cookieNames(peer).session, '', { ...peer, maxAgeS: 0 }));
  // Of a name that others share (localhost, whatever the port) it would clear theirs too.
  if (peer.isEncrypted) reply.header('clear-site-data', '"cache", "storage"');
}

/** What was done; throws what was refused. */
export function granted<Answer extends { readonly outcome: string }>(answer: Answer | Refusal): Answer {
  if (isRefusal(answer)) throw accessRefused(answer);
  return answer;
}

function isRefusal(answer: { readonly outcome: string } | Done): answer is Refusal {
  return answer.outcome === 'refused';
}

function accessRefused({ failure, message, retryAfterS }: Refusal): RequestRefused {
  const [status, advice] = ways[failure];
  return new RequestRefused(status, failure, {
    message,
    advice,
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  });
}

const again = 'Mend what the message names and try again.';
const later = 'Wait for the seconds that Retry-After names.';

/** What each failure is in HTTP, and what to do about it. */
const ways: Readonly<Record<AccessFailure, readonly [status: number, advice: string]>> = {
  'already-claimed': [409, 'Log in, or ask its administrator for an invitation.'],
  unclaimed: [409, 'Claim it first, with the code that the device shows.'],
  'wrong-code': [401, 'Run `doorward access` on the device and type the code that it shows.'],
  'wrong-credentials': [401, 'Try again; who forgot the password comes in with a recovery code.'],
  'second-factor-needed': [401, 'Send the code that the phone shows as secondFactor.'],
  'wrong-recovery-code': [401, 'Look at the list that was shown once; each code works once.'],
  'wrong-second-factor': [401, 'Take the code that the phone shows now, and look whether both clocks are right.'],
  'too-many-tries': [429, later],
  busy: [503, later],
  'name-unusable': [422, again],
  'name-taken': [409, 'Choose another.'],
  'password-short': [422, again],
  'password-long': [422, again],
  'password-is-name': [422, again],
  'scopes-unusable': [422, again],
  'invitation-unusable': [422, 'Ask an administrator for another one.'],
  'last-administrator': [409, 'Make somebody else an administrator first.'],
  'not-a-user': [403, 'Log in on the page.'],
  'no-second-factor': [409, 'Begin one with POST.'],
  'not-found': [404, 'Reload the list and choose again.'],
  'too-many': [409, 'Remove one that nobody needs.'],
};
