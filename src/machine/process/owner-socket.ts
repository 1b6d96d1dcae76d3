import { chmodSync, renameSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { wordsOf } from '../../system/error-words.ts';
import { systemAddon, type SystemAddon } from '../executable/system-addon.ts';

/** unix(7): `sun_path` without the zero behind it. */
const pathBytesMax = 107;
const modes = { own: 0o600, shared: 0o660 } as const;
const connectMsMax = 1000;

export interface OwnerSocketParts {
  readonly path: string;
  /** Whoever is in the group of this process may come too; else its own user and root alone. */
  readonly isShared: boolean;
  enter(connection: Socket): void;
  /** Somebody came who may not. */
  onRefused(userId: number | undefined): void;
}

/** A way in beside the network, for commands on this machine: whoever may write to the socket is of this house. */
export interface OwnerSocket {
  readonly path: string;
  /** Nobody comes any more; whoever is inside stays. */
  close(): void;
}

/**
 * Opens one, in the place of one that another process has there: its name moves in one rename, so that a command finds the
 * one or the other. Rejects with words when it cannot be had.
 *
 * Chosen: the kernel checks the file's mode when somebody connects, and we the peer's credentials; rejected: user ids alone;
 * why: inside the namespace of the unit (PrivateUsers=) all other users are nobody, but our own group is still our own.
 */
export async function openOwnerSocket(parts: OwnerSocketParts): Promise<OwnerSocket> {
  const { path, isShared } = parts;
  const draft = `${path}.new`;
  if (Buffer.byteLength(draft) > pathBytesMax)
    throw new Error(`cannot open ${path}: its name is longer than a socket's may be: commands come by the web address`);
  const server = createServer((connection) => {
    const judged = judgePeer(connection, isShared);
    if (judged.mayEnter) return parts.enter(connection);
    parts.onRefused(judged.userId);
    connection.destroy();
  });
  try {
    rmSync(draft, { force: true });
    await listenAt(server, draft);
    chmodSync(draft, isShared ? modes.shared : modes.own);
    const { ino } = statSync(draft);
    renameSync(draft, path);
    server.unref(); // A process that has left its duty ends, whoever could still come.
    return { path, close: () => closeAt(server, path, ino) };
  } catch (error) {
    server.close();
    throw new Error(`cannot open ${path}: ${wordsOf(error)}`, { cause: error });
  }
}

/** Who listens there: the pid, 0 where the system does not tell; undefined when nobody does, or not for this user. */
export function whoListensAt(path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const connection = connect(path);
    connection.setTimeout(connectMsMax, () => connection.destroy());
    connection.once('connect', () => {
      resolve(peerOf(connection)?.[0] ?? 0);
      connection.destroy();
    });
    connection.once('error', () => resolve(undefined));
    connection.once('close', () => resolve(undefined));
  });
}

function listenAt(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Another process may have taken the name meanwhile. */
function closeAt(server: Server, path: string, inode: number): void {
  server.close();
  if (statSync(path, { throwIfNoEntry: false })?.ino === inode) rmSync(path, { force: true });
}

function judgePeer(
  connection: Socket,
  isShared: boolean,
): { readonly mayEnter: boolean; readonly userId: number | undefined } {
  const peer = peerOf(connection);
  // Where nobody says who it is the mode of the file has let in only who may write to it.
  if (peer === undefined) return { mayEnter: !isShared, userId: undefined };
  const [, userId, ...groups] = peer;
  const isOwn = userId === 0 || userId === process.getuid?.();
  return { mayEnter: isOwn || (isShared && groups.includes(process.getgid?.() ?? -1)), userId };
}

/** Pid, user, group and further groups of the other end; undefined where the system does not tell. */
function peerOf(connection: Socket): readonly number[] | undefined {
  const addon: SystemAddon | undefined = systemAddon();
  const descriptor = descriptorOf(connection);
  if (addon?.peer === undefined || descriptor === undefined) return undefined;
  const peer = addon.peer(descriptor);
  return typeof peer === 'number' ? undefined : peer;
}

function descriptorOf(connection: Socket): number | undefined {
  const handle: unknown = '_handle' in connection ? connection._handle : undefined;
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) return undefined;
  return typeof handle.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined;
}
