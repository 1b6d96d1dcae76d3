import multipart from '@fastify/multipart';
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import Type, { type TUnsafe } from 'typebox';
import { pictureLimits, type DecodeFailure, type Pictures } from '../system/inference.ts';
import type { Lend, Pixels } from '../system/pixels.ts';
import type { WebParts } from './parts.ts';
import { notNow, RequestRefused, refused, tooMuch } from './problem.ts';
import type { Site } from './site.ts';
import { giveBack, limitUploads, receive, uploadBytesMax } from './upload-room.ts';

/** What a multipart form may hold; it is stopped before it fills the memory. */
const uploadLimits = {
  files: 1,
  fields: 4,
  parts: 5,
  fieldNameSize: 50,
  fieldSize: 8 * 1024,
  fileSize: pictureLimits.fileBytesMax,
  headerPairs: 20,
} as const;

export { uploadBytesMax } from './upload-room.ts';

/** Lets the routes of this site take forms and pictures; the others answer 415 to them. */
export async function acceptUploads(
  site: Site,
  { clock, collectYoung }: Pick<WebParts, 'clock' | 'collectYoung'>,
): Promise<void> {
  site.decorate('collectYoung', collectYoung);
  limitUploads(site, clock);
  await site.register(multipart, { limits: uploadLimits });
  site.addContentTypeParser(
    imageTypes,
    { bodyLimit: uploadBytesMax },
    async (request: FastifyRequest, body: Readable) => receive(request, body),
  );
}

/** Also as old programs call them. What a picture is, its first bytes say. */
const imageTypes = [
  'image/jpeg',
  'image/jpg',
  'image/pjpeg',
  'image/png',
  'image/x-png',
  'image/webp',
  'image/avif',
  'image/tiff',
];

type BodyContent = Readonly<Record<string, { schema: TUnsafe<unknown> }>>;

/** How OpenAPI is told of an upload with these text fields beside the picture; without any, the picture may be the whole body. */
export function pictureBody(fieldNames: readonly string[] = []): BodyContent {
  const picture = { type: 'string', format: 'binary', description: 'JPEG, PNG, WebP, AVIF or TIFF, at most 16 MB' };
  const fields = Object.fromEntries(fieldNames.map((name) => [name, { type: 'string' }]));
  const form = { type: 'object', properties: { ...fields, picture }, required: ['picture'], 'x-upload': true };
  const bare = imageTypes.map((type) => [type, { schema: Type.Unsafe({ ...picture, 'x-upload': true }) }] as const);
  return { 'multipart/form-data': { schema: Type.Unsafe(form) }, ...Object.fromEntries(bare) };
}

export interface Upload {
  readonly picture: Uint8Array;
  readonly fields: Readonly<Record<string, string>>;
}

/** Reads a picture sent as the field "picture" of a form, or as the whole body with an image type. */
export async function readUpload(request: FastifyRequest, fieldNames: readonly string[] = []): Promise<Upload> {
  if (!request.isMultipart()) {
    if (request.body instanceof Uint8Array) return { picture: request.body, fields: {} };
    throw noPicture();
  }
  try {
    return await readForm(request, fieldNames);
  } catch (error) {
    // What the parser throws about a broken form carries no status; a form that is too large does.
    if (error instanceof RequestRefused || (error instanceof Error && 'statusCode' in error)) throw error;
    throw brokenForm();
  }
}

async function readForm(request: FastifyRequest, fieldNames: readonly string[]): Promise<Upload> {
  const fields: Record<string, string> = {};
  let picture: Uint8Array | undefined;
  for await (const part of request.parts()) {
    if (part.type === 'file' && part.fieldname === 'picture') picture = await receive(request, part.file);
    else if (part.type === 'field' && fieldNames.includes(part.fieldname)) fields[part.fieldname] = String(part.value);
    else throw unknownField(part.fieldname);
  }
  if (picture === undefined) throw noPicture();
  return { picture, fields };
}

/** Decodes an upload. Throws `RequestRefused`, see `pictureRefused`. */
export async function decodeUpload(pictures: Pick<Pictures, 'decode'>, bytes: Uint8Array, lend: Lend): Promise<Pixels> {
  const result = await pictures.decode(bytes, lend, () => giveBack(bytes));
  if (result.outcome === 'decoded') return result.picture;
  throw pictureRefused(result.outcome, result.message);
}

/**
 * 413 when a picture is too large, 429 when too many wait, 503 when no process can be started, else 422: with the words of
 * whoever decoded it.
 */
export function pictureRefused(outcome: DecodeFailure, message: string): RequestRefused {
  switch (outcome) {
    case 'too-large': {
      const advice = `Send it smaller, or as an ordinary JPEG: at most ${pictureLimits.fileBytesMax / 1024 / 1024} MB and ${pictureLimits.pixelsMax / 1e6} megapixels.`;
      return new RequestRefused(413, 'picture-too-large', { message, advice });
    }
    case 'busy':
      return tooMuch('picture-busy', { message, advice: 'Send pictures one after the other.' });
    case 'unavailable':
      return notNow('picture-unavailable', message);
    case 'empty':
    case 'not-a-picture':
    case 'corrupt':
    case 'animated':
    case 'too-costly':
      return refused(`picture-${outcome}`, message);
  }
}

function brokenForm(): RequestRefused {
  return new RequestRefused(400, 'broken-form', {
    message: 'cannot read this form: it is broken or cut short',
    advice: 'Send it again as multipart/form-data.',
  });
}

function noPicture(): RequestRefused {
  return new RequestRefused(400, 'no-picture', {
    message: 'cannot find a picture in this request',
    advice: 'Send it as the field "picture" of multipart/form-data, or as the body with Content-Type image/jpeg.',
  });
}

function unknownField(name: string): RequestRefused {
  return new RequestRefused(400, 'invalid-request', {
    message: `cannot accept the form field ${JSON.stringify(name.slice(0, 50))}`,
    advice: 'See /openapi.json for what this address accepts.',
  });
}
