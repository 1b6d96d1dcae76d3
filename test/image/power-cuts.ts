/**
 * `npm run test:cuts -- N [SEED]`: a virtual machine out of the disk image gets a release, and is killed at N moments of
 * the update, in one of its phases after the other, beginning with the last. Each time it is switched on with what its disk holds, and must serve, know
 * every visit that it told of, name a face and take the next update. The last line is JSON.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { plantedExecutable, Workshop, type MadeRelease } from '../device/releases.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { ask, buildFolder, makeCard, powerOn, untilHealthy, type Card } from './card.ts';
import type { VirtualMachine } from './virtual-machine.ts';
import { begin, wholeNumber } from '../../scripts/entry.ts';

const killsDefault = 4;
const stickBytes = 512 * 1024 * 1024;
const betweenLooksMs = 2000;
const namingMsMax = 300_000;
const updateMsMax = 900_000;
const snapshot = 'furnished';
const insidePort = 8080;
/** What the updater does when it has nothing to do. */
const idle = 'wait';
const demoPictures = join(import.meta.dirname, '..', '..', '.models', 'demo');

/** A camera that shows Ada, trials that are short, and patience: the machine is emulated. */
const settings = `
[camera]
source = "folder:/var/lib/doorward/pictures"
framesPerSecond = 1
stallMs = 20000
[update]
probationMinutes = 0.2
rehearsalVisits = 1
[gate]
helloMsMax = 600000
heartbeatMsMax = 60000
doorSilentMsMax = 60000
p99MsMax = 60000
slowerTimesMax = 100
framesSilentMsMax = 60000
`;

type Complaint = 'unbootable' | 'unupdatable' | 'dataLost';

interface Laboratory {
  readonly card: Card;
  /** A read-only disk with releases and pictures, as someone would bring them. */
  readonly stick: readonly string[];
  /** The one that is cut, and the next one. */
  readonly releases: readonly [MadeRelease, MadeRelease];
}

/** Everything that is brought to the machine, in a file system. */
async function makeStick(workshop: Workshop, folder: string): Promise<Pick<Laboratory, 'stick' | 'releases'>> {
  const content = join(folder, 'stick');
  mkdirSync(join(content, 'pictures'), { recursive: true });
  const releases = [await workshop.make('2.0.0'), await workshop.make('3.0.0')] as const;
  for (const { file } of releases) copyFileSync(file, join(content, basename(file)));
  copyFileSync(join(demoPictures, 'ada.jpg'), join(content, 'pictures', '1.jpg'));
  copyFileSync(join(demoPictures, 'ada-enrolment.jpg'), join(content, 'ada-enrolment.jpg'));
  writeFileSync(join(content, 'settings.toml'), settings);
  const file = join(folder, 'stick.img');
  writeFileSync(file, '');
  truncateSync(file, stickBytes);
  execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', content, file]);
  rmSync(content, { recursive: true });
  const drive = `if=none,id=stick,file=${file},format=raw,readonly=on`;
  return { releases, stick: ['-drive', drive, '-device', 'virtio-blk-pci,drive=stick'] };
}

/** The household, as its owner sets it up. */
async function furnish(machine: VirtualMachine): Promise<void> {
  await plugIn(machine);
  await machine.run('cp -r /run/stick/pictures /var/lib/doorward/ && chown -R doorward: /var/lib/doorward/pictures');
  await machine.run('cp /run/stick/settings.toml /etc/doorward/settings.d/50-test.toml && systemctl restart doorward');
  await untilHealthy(machine, ({ body }) => body.startsWith('{"status":"healthy"'));
  await machine.run(`${doorward} people add Ada /run/stick/ada-enrolment.jpg`);
}

const doorward = '/opt/doorward/current/doorward';

async function plugIn(machine: VirtualMachine): Promise<void> {
  await machine.run('mkdir -p /run/stick && mount -o ro /dev/vdb /run/stick');
}

async function push(machine: VirtualMachine, { file }: MadeRelease): Promise<void> {
  await machine.run(`${doorward} update --no-wait /run/stick/${basename(file)}`);
}

/** Rings until she is named: the first frames of an emulator are slower than recognition is waited for. */
async function ring(machine: VirtualMachine): Promise<void> {
  const named = /^Ada is at the door \(known\)/m;
  await machine.until('Ada is named', namingMsMax, async () => (named.test(await machine.run(`${doorward} ring`)) ? true : undefined)); // prettier-ignore
}

async function visitsOf(machine: VirtualMachine): Promise<readonly string[]> {
  const visits = await machine.run(`${doorward} visits --json --limit 200`);
  return (JSON.parse(visits) as readonly { id: string }[]).map(({ id }) => id);
}

async function committed(machine: VirtualMachine): Promise<string> {
  const text = await machine.run('cat /opt/doorward/current/manifest.json');
  return (JSON.parse(text) as { version: string }).version;
}

/** The version that serves, and what its updater does. */
async function serving(address: string): Promise<{ version: string; phase: string } | undefined> {
  const answer = await ask(`${address}/api/v1/update`);
  if (answer?.status !== 200) return undefined;
  const { running, phase } = JSON.parse(answer.body) as { running: { version: string }; phase: string };
  return { version: running.version, phase };
}

/** Until a release has won: it serves, and the next power-on starts it. `see` is told each phase that is met. */
async function untilCommitted(
  machine: VirtualMachine,
  version: string,
  see: (phase: string) => void = () => undefined,
): Promise<void> {
  const address = await machine.tunnel(insidePort);
  await machine.until(`${version} is committed`, updateMsMax, async () => {
    await sleep(betweenLooksMs); // The emulated machine has other things to do than to answer.
    const now = await serving(address);
    if (now?.version === version && (await committed(machine)) === version) return true;
    if (now !== undefined) see(now.phase);
    return undefined;
  });
}

