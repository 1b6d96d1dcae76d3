import { DiskFault, type Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';

/** Room that is kept for a start on a full disk: so many of them may follow each other. */
const piecesMax = 8;
const pieceBytes = 1024 * 1024;
/** A start takes less: the database's write-ahead log and index, the audit chain, the announcement. */
const startBytes = 512 * 1024;
/** A disk with less keeps all of it for visits. */
const plentyBytes = 64 * 1024 * 1024;

/** Gives up one piece when the disk is too full to start on; true when it did. A disk that does not answer is told of by who needs it. */
export async function makeRoomToStart(disk: Disk, home: Home): Promise<boolean> {
  try {
    if ((await disk.space(home.root)).freeBytes >= startBytes) return false;
    const [piece] = await disk.list(home.reserve);
    if (piece === undefined) return false;
    await disk.remove(`${home.reserve}/${piece.name}`);
    return true;
  } catch (error) {
    if (error instanceof DiskFault) return false;
    throw error;
  }
}

/** Sets aside again what was given up, when there is plenty. */
export async function keepReserve(disk: Disk, home: Home): Promise<void> {
  await disk.makeDirectory(home.reserve);
  const kept = new Set((await disk.list(home.reserve)).map(({ name }) => name));
  for (let number = 1; number <= piecesMax; number += 1) {
    const name = `room-${number}`;
    if (kept.has(name)) continue;
    if ((await disk.space(home.root)).freeBytes < plentyBytes) return;
    await disk.write(`${home.reserve}/${name}`, new Uint8Array(pieceBytes));
    await disk.sync(`${home.reserve}/${name}`);
  }
}
