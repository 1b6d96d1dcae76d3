/** Real updates with real files, cut short by SIGKILL: power-on must start a good release, and the update must go on. */
import assert from 'node:assert/strict';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { isAlive, until } from '../appliance/street.ts';
import { Installation, patientGate } from '../updates/installation.ts';
import { Workshop } from '../updates/releases.ts';
import { type Aim, type Boundary, momentMs, rankOf, rows, type Victim } from './plan.ts';
import { fateOf, type Outset, standingOf } from './standing.ts';

export interface KillFigures {
  kills: number;
  unbootable: number;
  unupdatable: number;
  visitsLost: number;
}

/** How often whom where: `started` -> `both` -> 7. */
export type KillTable = Record<string, Partial<Record<Victim, number>>>;

export interface KillsPlan {
  readonly kills: number;
  readonly seed: number;
  readonly say: (line: string) => void;
  /** Side by side: much of an update is waiting. */
  readonly installations?: number;
}

/** Limits end a proof that has failed; a busy machine stays far below them. */
const trialMsMax = 1_800_000;
const bootMsMax = 300_000;
const askMsMax = 10_000;
const lookMs = 10;
const pressPauseMs = 1000;
/** Of a whole update, in milliseconds: a kill at a random moment falls into it. */
const updateMsMax = 8000;
/** Deaths of the incumbent beside one release on trial; then it is rejected. */
const deathsMax = 3;

const settings = [
  'update.probationMinutes=0.05', 'update.rehearsalVisits=1', 'camera.framesPerSecond=5', 'log.level=WARN',
  'gate.checkFailures=20', ...patientGate,
]; // prettier-ignore

/** Kills so often, one update after the other. */
export async function killMany(plan: KillsPlan): Promise<KillFigures & { readonly table: KillTable }> {
  const run = new Run(plan);
  await Promise.all(Array.from({ length: plan.installations ?? 1 }, (_, index) => run.workOn(index)));
  return { ...run.figures, table: run.table };
}

class Run {
  readonly figures: KillFigures = { kills: 0, unbootable: 0, unupdatable: 0, visitsLost: 0 };
  readonly table: KillTable = {};
  readonly #plan: KillsPlan;
  #rows = 0;

  constructor(plan: KillsPlan) {
    this.#plan = plan;
  }

  /** One installation, until enough were killed; its last update is left in peace. */
  async workOn(index: number): Promise<void> {
    const site = new Installation({ settings });
    try {
      const workshop = new Workshop(site.folder);
      await site.install({ file: (await workshop.build('1.0.0')).file, root: workshop.root });
      await site.powerOn();
      for (let turn = 1; this.#isGoing(); turn += 1) {
        const row = this.#rows;
        this.#rows += 1;
        await this.#update(site, { workshop, version: `1.${turn}.0`, aims: rows[row % rows.length] ?? [], row });
      }
      if (this.figures.unbootable === 0)
        await this.#update(site, { workshop, version: '2.0.0', aims: [], row: this.#rows });
    } catch (error) {
      this.#plan.say(`installation ${index + 1}: ${String(error)}\n${site.lastWords()}`);
      this.figures.unbootable += 1;
    } finally {
      await site.close();
    }
  }

  #isGoing(): boolean {
    return this.figures.kills < this.#plan.kills && this.figures.unbootable === 0;
  }

  /** One release, from its push to its fate, cut short on the way as its row says. */
  async #update(site: Installation, { workshop, version, aims, row }: Task): Promise<void> {
    const { file } = await workshop.build(version);
    const before = { version, link: readlinkSync(site.places.current) };
    let outset: Outset = { ...before, incumbent: await incumbentOf(site) };
    const end = new AbortController();
    const pressing = site.pressUntil(end.signal, pressPauseMs);
    const story: string[] = [];
    const culprits = { deaths: 0, isCandidateKilled: false };
    try {
      await site.push(file);
      for (const [turn, aim] of aims.entries()) {
        if (!this.#isGoing()) break;
        const delayMs = momentMs(this.#plan.seed + row * 10 + turn, updateMsMax);
        const kill = await killOnce(site, outset, { aim, delayMs });
        if (kill === undefined) break; // It was over before.
        this.#count(kill, aim);
        if (kill.isOnTrial && kill.victim !== 'candidate') culprits.deaths += 1;
        if (kill.victim === 'candidate') culprits.isCandidateKilled = true;
        story.push(`${kill.victim} at ${kill.at}${aim.at === 'moment' ? ` after ${delayMs} ms` : ''}`);
        await recover(site);
        if (readlinkSync(site.places.current) === before.link)
          outset = { ...before, incumbent: await incumbentOf(site) };
        this.figures.visitsLost += Math.max(0, kill.answered - site.answered());
      }
    } finally {
      end.abort();
      await pressing;
    }
    const fate = await this.#settle(site, outset, culprits);
    const unfinished = await until(() => undecided(site) === 0, trialMsMax).then(() => 0, () => undecided(site)); // prettier-ignore
    this.figures.visitsLost += unfinished;
    workshop.discard(version);
    this.#plan.say(`${version} ${fate}: ${story.join(', ') || 'in peace'}; ${JSON.stringify(this.figures)}`);
  }

  #count({ victim }: Kill, { at }: Aim): void {
    this.figures.kills += 1;
    const row = (this.table[at] ??= {});
    row[victim] = (row[victim] ?? 0) + 1;
  }

  /** The same update has gone on: it is committed and serves, or it is rejected for a reason that it has given. */
  async #settle(site: Installation, outset: Outset, { deaths, isCandidateKilled }: Culprits): Promise<string> {
    try {
      const { version } = outset;
      await until(async () => {
        await powerOnWhenDark(site);
        return (await fateOf(site, version)) !== undefined;
      }, trialMsMax);
      const fate = await fateOf(site, version);
      const isDue = isCandidateKilled || deaths >= deathsMax;
      if (fate === 'rejected' && !isDue) throw new Error(`${version} is rejected: ${site.lastWords()}`);
      await until(async () => {
        await powerOnWhenDark(site);
        return site.processes().length === 1 && isServing(site);
      }, bootMsMax);
      if (fate === 'committed') assert.equal(runningVersion(site), version);
      return String(fate);
    } catch (error) {
      this.figures.unupdatable += 1;
      this.#plan.say(`${String(error)}\n${site.lastWords()}`);
      return 'is no further';
    }
  }
}