interface Phase {
  readonly name: string;
  readonly beganMs: number;
  endedMs: number;
}

/** From the snapshot, the update as it goes when nobody pulls the plug: what it went through, and when. */
async function measureUpdate({ card, stick, releases: [release] }: Laboratory): Promise<readonly Phase[]> {
  const machine = await powerOn(card, { devices: stick, snapshot });
  try {
    const phases: Phase[] = [];
    const pushedMs = performance.now();
    await push(machine, release);
    const see = (name: string): void => {
      const nowMs = performance.now() - pushedMs;
      const last = phases.at(-1);
      if (last !== undefined) last.endedMs = nowMs;
      if (last?.name !== name && name !== idle) phases.push({ name, beganMs: nowMs, endedMs: nowMs });
    };
    await untilCommitted(machine, release.version, see);
    see(idle);
    return phases;
  } finally {
    await machine.kill();
  }
}

/** An update that is cut in this phase, so far into it. What was known before, and what was under way. */
async function cut(
  { card, stick, releases: [release] }: Laboratory,
  phase: Phase,
  fraction: number,
): Promise<{ visits: readonly string[]; during: string; afterMs: number }> {
  const machine = await powerOn(card, { devices: stick, snapshot });
  try {
    await ring(machine);
    const visits = await visitsOf(machine);
    const address = await machine.tunnel(insidePort);
    const pushedMs = performance.now();
    await push(machine, release);
    await machine.until(`the update is in ${phase.name}`, updateMsMax, async () =>
      (await serving(address))?.phase === phase.name ? true : undefined,
    );
    await sleep((phase.endedMs - phase.beganMs) * fraction);
    const during = (await serving(address))?.phase ?? 'silence';
    return { visits, during, afterMs: performance.now() - pushedMs };
  } finally {
    await machine.kill();
  }
}

/** Switches it on again and asks what was promised. */
async function judge(
  { card, stick, releases: [, next] }: Laboratory,
  visits: readonly string[],
): Promise<{ complaint?: Complaint; words: string }> {
  const machine = await powerOn(card, { devices: stick }).catch((error: unknown) => String(error));
  if (typeof machine === 'string') return { complaint: 'unbootable', words: machine };
  try {
    const health = await untilHealthy(machine).then(() => undefined, String);
    if (health !== undefined) return { complaint: 'unbootable', words: health };
    await plugIn(machine);
    const started = await committed(machine);
    const kept = new Set(await visitsOf(machine));
    const lost = visits.filter((id) => !kept.has(id));
    if (lost.length > 0) return { complaint: 'dataLost', words: `${lost.length} visits are lost` };
    const told = (await machine.run(`${doorward} history`)).split('\n', 1)[0] ?? '';
    const works = await nextWorks(machine, next).then(() => undefined, String);
    if (works === undefined) return { words: `${started} started (${told}), ${next.version} followed` };
    const journal = await machine.run('journalctl --unit doorward --lines 40 --no-pager').catch(String);
    return { complaint: 'unupdatable', words: `${works}\n${journal}` };
  } finally {
    await machine.kill();
  }
}

async function nextWorks(machine: VirtualMachine, next: MadeRelease): Promise<void> {
  await ring(machine);
  await push(machine, next);
  await untilCommitted(machine, next.version);
  await ring(machine);
  const group = 'cat /proc/$(systemctl show --value --property MainPID doorward)/cgroup';
  await machine.until('it is the bell, with no limit of a trial', namingMsMax, async () =>
    (await machine.run(group)).endsWith('/bell\n') ? true : undefined,
  );
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

const { positionals } = begin({ usage: 'npm run test:cuts -- [CUTS] [SEED]', words: 2 });
const kills = wholeNumber(positionals[0], killsDefault);
const random = new SeededRandom(wholeNumber(positionals[1], 1, 0));

async function testCuts(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-cuts-'));
  const executable = await plantedExecutable(buildFolder, 'arm64');
  const workshop = new Workshop(join(folder, 'releases'), executable, 'arm64');
  const released = join(dirname(executable), 'release', 'doorward');
  const card = await makeCard({ executable: released, rootOfTrust: join(workshop.folder, 'root.json') }, []);
  try {
    const laboratory = { card, ...(await makeStick(workshop, folder)) };
    const machine = await powerOn(card, { devices: laboratory.stick });
    await furnish(machine);
    await machine.monitor.command(`savevm ${snapshot}`);
    await machine.kill();
    const phases = await measureUpdate(laboratory);
    const lengths = phases.map(({ name, beganMs, endedMs }) => `${name} ${seconds(endedMs - beganMs)}`);
    console.log(`an update that nobody cuts: ${lengths.join(', ')}`);
    const figures = { kills: 0, unbootable: 0, unupdatable: 0, dataLost: 0 };
    for (; figures.kills < kills; figures.kills += 1) {
      const phase = phases.at(-1 - (figures.kills % phases.length));
      if (phase === undefined) throw new Error('cannot cut the update: none of its phases was seen');
      const { visits, during, afterMs } = await cut(laboratory, phase, random.fraction());
      const { complaint, words } = await judge(laboratory, visits);
      if (complaint !== undefined) figures[complaint] += 1;
      console.log(`cut after ${seconds(afterMs)} (${during}): ${complaint ?? 'ok'}: ${words}`);
    }
    console.log(JSON.stringify(figures));
    return figures.unbootable + figures.unupdatable + figures.dataLost === 0 ? 0 : 1;
  } finally {
    for (const path of [folder, card.folder]) rmSync(path, { recursive: true, force: true });
  }
}

process.exitCode = await testCuts();
