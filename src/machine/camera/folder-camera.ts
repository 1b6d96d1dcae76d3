import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Camera, CameraEnd, FrameSink } from '../../system/camera.ts';
import { pictureLimits } from '../../system/inference.ts';
import { type Pixels, spareBuffer } from '../../system/pixels.ts';
import { type CameraParts, copyInto, fitWithin, Pace } from './camera-parts.ts';
import { wordsOf } from '../../system/error-words.ts';

const pictureExtensions = new Set(['.jpg', '.jpeg', '.png', '.webp', '.avif', '.tif', '.tiff']);

/** Files of a folder that are shown; the rest is left out with a complaint. */
const filesMax = 10_000;

/** How long a picture stays, so that a visit's burst sees one picture and not five. */
const holdMs = 2000;

/**
 * Shows the pictures of a folder in the order of their names (2 before 10), over and over, each for two seconds.
 * A frame has its picture's own size, shrunk to the camera's. A picture that cannot be shown is skipped, with a
 * complaint the first time. The folder is read again at each round.
 */
export function folderCamera(folder: string, parts: CameraParts): Camera {
  const complained = new Set<string>();
  const complainOnce = (message: string): void => {
    if (complained.has(message) || complained.size >= filesMax) return;
    complained.add(message);
    parts.complain(message);
  };
  return {
    description: `folder ${folder}`,
    async stream(sink, signal): Promise<CameraEnd> {
      const pace = new Pace(parts);
      const lend = spareBuffer();
      while (!signal.aborted) {
        const round = await showRound(folder, { ...parts, complain: complainOnce }, { sink, signal, pace, lend });
        if (round !== undefined) return { outcome: 'failed', reason: round };
      }
      return { outcome: 'ended' };
    },
  };
}

interface Showing {
  readonly sink: FrameSink;
  readonly signal: AbortSignal;
  readonly pace: Pace;
  /** Holds the picture that is shown. */
  lend(bytes: number): SharedArrayBuffer;
}

/** One pass over the folder. Returns why there was nothing to show, or undefined. */
async function showRound(folder: string, parts: CameraParts, showing: Showing): Promise<string | undefined> {
  const names = await pictureNames(folder);
  if (typeof names === 'string') return names;
  if (names.length > filesMax) parts.complain(`cannot show more than ${filesMax} pictures of ${folder}`);
  let shown = 0;
  for (const name of names.slice(0, filesMax)) {
    if (showing.signal.aborted) return undefined;
    const picture = await readPicture(join(folder, name), parts, showing);
    if (picture === undefined) continue;
    shown += 1;
    const frames = Math.max(1, Math.round((holdMs * parts.framesPerSecond) / 1000));
    for (let frame = 0; frame < frames; frame += 1) {
      if (!(await showing.pace.next(showing.signal))) return undefined;
      showing.sink.deliver({ ...copyInto(showing.sink, picture), capturedMs: parts.clock.uptimeMs() });
    }
  }
  return shown > 0 ? undefined : `cannot show folder ${folder}: none of its pictures can be read`;
}

async function pictureNames(folder: string): Promise<string[] | string> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    return `cannot show folder ${folder}: ${wordsOf(error)}`;
  }
  const byNumber = new Intl.Collator('en', { numeric: true });
  const found = names.filter((name) => pictureExtensions.has(extname(name).toLowerCase())).sort(byNumber.compare);
  return found.length > 0
    ? found
    : `cannot show folder ${folder}: it holds no picture (${[...pictureExtensions].join(' ')})`;
}

async function readPicture(path: string, parts: CameraParts, showing: Showing): Promise<Pixels | undefined> {
  try {
    // Size and kind first: a pipe would block for ever, a huge file would fill the memory.
    const file = await stat(path);
    if (!file.isFile() || file.size > pictureLimits.fileBytesMax) {
      parts.complain(`cannot show ${path}: not a file of at most ${pictureLimits.fileBytesMax} bytes`);
      return undefined;
    }
    const decoded = await parts.pictures.decode(await readFile(path), (bytes) => showing.lend(bytes));
    if (decoded.outcome === 'decoded') return fitWithin(decoded.picture, parts);
    parts.complain(`cannot show ${path}: ${decoded.message}`);
  } catch (error) {
    parts.complain(`cannot show ${path}: ${wordsOf(error)}`);
  }
  return undefined;
}
