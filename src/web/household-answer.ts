import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { actorOf } from '../access/story.ts';
import type { EnrolResult, PictureRefusal, Refusal, Who } from '../people/acts.ts';
import type { Person } from '../store/records.ts';
import { wholePersonAnswer } from './answers.ts';
import type { WebParts } from './parts.ts';
import { RequestRefused, refused } from './problem.ts';
import { pictureRefused } from './upload.ts';
import { closed, idShape, nameShape, wholePersonShape } from './shapes.ts';

/** Who acts, for the audit chain; `api` for whoever is asked no log-in. */
export function actorIn({ caller }: Pick<FastifyRequest, 'caller'>): string {
  return caller.kind === 'user' || caller.kind === 'token' ? actorOf(caller) : 'api';
}

/** A new person by name, or one of the household. */
export const whoShape = Type.Union([
  Type.Object({ name: nameShape }, closed),
  Type.Object({ personId: idShape }, closed),
]);

const refusalShape = Type.Object({ label: Type.String(), reason: Type.String(), message: Type.String() });
export const enrolledShape = Type.Object({
  person: wholePersonShape,
  isNew: Type.Boolean(),
  faces: Type.Array(Type.Object({ faceId: Type.String(), label: Type.String() })),
  refusals: Type.Array(refusalShape, { description: 'Pictures that were not taken, and why' }),
});

/** Refused for the picture's weight, or for none of its faults. */
const pictureTroubles = ['too-large', 'busy', 'unavailable'] as const;

/** The household's refusal as an answer; its message says why. */
export function householdRefused({ reason, message }: Refusal): RequestRefused {
  const advice = 'Do what the message says and try again.';
  const trouble = pictureTroubles.find((outcome) => reason === `picture-${outcome}`);
  if (trouble !== undefined) return pictureRefused(trouble, message);
  if (reason.startsWith('no-such-')) return new RequestRefused(404, reason, { message, advice });
  if (reason === 'busy' || reason === 'visit-under-way') return new RequestRefused(409, reason, { message, advice });
  if (reason === 'storage')
    return new RequestRefused(503, reason, { message, advice: 'Run `doorward doctor` on the device.' });
  return refused(reason, message);
}

/** Somebody of the household with all faces. */
export function wholePerson(parts: Pick<WebParts, 'read'>, person: Person): Static<typeof wholePersonShape> {
  return wholePersonAnswer(person, parts.read.facesOf(person.id));
}

/** Enrols one picture, visit, or whoever stands at the camera now. Throws `RequestRefused`. */
export async function enrol(parts: WebParts, request: EnrolWish): Promise<Static<typeof enrolledShape>> {
  const { who, isSomebodyElse, actor } = request;
  const wish = { who, actor, isSomebodyElse };
  const result =
    request.from === 'camera'
      ? await enrolFromCamera(parts, wish)
      : await parts.household.enrol({ ...wish, from: request.from });
  if (result.outcome === 'refused') throw householdRefused(result);
  const { person, isNew, faces, refusals } = result;
  return { person: wholePerson(parts, person), isNew, faces: [...faces], refusals: refusals.map(pictureRefusal) };
}

interface EnrolWish {
  readonly who: Who;
  /** See `actorIn`. */
  readonly actor: string;
  readonly isSomebodyElse: boolean;
  readonly from: 'camera' | Parameters<WebParts['household']['enrol']>[0]['from'];
}

/** What a refused picture says. */
export function pictureRefusal({ label, reason, message }: PictureRefusal): Static<typeof refusalShape> {
  return { label, reason, message };
}

/** Older pictures show who was at the door before. */
const enrolMsMax = 10_000;

async function enrolFromCamera(
  parts: WebParts,
  wish: { who: Who; actor: string; isSomebodyElse: boolean },
): Promise<EnrolResult> {
  const held = parts.camera.recent();
  const nowMs = parts.clock.uptimeMs();
  const frames = held.filter(({ capturedMs }) => nowMs - capturedMs <= enrolMsMax);
  const trouble = parts.camera.status().reason;
  try {
    return await parts.household.enrol({ ...wish, from: { kind: 'camera', frames, trouble } });
  } finally {
    for (const frame of held) parts.camera.letGo(frame);
  }
}
