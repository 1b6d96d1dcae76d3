import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Camera, CameraEnd, FrameSink } from '../../system/camera.ts';
import { collectYoung } from '../node/collect-young.ts';
import { i420Bytes } from '../../system/pixels.ts';
import type { VideoSource } from './camera-address.ts';
import type { CameraParts } from './camera-parts.ts';
import { codeOf } from '../../system/error-words.ts';
import { cameraWords } from './camera-words.ts';

/** The end of what ffmpeg complained of that is kept. */
const complaintCharactersMax = 2000;

/** ffmpeg may say goodbye to the camera (some allow one viewer only); then it is killed. */
const goodbyeMs = 1000;

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Size and rate that ffmpeg turns every video into. */
type Form = Pick<CameraParts, 'clock' | 'width' | 'height' | 'framesPerSecond'>;

/**
 * A video file, a network stream or a USB camera, read by a child `ffmpeg` that writes raw I420 of one size to a pipe.
 * The child has a process group of its own, which is gone when `stream` resolves. Nothing is queued here: a frame is
 * delivered as soon as its last byte is there, and the sink keeps it or not.
 */
export function ffmpegCamera(source: VideoSource, form: Form, program = 'ffmpeg'): Camera {
  return {
    description: source.description,
    origin: source.origin,
    async stream(sink, signal): Promise<CameraEnd> {
      if (signal.aborted) return { outcome: 'ended' };
      const child = spawn(program, argumentsFor(source, form), { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      const complaint = keepEnd(child.stderr);
      readFrames(child.stdout, sink, form);
      const end = await endOf(child, signal);
      if (signal.aborted) return { outcome: 'ended' };
      const act = end.outcome === 'not-started' ? 'open' : 'read';
      const reason = `cannot ${act} ${source.description}: ${reasonFor(end, complaint(), source)}`;
      return { outcome: 'failed', reason };
    },
  };
}

function argumentsFor(source: VideoSource, { width, height, framesPerSecond }: Form): string[] {
  const size = `${width}:${height}`;
  const filters = [
    atMost(framesPerSecond),
    `scale=${size}:force_original_aspect_ratio=decrease:force_divisible_by=2:out_range=full:out_color_matrix=bt601`,
    'format=yuv420p',
    `pad=${size}:(ow-iw)/2:(oh-ih)/2`,
  ];
  const quiet = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'error'];
  // A picture goes out when it has come: threads of the coder would keep one back until the next.
  const live = ['-fps_mode', 'passthrough', '-threads', '1'];
  const output = [
    '-map',
    '0:v:0',
    '-vf',
    filters.join(','),
    ...live,
    '-f',
    'rawvideo',
    '-pix_fmt',
    'yuv420p',
    'pipe:1',
  ];
  return [...quiet, ...source.input, ...output];
}

/**
 * Leaves out what is more than so many pictures a second, and never makes one up: `fps` and a constant rate fill gaps with
 * copies of what was. Variable 0 is when the next picture is due (the generic cell rate algorithm): one that comes half a
 * turn early passes, so that a rate just as wanted is not halved by its trembling. When the clock steps back, all begins anew.
 */
function atMost(framesPerSecond: number): string {
  const turn = 1 / framesPerSecond;
  const isDue = `gte(t,ld(0)-${turn / 2})`;
  const hasSteppedBack = `lt(t,ld(0)-${2 * turn})`;
  return `select='isnan(t)+if(${isDue}+${hasSteppedBack},st(0,if(${hasSteppedBack},t,max(t,ld(0)))+${turn}),0)'`;
}

/**
 * Cuts the stream of bytes into frames. ffmpeg sees that a picture is complete when the next one begins, so that it hands
 * out each one turn late, whatever the turn: a frame counts from the moment the one before it came. At worst it is
 * younger than it says, never older.
 */
function readFrames(pipe: Readable, sink: FrameSink, { clock, width, height }: Form): void {
  const bytes = i420Bytes(width, height);
  let beforeMs = clock.uptimeMs();
  let frame: { pixels: SharedArrayBuffer; filled: number; capturedMs: number } | undefined;
  pipe.on('data', (chunk: Uint8Array) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (frame === undefined) {
        frame = { pixels: sink.takeBuffer(bytes), filled: 0, capturedMs: beforeMs };
        beforeMs = clock.uptimeMs();
      }
      const part = rest.subarray(0, bytes - frame.filled);
      new Uint8Array(frame.pixels).set(part, frame.filled);
      frame.filled += part.length;
      rest = rest.subarray(part.length);
      if (frame.filled < bytes) continue;
      sink.deliver({ width, height, pixels: frame.pixels, capturedMs: frame.capturedMs });
      frame = undefined;
      collectYoung();
    }
  });
}

/** The end of what ffmpeg wrote. */
function keepEnd(pipe: Readable): () => string {
  let end = '';
  pipe.setEncoding('utf8').on('data', (text: string) => {
    end = (end + text).slice(-complaintCharactersMax);
  });
  return () => end;
}

type ChildEnd =
  | { readonly outcome: 'not-started'; readonly error: Error }
  | { readonly outcome: 'exited'; readonly killedBy: string | null };

function reasonFor(end: ChildEnd, complaint: string, { secrets }: VideoSource): string {
  if (end.outcome === 'exited') {
    if (end.killedBy !== null) return `ffmpeg was ended by ${end.killedBy}`;
    return cameraWords(complaint, secrets) ?? 'the video has ended';
  }
  const isMissing = 'code' in end.error && end.error.code === 'ENOENT';
  return isMissing ? 'ffmpeg is not installed: apt install ffmpeg' : end.error.message;
}

/** Waits until the child and its pipes are gone, and ends it when told to. */
function endOf(child: Child, signal: AbortSignal): Promise<ChildEnd> {
  return new Promise((resolve) => {
    let killTimer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      signalGroup(child, 'SIGTERM');
      killTimer = setTimeout(() => signalGroup(child, 'SIGKILL'), goodbyeMs);
    };
    const finish = (end: ChildEnd): void => {
      clearTimeout(killTimer);
      signal.removeEventListener('abort', stop);
      resolve(end);
    };
    signal.addEventListener('abort', stop, { once: true });
    child.once('close', (_code, killedBy) => finish({ outcome: 'exited', killedBy }));
    child.on('error', (error) => {
      if (child.pid === undefined) finish({ outcome: 'not-started', error });
    });
  });
}

function signalGroup({ pid }: Child, name: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    // ESRCH: the group is gone already, which is what was wanted.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
