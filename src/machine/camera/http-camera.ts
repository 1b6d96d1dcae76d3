import type { IncomingMessage } from 'node:http';
import type { Camera, CameraEnd, FrameSink } from '../../system/camera.ts';
import { wordsOf } from '../../system/error-words.ts';
import type { DecodeResult } from '../../system/inference.ts';
import type { VideoSource } from './camera-address.ts';
import { spareBuffer } from '../../system/pixels.ts';
import { type CameraParts, copyInto, fitWithin, Pace } from './camera-parts.ts';
import { cameraWords } from './camera-words.ts';
import { HttpLine } from './http-line.ts';
import { JpegCutter, jpegBytesMax } from './jpeg-cutter.ts';

/** A camera with single pictures is asked no more often: each is an exposure and a JPEG of its own. */
const snapshotsPerSecondMax = 4;
/** So many pictures that cannot be read, one after the other, and it is no camera. */
const unreadableMax = 10;

/**
 * A camera at http:// or https://: motion JPEG, or single pictures that are asked for again and again; whatever else it
 * sends is for `video`. Chosen: one request, and its answer tells which; rejected: a setting, the end of the address; why:
 * owners do not know, and `snapshot.jpg` may stream. Chosen: motion JPEG read here; rejected: by ffmpeg; why: at one
 * picture in two seconds ffmpeg shows each up to four seconds late, and the first only after the second or third.
 */
export function httpCamera(source: VideoSource & { readonly url: URL }, parts: CameraParts, video: Camera): Camera {
  const failed = (complaint: string): CameraEnd => {
    const why = cameraWords(complaint, source.secrets) ?? 'it closed the connection';
    return { outcome: 'failed', reason: `cannot read ${source.description}: ${why}` };
  };
  return {
    description: source.description,
    origin: 'sensor',
    async stream(sink, signal): Promise<CameraEnd> {
      const line = new HttpLine(source.url);
      const ending = new AbortController();
      const end = (): void => ending.abort();
      signal.addEventListener('abort', end, { once: true });
      try {
        const ended = await show(line, { sink, parts, signal: ending.signal });
        if (signal.aborted) return { outcome: 'ended' };
        if (ended !== 'not-pictures') return failed(ended);
      } finally {
        ending.abort();
        signal.removeEventListener('abort', end);
        line.close();
      }
      return await video.stream(sink, signal);
    },
  };
}

interface Showing {
  readonly sink: FrameSink;
  readonly parts: CameraParts;
  readonly signal: AbortSignal;
}

/** Shows pictures until there are no more; says why. */
async function show(line: HttpLine, showing: Showing): Promise<string> {
  const { parts, signal } = showing;
  const screen = new Screen(showing);
  const pace = new Pace({ ...parts, framesPerSecond: Math.min(parts.framesPerSecond, snapshotsPerSecondMax) });
  while (await pace.next(signal)) {
    const askedMs = parts.clock.uptimeMs();
    const answer = await line.ask(signal);
    if (answer.outcome === 'failed') return answer.complaint;
    const { response } = answer;
    try {
      const kind = kindOf(response);
      if (kind === 'other') return 'not-pictures';
      if (kind === 'stream') {
        const end = await showStream(response, screen, parts);
        if (end !== undefined) return end;
        continue; // It ended well, and is asked again.
      }
      const bytes = await readWhole(response);
      await screen.show({ bytes, beganMs: askedMs }); // It may be exposed as soon as it is asked for.
    } catch (error) {
      return wordsOf(error);
    } finally {
      response.destroy();
    }
    if (screen.isHopeless) return screen.complaint;
  }
  return '';
}

/** Shows the pictures of an answer as they come; why there are none, or undefined at its end. */
async function showStream(
  response: IncomingMessage,
  screen: Screen,
  { clock }: CameraParts,
): Promise<string | undefined> {
  const cutter = new JpegCutter();
  let foreignBytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    const pictures = cutter.take(chunk, clock.uptimeMs());
    for (const picture of pictures) screen.offer(picture);
    if (screen.isHopeless) return screen.complaint;
    foreignBytes = pictures.length > 0 ? -Infinity : foreignBytes + chunk.length;
    if (foreignBytes > jpegBytesMax) return 'not-pictures';
  }
  return foreignBytes > 0 ? 'not-pictures' : undefined;
}

/** What an answer is by its type; a type that says nothing is taken for pictures until they fail to come. */
function kindOf({ headers }: IncomingMessage): 'picture' | 'stream' | 'other' {
  const type = (headers['content-type'] ?? '').toLowerCase();
  if (type.startsWith('image/')) return 'picture';
  return /^(video\/(?!.*jpeg)|audio\/|application\/(?!octet-stream))/.test(type) ? 'other' : 'stream';
}

async function readWhole(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > jpegBytesMax) throw new Error(`its picture is larger than ${jpegBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

interface Picture {
  readonly bytes: Uint8Array;
  readonly beganMs: number;
}

/** Decodes one picture at a time, no more often than is wanted, and always the newest. */
class Screen {
  readonly #showing: Showing;
  readonly #lend = spareBuffer();
  #waiting: Picture | undefined;
  #isAtWork = false;
  #dueMs = 0;
  #unreadable = 0;
  complaint = '';

  constructor(showing: Showing) {
    this.#showing = showing;
  }

  get isHopeless(): boolean {
    return this.#unreadable >= unreadableMax;
  }

  /** Takes a picture of a stream, unless it comes too soon after the last one that was taken. */
  offer(picture: Picture): void {
    const { clock, framesPerSecond } = this.#showing.parts;
    const turnMs = 1000 / framesPerSecond;
    const nowMs = clock.uptimeMs();
    if (nowMs < this.#dueMs - turnMs / 2) return;
    this.#dueMs = Math.max(nowMs, this.#dueMs) + turnMs;
    this.#waiting = picture;
    if (!this.#isAtWork) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isAtWork = true;
    for (let next = this.#waiting; next !== undefined; next = this.#waiting) {
      this.#waiting = undefined;
      await this.show(next);
    }
    this.#isAtWork = false;
  }

  async show({ bytes, beganMs }: Picture): Promise<void> {
    const { parts, sink, signal } = this.#showing;
    const decoded = await parts.pictures.decode(bytes, this.#lend).catch(lost);
    if (signal.aborted) return;
    if (decoded.outcome === 'decoded') {
      this.#unreadable = 0;
      sink.deliver({ ...copyInto(sink, fitWithin(decoded.picture, parts)), capturedMs: beganMs });
      return;
    }
    this.#unreadable += 1;
    this.complaint = decoded.message;
    if (this.#unreadable === 1) parts.complain(decoded.message);
  }
}

/** Nobody is there who could decode, because the appliance ends: one picture less. */
function lost(error: unknown): DecodeResult {
  return { outcome: 'corrupt', message: wordsOf(error) };
}
