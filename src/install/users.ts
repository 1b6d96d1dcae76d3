import type { Owner } from '../system/host.ts';
import type { Storage } from '../system/storage.ts';
import type { DeviceTree } from './device-tree.ts';

/** The user in the tree's own passwd(5), which may be another machine's than this one; undefined when there is none. */
export async function ownerNamed(
  storage: Pick<Storage, 'read'>,
  { passwd }: DeviceTree,
  user: string,
): Promise<Owner | undefined> {
  const lines = Buffer.from((await storage.read(passwd)) ?? [])
    .toString()
    .split('\n');
  for (const line of lines) {
    const [name, , uid, gid] = line.split(':');
    if (name === user && uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}
