import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../system/clock.ts';
import { pictureLimits } from '../system/inference.ts';
import { RequestRefused, tooMuch } from './problem.ts';
import type { Site } from './site.ts';

/** Pictures that are being received or waiting, in bytes, so that many at once do not fill the memory; one always fits. */
const uploadsBytesMax = 16 * 1024 * 1024;
/** A camera that pushes never waits for them. */
const framesBytesMax = 8 * 1024 * 1024;

/** Of a picture that comes in pieces, so much may wait for the collector. */
const piecesBytesMax = 1024 * 1024;

/** An upload that is slower than this, after so long, makes room for another: a drip may not keep everybody out. */
const slowBytesPerS = 16 * 1024;
const slowAfterMs = 5000;

/** Lets in as many uploads as there is memory for; the others are told to come back before they have sent anything. */
export function limitUploads(site: Site, clock: Pick<Clock, 'uptimeMs'>): void {
  const uploads = new UploadRoom(uploadsBytesMax, clock);
  const frames = new UploadRoom(framesBytesMax, clock);
  site.addHook('onRequest', async (request, reply) => {
    const type = request.headers['content-type'] ?? '';
    if (!/^(image|multipart)\//i.test(type)) return;
    const leave = (request.routeOptions.url === '/api/v1/frames' ? frames : uploads).enter(request);
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
  readonly #clock: Pick<Clock, 'uptimeMs'>;
  readonly #inside = new Set<Guest>();

  constructor(bytesMax: number, clock: Pick<Clock, 'uptimeMs'>) {
    this.#bytesMax = bytesMax;
    this.#clock = clock;
  }

  enter(request: FastifyRequest): (() => void) | undefined {
    const bytes = declaredBytes(request);
    if (!this.#fits(bytes)) this.#showOutSlow();
    if (!this.#fits(bytes)) return undefined;
    const { raw } = request;
    const guest = { raw, bytes, enteredMs: this.#clock.uptimeMs(), bytesReadBefore: raw.socket.bytesRead };
    this.#inside.add(guest);
    return () => void this.#inside.delete(guest);
  }

  #fits(bytes: number): boolean {
    const taken = [...this.#inside].reduce((sum, guest) => sum + guest.bytes, 0);
    return taken === 0 || taken + bytes <= this.#bytesMax;
  }

  #showOutSlow(): void {
    const nowMs = this.#clock.uptimeMs();
    for (const guest of this.#inside) {
      const insideMs = nowMs - guest.enteredMs;
      const bytesPerS = (guest.raw.socket.bytesRead - guest.bytesReadBefore) / (insideMs / 1000);
      if (guest.raw.complete || insideMs < slowAfterMs || bytesPerS >= slowBytesPerS) continue;
      this.#inside.delete(guest);
      guest.raw.destroy();
    }
  }
}

/** An upload that has been let in. */
interface Guest {
  readonly raw: FastifyRequest['raw'];
  readonly bytes: number;
  readonly enteredMs: number;
  readonly bytesReadBefore: number;
}

/** Without a length it may be anything. */
function declaredBytes({ headers }: FastifyRequest): number {
  const declared = Number(headers['content-length'] ?? Number.NaN);
  return Number.isSafeInteger(declared) && declared >= 0 ? declared : pictureLimits.fileBytesMax;
}

/** Gives the memory of a received picture back now: the collector comes when it likes. */
export function giveBack({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

/** The picture and the form around it. */
export const uploadBytesMax = pictureLimits.fileBytesMax + 64 * 1024;

/** All of a picture, in one piece of memory where its length is known. */
export async function receive(request: FastifyRequest, pipe: Readable): Promise<Uint8Array> {
  const { fileBytesMax } = pictureLimits;
  if (declaredBytes(request) > uploadBytesMax) throw tooLarge();
  const picture = Buffer.allocUnsafeSlow(Math.min(declaredBytes(request), fileBytesMax));
  let [length, collected] = [0, 0];
  try {
    for await (const chunk of pipe) {
      if (!(chunk instanceof Uint8Array)) continue;
      if (length + chunk.length > picture.length) throw tooLarge();
      picture.set(chunk, length);
      length += chunk.length;
      if (length - collected < piecesBytesMax) continue;
      collected = length;
      request.server.collectYoung();
    }
  } catch (error) {
    giveBack(picture);
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
