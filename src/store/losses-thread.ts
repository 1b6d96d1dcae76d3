import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { Losses } from '../system/losses.ts';
import { rememberBackups } from './backups.ts';
import { openForWriting, writerBusyMs } from './connection.ts';
import { faultOf } from './fault.ts';
import { findLosses } from './losses.ts';
import type { LossesAnswer, LossesOrder } from './losses-messages.ts';
import { whyUnusable } from './usable.ts';

/** A comparison takes seconds, and reads every page: this thread alone waits for it. */
function answerTo({ earlier, later }: LossesOrder): LossesAnswer {
  // What has become of the copy of before is nobody's doing: it goes with a person who is removed.
  if (!existsSync(earlier)) return { outcome: 'failed', message: `cannot compare databases: ${earlier} is not there` };
  try {
    return { outcome: 'compared', losses: compare({ earlier, later }) };
  } catch (error) {
    const unusable = faultOf(`read ${later}`, error).message;
    return { outcome: 'compared', losses: { gone: [], rows: [], changes: [], reordered: [], unusable } };
  }
}

function compare({ earlier, later }: LossesOrder): Losses {
  const db = openForWriting(later, writerBusyMs);
  try {
    db.prepare('ATTACH ? AS earlier').run(earlier);
    const losses = findLosses(db);
    db.exec('DETACH earlier');
    rememberBackups(db, []);
    const unusable = whyUnusable(db);
    return unusable === undefined ? losses : { ...losses, unusable };
  } finally {
    db.close();
  }
}

assert(parentPort !== null, 'this file is the entry of a thread');
const port = parentPort;
port.once('message', (order: LossesOrder) => port.postMessage(answerTo(order)));
