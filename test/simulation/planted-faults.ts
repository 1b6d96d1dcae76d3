// Does the simulation of visits have teeth? Plants one fault at a time into a copy of the sources and lets it live.
// Every fault must be noticed, and the copy without a fault must not be. Run: npm run test:faults
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { begin } from '../../scripts/entry.ts';

begin({ usage: 'npm run test:faults' });

interface PlantedFault {
  readonly name: string;
  /** Arguments of visit-life.ts that notice it: power cuts and database faults. */
  readonly lives: readonly [cuts: number, faults: number];
  readonly patches: readonly (readonly [file: string, was: string, becomes: string])[];
}

const plantedFaults: readonly PlantedFault[] = [
  {
    name: 'the ring is announced before its row is durable',
    lives: [1, 0],
    patches: [['visit/ring.ts', `const outcome = await parts.ledger.write(id, 'openVisit'`, `parts.notifier.send(notifications, 'memory');\n  const outcome = await parts.ledger.write(id, 'openVisit'`]],
  },
  {
    name: 'the name is sent twice',
    lives: [0, 0],
    patches: [['notify/announce.ts', `return [...alarms, ...compose({ kind: 'name', ...facts }, 'name', { ...audience, channels })];`, `return [...alarms, ...['name', 'again'].flatMap((key) => compose({ kind: 'name', ...facts }, key, { ...audience, channels }))];`]],
  },
  {
    name: 'the frames of a visit are never released',
    lives: [0, 0],
    patches: [['visit/visit-frames.ts', 'for (const frame of this.#held) this.#feed.letGo(frame);', '']],
  },
  {
    name: 'a single frame makes a name',
    lives: [0, 0],
    patches: [['visit/decide.ts', 'const agreeingFramesMin = 2;', 'const agreeingFramesMin = 1;']],
  },
  {
    name: 'a press during a visit is swallowed',
    lives: [0, 0],
    patches: [['visit/bell.ts', 'await joinVisit(this.#parts, newest, this.#triggerOf(newest.id, request));', 'true;']],
  },
  {
    name: 'a press during a visit starts a second one',
    lives: [0, 0],
    patches: [['visit/visit-state.ts', `return state.phase === 'looking';`, 'return false && state;']],
  },
  {
    name: 'one frame resets the back-off of the camera',
    lives: [0, 0],
    patches: [['visit/capture.ts', 'flowedMs >= steadyMs', 'flowedMs >= 0']],
  },
  {
    name: 'unfinished visits are not finished after a restart',
    lives: [1, 0],
    patches: [['visit/bell.ts', 'return this.#parts.reads.unfinishedVisits();', 'return [];']],
  },
  {
    name: 'a notification is marked before it is delivered',
    lives: [1, 0],
    patches: [['notify/notify.ts', 'const delivery = channel.deliver(', 'await this.#markSent(errand);\n    const delivery = channel.deliver(']],
  },
  {
    name: 'a write that the database refuses is forgotten',
    lives: [0, 1],
    patches: [
      ['visit/ledger.ts', 'this.#kept.push(write);', ''],
      ['visit/ledger.ts', 'const retryDelaysMs = [50, 200];', 'const retryDelaysMs: readonly number[] = [];'],
    ],
  },
  {
    name: 'saved frames are not synced',
    lives: [1, 0],
    patches: [['system/disk.ts', 'await disk.sync(draft);', '']],
  },
]; // prettier-ignore

const root = join(import.meta.dirname, '..', '..');
const lifeMsMax = 120_000;

/** Lives the lives of a copy with these patches; the complaint of the simulation, or undefined when it notices nothing. */
function complaintAbout(fault: PlantedFault): string | undefined {
  const copy = mkdtempSync(join(tmpdir(), 'doorward-fault-'));
  try {
    for (const folder of ['src', 'test']) cpSync(join(root, folder), join(copy, folder), { recursive: true });
    cpSync(join(root, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const [file, was, becomes] of fault.patches) {
      const path = join(copy, 'src', file);
      const text = readFileSync(path, 'utf8');
      if (!text.includes(was)) throw new Error(`cannot plant "${fault.name}": ${file} does not say ${was}`);
      writeFileSync(
        path,
        text.replace(was, () => becomes),
      );
    }
    const life = join(copy, 'test/simulation/visit-life.ts');
    const lived = spawnSync(process.execPath, [life, ...fault.lives.map(String)], {
      encoding: 'utf8',
      timeout: lifeMsMax,
    });
    if (lived.status === 0) return undefined;
    return /promise broken: [^\n(]*/.exec(lived.stderr)?.[0] ?? `it fell over: ${lived.stderr.slice(0, 400)}`;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const sound = complaintAbout({ name: 'none', lives: [0, 0], patches: [] });
if (sound !== undefined) {
  console.error(`the simulation complains about sound sources: ${sound}`);
  process.exitCode = 1;
}
for (const fault of plantedFaults) {
  const complaint = complaintAbout(fault);
  const isNoticed = complaint?.startsWith('promise broken') === true;
  console.log(`${isNoticed ? 'noticed ' : 'MISSED  '} ${fault.name}${complaint === undefined ? '' : `: ${complaint}`}`);
  if (!isNoticed) process.exitCode = 1;
}
