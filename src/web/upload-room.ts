import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { pictureLimits } from '../system/inference.ts';
import { RequestRefused, tooMuch } from './problem.ts';
import type { Site } from './site.ts';

/** Pictures that are being received or waiting, in bytes, so that many at once do not fill the memory; one always fits. */
const uploadsBytesMax = 24 * 1024 * 1024;
/** A camera that pushes never waits for them. */
const framesBytesMax = 8 * 1024 * 1024;

/** Lets in as many uploads as there is memory for; the others are told to come back before they have sent anything. */
export function limitUploads(site: Site): void {
  const uploads = new UploadRoom(uploadsBytesMax);
  const frames = new UploadRoom(framesBytesMax);
  site.addHook('onRequest', async (request, reply) => {
    const type = request.headers['content-type'] ?? '';
    if (!/^(image|multipart)\//i.test(type)) return;
    const leave = (request.routeOptions.url === '/api/v1/frames' ? frames : uploads).enter(declaredBytes(request));
    if (leave === undefined)
      throw tooMuch('busy', {
        message: 'cannot take more pictures at once',
        advice: 'Send them one after the other.',
      });
    reply.raw.once('close', leave);
  });
}

class UploadRoom {
  readonly #bytesMax: number;
  #taken = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  enter(bytes: number): (() => void) | undefined {
    if (this.#taken > 0 && this.#taken + bytes > this.#bytesMax) return undefined;
    this.#taken += bytes;
    return () => {
      this.#taken -= bytes;
    };
  }
}

/** Without a length it may be anything. */
function declaredBytes({ headers }: FastifyRequest): number {
  const declared = Number(headers['content-length'] ?? Number.NaN);
  return Number.isSafeInteger(declared) && declared >= 0 ? declared : pictureLimits.fileBytesMax;
}

/** All of a picture, in one piece of memory where its length is known. */
export async function receive(request: FastifyRequest, pipe: Readable): Promise<Uint8Array> {
  const { fileBytesMax } = pictureLimits;
  const picture = Buffer.allocUnsafeSlow(Math.min(declaredBytes(request), fileBytesMax));
  let length = 0;
  try {
    for await (const chunk of pipe) {
      if (!(chunk instanceof Uint8Array)) continue;
      if (length + chunk.length > picture.length) throw tooLarge();
      picture.set(chunk, length);
      length += chunk.length;
    }
  } catch (error) {
    // A form that is too large says so with its status; what carries none is a caller who has gone.
    if (error instanceof Error && ('status' in error || 'statusCode' in error)) throw error;
    throw cutShort();
  }
  return picture.subarray(0, length);
}

function cutShort(): RequestRefused {
  return new RequestRefused(400, 'cut-short', {
    message: 'cannot read picture: the request was cut short',
    advice: 'Send it again.',
  });
}

function tooLarge(): RequestRefused {
  return new RequestRefused(413, 'picture-too-large', {
    message: `cannot read picture: it has more than ${pictureLimits.fileBytesMax / 1024 / 1024} MB`,
    advice: 'Send a smaller picture.',
  });
}
