import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Button, ButtonEdge } from '../../system/button.ts';
import type { Clock } from '../../system/clock.ts';
import { wordsOf } from '../../system/error-words.ts';

/**
 * Edges without a time that are read together have waited, while the line was passed on or the process was busy: they
 * are taken for presses, well apart, and not for bounces.
 */
const apartMs = 1000;
/** Nobody is read later than this; more is a clock that was set meanwhile. */
const lateMsMax = 1000;

/** A button whose line can be passed to another process: it stays open, and keeps its edges, while nobody listens to it. */
export interface PassableButton extends Button {
  /** To be inherited; undefined until the line could be opened. */
  descriptor(): number | undefined;
  close(): void;
}

/**
 * A button whose edges come through a named pipe: `1` is pressed, `0` is let go, anything else is left out.
 * Stands in for the GPIO line: `mkfifo bell; echo 1 > bell; echo 0 > bell`. Like the kernel's events of such a line, an
 * edge may say when it was, on the scale of `clock.uptimeMs()`: `1@8650123.5` and the end of the line. Of one that does not,
 * the pipe says when it was written: read late, on a busy machine, a press would look too short to be one.
 * `inherited`: the line as it was passed.
 */
export function pipeButton(path: string, clock: Clock, inherited?: number): PassableButton {
  let line = inherited;
  const openLine = (): number | string => {
    const opened = line ?? openPipe(path);
    if (typeof opened === 'number') line = opened;
    return opened;
  };
  return {
    description: `button pipe ${path}`,
    descriptor() {
      const opened = openLine();
      return typeof opened === 'number' ? opened : undefined;
    },
    close() {
      if (line !== undefined) closeSync(line);
      line = undefined;
    },
    listen(onEdge, signal) {
      const opened = openLine();
      if (typeof opened === 'string') return Promise.resolve(opened);
      return readEdges({ path, line: opened, clock, onEdge }, signal);
    },
  };
}

interface Reading {
  readonly path: string;
  readonly line: number;
  readonly clock: Clock;
  readonly onEdge: (edge: ButtonEdge) => void;
}

/** Read as a socket, because a file read would block one of Node's few threads; by another descriptor of the same pipe. */
function readEdges({ path, line, clock, onEdge }: Reading, signal: AbortSignal): Promise<string | undefined> {
  const descriptor = openSync(`/proc/self/fd/${line}`, constants.O_RDWR | constants.O_NONBLOCK);
  return new Promise((resolve) => {
    const pipe = new Socket({ fd: descriptor, readable: true, writable: false });
    const stop = (): void => void pipe.destroy();
    let reason: string | undefined;
    let rest = ''; // An edge whose time has not arrived whole.
    pipe.on('data', (bytes) => {
      const text = rest + bytes.toString('latin1');
      rest = /[01]@[\d.]{0,30}$/.exec(text)?.[0] ?? '';
      const nowMs = clock.uptimeMs();
      const writtenMs = nowMs - Math.min(lateMsMax, Math.max(0, clock.wallMs() - fstatSync(line).mtimeMs));
      for (const edge of edgesIn(text.slice(0, text.length - rest.length), { nowMs, writtenMs })) onEdge(edge);
    });
    pipe.on('error', (error) => (reason = `cannot read the button pipe ${path}: ${error.message}`));
    pipe.on('close', () => {
      signal.removeEventListener('abort', stop);
      resolve(signal.aborted ? undefined : (reason ?? `cannot read the button pipe ${path}: it was closed`));
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

interface WhenRead {
  readonly nowMs: number;
  /** When the last of them was written. */
  readonly writtenMs: number;
}

function edgesIn(text: string, { nowMs, writtenMs }: WhenRead): readonly ButtonEdge[] {
  const found = [...text.matchAll(/(?<edge>[01])(?:@(?<time>\d{1,15}(?:\.\d{1,9})?)\n)?/g)];
  return found.map(({ groups }, index) => {
    const waitedMs = (found.length - 1 - index) * apartMs;
    const atMs = groups?.['time'] === undefined ? writtenMs - waitedMs : Math.min(nowMs, Number(groups['time']));
    return { pressed: groups?.['edge'] === '1', atMs };
  });
}

/** Opened for writing too, so that it does not end when a writer leaves and opening waits for nobody. */
function openPipe(path: string): number | string {
  try {
    if (!lstatSync(path).isFIFO()) return `cannot read the button pipe ${path}: not a named pipe: make one with mkfifo`;
    return openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    return `cannot read the button pipe ${path}: ${wordsOf(error)}`;
  }
}
