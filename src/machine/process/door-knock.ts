import { readFileSync } from 'node:fs';
import type { OpenDoor } from './door-question.ts';

/** What became of a knock: somebody answered, or the connection was refused or cut. */
export type Knocked = 'answered' | 'cut';

/** A knock on its way. `leave` stops waiting: nothing is told any more. */
export interface Knock {
  readonly told: Promise<Knocked>;
  leave(): void;
}

/**
 * Opens a connection of its own to a door of this machine, asks for the path and hears whether anything comes back: what
 * a caller sees, through the kernel's queue. What is answered does not matter here.
 */
export function knock(open: OpenDoor, path: string): Knock {
  const socket = open();
  const told = new Promise<Knocked>((resolve) => {
    socket.once('data', () => resolve('answered'));
    socket.once('close', () => resolve('cut'));
  });
  void told.then(() => socket.destroy());
  socket.on('error', () => undefined); // Its end is told by `close`.
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  return { told, leave: () => void socket.destroy() };
}

/** States of a thread that has work or waits for the disk (proc(5), the third field of stat). */
const busyStates = ['R', 'D'];
const nanosecondsPerMs = 1e6;

/** The main thread of a process just now. */
export interface MainThread {
  /** It computes, waits for a processor, or for the disk. */
  readonly isBusy: boolean;
  /** Processor time that it has had since its start. */
  readonly workedMs: number;
}

/** What Linux says of a main thread (proc(5): stat, schedstat); undefined when its process has ended. */
export function mainThreadOf(pid: number): MainThread | undefined {
  try {
    const folder = `/proc/${pid}/task/${pid}`;
    const stat = readFileSync(`${folder}/stat`, 'latin1');
    const worked = readFileSync(`${folder}/schedstat`, 'latin1').split(' ', 1)[0];
    const isBusy = busyStates.includes(stat.charAt(stat.lastIndexOf(')') + 2));
    return { isBusy, workedMs: Number(worked) / nanosecondsPerMs };
  } catch {
    return undefined;
  }
}
