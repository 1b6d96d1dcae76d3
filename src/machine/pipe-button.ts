import { constants, lstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Button } from '../system/button.ts';
import type { Clock } from '../system/clock.ts';

/**
 * A button whose edges come through a named pipe: `1` is pressed, `0` is released, anything else is left out.
 * Stands in for the GPIO line: `mkfifo bell; echo 1 > bell; echo 0 > bell`.
 */
export function pipeButton(path: string, clock: Clock): Button {
  return {
    description: `button pipe ${path}`,
    watch(onEdge, signal) {
      return new Promise((resolve) => {
        const pipe = openPipe(path);
        if (typeof pipe === 'string') return resolve(pipe);
        const stop = (): void => void pipe.destroy();
        let reason: string | undefined;
        pipe.on('data', (bytes) => {
          for (const letter of bytes.toString('latin1')) {
            if (letter === '1' || letter === '0') onEdge({ pressed: letter === '1', atMs: clock.uptimeMs() });
          }
        });
        pipe.on('error', (error) => (reason = `cannot read the button pipe ${path}: ${error.message}`));
        pipe.on('close', () => {
          signal.removeEventListener('abort', stop);
          resolve(signal.aborted ? undefined : (reason ?? `cannot read the button pipe ${path}: it was closed`));
        });
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      });
    },
  };
}

/**
 * Opened for writing too, so that it does not end when a writer leaves and opening waits for nobody; read as a socket,
 * because a file read would block one of Node's few threads. Returns the pipe, or why there is none.
 */
function openPipe(path: string): Socket | string {
  try {
    if (!lstatSync(path).isFIFO()) return `cannot read the button pipe ${path}: not a named pipe: make one with mkfifo`;
    const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    return new Socket({ fd: descriptor, readable: true, writable: false });
  } catch (error) {
    return `cannot read the button pipe ${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
