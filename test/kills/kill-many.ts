/** Real updates with real files, cut short by SIGKILL: then power-on must start the good release, and the next update must work. */
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { get, isAlive, until } from '../appliance/street.ts';
import { Installation } from '../updates/installation.ts';
import { Workshop } from '../updates/releases.ts';

export interface KillFigures {
  kills: number;
  unbootable: number;
  unupdatable: number;
  visitsLost: number;
}

const trialMsMax = 60_000;
const lookMs = 2;
/** Of a whole update, in milliseconds: a kill at a random moment falls into it. */
const updateMsMax = 12_000;
/** After the death of an incumbent its candidate is gone within this. */
const orphanMsMax = 2000;
const bootMsMax = 60_000;

const victims = ['incumbent', 'candidate', 'both'] as const;
/** Where a step has just been taken, as the disk shows it; undefined is a random moment. */
const boundaries = ['pushed', 'marked', 'staging', 'staged', 'begun', 'started', 'probation', 'linked', 'recorded', 'left', undefined] as const; // prettier-ignore
type Boundary = (typeof boundaries)[number];

export interface KillsPlan {
  readonly kills: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** Kills so often, one update after the other on one installation. */
export async function killMany({ kills, seed, say }: KillsPlan): Promise<KillFigures> {
  const figures: KillFigures = { kills: 0, unbootable: 0, unupdatable: 0, visitsLost: 0 };
  const site = new Installation({ settings: ['update.probationMinutes=0.08', 'update.rehearsalVisits=2'] });
  try {
    const workshop = new Workshop(site.folder);
    await site.install({ file: (await workshop.build('1.0.0')).file, root: workshop.root });
    await site.powerOn();
    for (let turn = 0; turn < kills; turn += 1) {
      const boundary = boundaries[turn % boundaries.length];
      const victim = victims[(turn + Math.floor(turn / boundaries.length)) % victims.length] ?? 'both';
      const { file } = await workshop.build(`1.${turn + 1}.0`);
      const story = await killOnce(site, { file, boundary, victim, momentMs: moment(seed + turn) });
      if (story.killed > 0) figures.kills += 1;
      const verdict = await recover(site, story, figures);
      const next = await workshop.build(`1.${turn + 1}.1`);
      if (verdict === 'up' && !(await canUpdate(site, next.file))) {
        figures.unupdatable += 1;
        say(site.lastWords());
      }
      say(`${turn + 1}: ${victim} killed ${story.where}, then ${verdict}: ${JSON.stringify(figures)}`);
      workshop.discard(`1.${turn + 1}.0`);
      workshop.discard(`1.${turn + 1}.1`);
      if (verdict !== 'up') break;
    }
    return figures;
  } finally {
    await site.close();
  }
}

interface Kill {
  readonly file: string;
  readonly boundary: Boundary;
  readonly victim: (typeof victims)[number];
  readonly momentMs: number;
}

interface Story {
  readonly killed: number;
  readonly where: string;
  /** Presses that had their row just before. */
  readonly answered: number;
}

async function killOnce(site: Installation, { file, boundary, victim, momentMs }: Kill): Promise<Story> {
  const end = new AbortController();
  const pressing = site.pressUntil(end.signal);
  const incumbent = (await site.running())?.pid;
  const before = await beforeOf(site);
  await site.push(file);
  if (boundary === undefined) await sleep(momentMs);
  else await reach(site, boundary, before);
  const answered = site.answered();
  const [candidate] = site.processes().filter((pid) => pid !== incumbent);
  const chosen = { incumbent: [incumbent], candidate: [candidate], both: [incumbent, candidate] }[victim];
  const there = chosen.filter((pid) => pid !== undefined && isAlive(pid));
  const killed = there.length > 0 ? there : site.processes(); // Not there yet, or no more: then whoever is.
  for (const pid of killed) if (pid !== undefined) process.kill(pid, 'SIGKILL');
  end.abort();
  await pressing;
  await until(() => killed.every((pid) => pid === undefined || !isAlive(pid)));
  return {
    killed: killed.length,
    where: `${boundary ?? `after ${momentMs} ms`} (${killed.length} processes)`,
    answered,
  };
}

interface Before {
  readonly link: string;
  readonly trials: number;
  readonly pid: number | undefined;
}

async function beforeOf(site: Installation): Promise<Before> {
  const { places } = site;
  return {
    link: readlinkSync(places.current),
    trials: (await site.history()).length,
    pid: (await site.running())?.pid,
  };
}

/** Waits for the boundary, or for the end of the trial when it never comes. */
async function reach(site: Installation, boundary: Exclude<Boundary, undefined>, before: Before): Promise<void> {
  const { places } = site;
  const standby = basename(before.link) === 'a' ? 'b' : 'a';
  const mark = (): string => (existsSync(places.mark[standby]) ? readFileSync(places.mark[standby], 'utf8') : '');
  const markBefore = mark();
  const isReached: Record<Exclude<Boundary, undefined>, () => boolean | Promise<boolean>> = {
    pushed: () => true,
    marked: () => mark().includes('unusable'),
    staging: () => mark().includes('unusable') && existsSync(join(places.slot[standby], 'src')),
    staged: () => mark() !== markBefore && mark().includes('"usable"'),
    begun: () => readFileSync(places.trialRecords[0], 'utf8').includes('"underWay"'),
    started: () => site.processes().length > 1,
    probation: async () => (await site.status())?.trial?.phase === 'probation',
    linked: () => readlinkSync(places.current) !== before.link,
    recorded: async () => (await site.history()).length > before.trials,
    left: () => before.pid !== undefined && !isAlive(before.pid),
  };
  const deadlineMs = performance.now() + trialMsMax;
  while (performance.now() < deadlineMs && !(await isReached[boundary]())) await sleep(lookMs);
}

/** What the service manager does: whoever has the home is watched; when nobody has, power-on. */
async function recover(site: Installation, story: Story, figures: KillFigures): Promise<'up' | 'unbootable'> {
  try {
    await sleep(orphanMsMax / 2);
    await until(async () => {
      if (site.processes().length === 0) await site.powerOn(); // Also when it has committed and left meanwhile.
      if ((await site.running())?.address !== site.address) return false;
      return get(`${site.address}/ready`, undefined).then(({ status }) => status === 200, () => false); // prettier-ignore
    }, bootMsMax);
  } catch (error) {
    site.note(String(error));
    figures.unbootable += 1;
    return 'unbootable';
  }
  const lost = story.answered - site.answered();
  const unfinished = await until(() => undecided(site) === 0).then(() => 0, () => undecided(site)); // prettier-ignore
  figures.visitsLost += Math.max(0, lost) + unfinished;
  return 'up';
}

/** The one whose trial was cut short may still be tried again first: that is the updater's to say. */
async function canUpdate(site: Installation, file: string): Promise<boolean> {
  const version = /^doorward-(.*)\.release$/.exec(basename(file))?.[1];
  try {
    await site.push(file);
    const isCommitted = async (): Promise<boolean> =>
      (await site.history()).some((trial) => trial.version === version && trial.outcome === 'committed');
    await until(isCommitted, trialMsMax);
    const link = readlinkSync(site.places.current);
    const running = JSON.parse(readFileSync(join(site.places.root, link, 'package.json'), 'utf8')) as {
      version: string;
    };
    await until(async () => (await site.running())?.address === site.address);
    await until(() => site.processes().length === 1);
    return running.version === version;
  } catch (error) {
    site.note(String(error));
    return false;
  }
}

function undecided(site: Installation): number {
  const database = new Database(join(site.home, 'doorward.db'), { readonly: true });
  try {
    return Number(database.prepare("SELECT count(*) FROM visits WHERE phase <> 'decided'").pluck().get());
  } finally {
    database.close();
  }
}

/** A moment that follows from the seed (Numerical Recipes' linear congruence, three steps). */
function moment(seed: number): number {
  let value = seed >>> 0;
  for (let step = 0; step < 3; step += 1) value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((value / 2 ** 32) * updateMsMax);
}