interface Task {
  readonly workshop: Workshop;
  readonly version: string;
  readonly aims: readonly Aim[];
  readonly row: number;
}

interface Culprits {
  readonly deaths: number;
  readonly isCandidateKilled: boolean;
}

interface Kill {
  readonly at: Boundary;
  /** Who was there to be killed, of those that were meant. */
  readonly victim: Victim;
  /** Presses that had their row just before. */
  readonly answered: number;
  /** A trial that was not decided was under way: it may have begun between the last look and the kill. */
  readonly isOnTrial: boolean;
}

/** Waits for the boundary or the moment, and kills; undefined when the update was over before its boundary came. */
async function killOnce(
  site: Installation,
  outset: Outset,
  { aim, delayMs }: { readonly aim: Aim; readonly delayMs: number },
): Promise<Kill | undefined> {
  if (aim.at === 'moment') await sleep(delayMs);
  else {
    const wanted = rankOf(aim.at);
    const isThere = async (): Promise<boolean> => rankOf(await standingOf(site, outset)) >= wanted;
    for (const deadlineMs = performance.now() + trialMsMax; !(await isThere()); await sleep(lookMs))
      if (performance.now() > deadlineMs || site.processes().length === 0) return undefined;
  }
  const at = await standingOf(site, outset);
  if (at === 'over') return undefined;
  const answered = site.answered();
  const all = site.processes();
  // After the old one has left, its candidate is the incumbent.
  const incumbent = all.includes(outset.incumbent) ? outset.incumbent : all[0];
  const candidates = all.filter((pid) => pid !== incumbent);
  const meant = aim.victim === 'incumbent' || candidates.length === 0 ? [incumbent] : aim.victim === 'both' ? all : candidates; // prettier-ignore
  const killed = meant.filter((pid) => pid !== undefined);
  site.note(`killed at ${at}: ${killed.join(', ')}`);
  for (const pid of killed) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await until(() => killed.every((pid) => !isAlive(pid)), bootMsMax);
  const isIncumbentKilled = killed.includes(incumbent ?? -1);
  const victim = killed.length > 1 ? 'both' : isIncumbentKilled ? 'incumbent' : 'candidate';
  const isOnTrial = readlinkSync(site.places.current) === outset.link && (await site.record()).underWay !== undefined;
  return { at, victim, answered, isOnTrial };
}

/**
 * What the service manager does: whoever has the home is watched, and a candidate that outlives him for a moment is not
 * taken for him. When nobody lives, power-on.
 */
async function recover(site: Installation): Promise<void> {
  await until(async () => {
    await powerOnWhenDark(site);
    return (await isServing(site)) && isAlive((await site.running())?.pid ?? 0);
  }, bootMsMax);
}

async function powerOnWhenDark(site: Installation): Promise<void> {
  if (site.processes().length === 0) await site.powerOn();
}

async function isServing(site: Installation): Promise<boolean> {
  if ((await site.running())?.address !== site.address) return false;
  const asked = fetch(`${site.address}/ready`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(askMsMax) }); // prettier-ignore
  return asked.then(({ status }) => status === 200, () => false); // prettier-ignore
}

async function incumbentOf(site: Installation): Promise<number> {
  await recover(site); // It may have left meanwhile: then the release that it has committed has moved in, or is started.
  return (await site.running())?.pid ?? 0;
}

function runningVersion(site: Installation): unknown {
  const text = readFileSync(join(site.places.current, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: unknown }).version;
}

function undecided(site: Installation): number {
  const database = new Database(join(site.home, 'doorward.db'), { readonly: true });
  try {
    return Number(database.prepare("SELECT count(*) FROM visits WHERE phase <> 'decided'").pluck().get());
  } finally {
    database.close();
  }
}
