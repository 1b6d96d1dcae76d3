/** Promises that only some stories put to the test: consent, the window, the way back after a commit, and what rots. */
import assert from 'node:assert/strict';
import { manifestName, serialiseManifest } from '../../src/release/manifest.ts';
import type { UpdateSettings } from '../../src/settings/update-settings.ts';
import { type Slot, slots } from '../../src/slot/slot.ts';
import type { Notebook, UpdateStatus } from '../../src/update/notebook.ts';
import type { UpdateStep } from '../../src/update/update-state.ts';
import { type Beginning, isBackDue, type Life, readRecord, releasesOf } from './known-life.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import type { TinyRelease } from './update-life-releases.ts';

/** Steps that take something of a release which nobody has pushed, or go on with its trial. */
const taking: ReadonlySet<string> = new Set(['fetch', 'stage', 'rehearse', 'hand-over', 'judge', 'commit']);

/** Before a step is chosen. What the household wants it says again until it is written down. */
export function beginStep(
  life: Life,
  updater: { agree(file: string | undefined): void },
  wasCommitted: boolean,
): Beginning {
  const { consent } = life.past;
  const wanted = consent?.isGiven === true ? consent.file : undefined;
  if (consent !== undefined && readRecord(life.machine)?.agreedTo !== wanted) updater.agree(wanted);
  const isAgreed = life.settings.consent === 'automatic' || wanted !== undefined;
  return { wallMs: life.machine.wallMs(), isAgreed, wasCommitted };
}

/** After the step. */
export function judgeAllowed(life: Life, { kind }: UpdateStep): void {
  const { isAgreed, wasCommitted } = life.beginning;
  const isTaken = taking.has(kind) && !(kind === 'commit' && wasCommitted);
  assert(isAgreed || !isTaken, `promise broken: the household does not agree, and the next step is to ${kind}`);
  assert(kind !== 'rehearse' || isInWindow(life), 'promise broken: a trial begins outside the window');
  assert(kind !== 'fall-back' || isBackDue(life), 'promise broken: the way back is taken without need');
}

/** It was asked: the household says yes, once. */
export function answerQuestion(life: Life, step: UpdateStep, { offer }: UpdateStatus): void {
  if (step.kind !== 'wait' || step.reason !== 'consent' || life.past.consent !== undefined) return;
  assert(offer !== undefined, 'promise broken: the household is asked, and not told of what');
  life.past = { ...life.past, consent: { file: offer.file, isGiven: true } };
}

/** The household has changed its mind. */
export function takeConsentBack(life: Life): void {
  const { consent } = life.past;
  if (consent !== undefined) life.past = { ...life.past, consent: { ...consent, isGiven: false } };
}

/** The window of these stories is in UTC, within a day. */
export function isInWindow({ settings, beginning }: Life): boolean {
  const { window }: Pick<UpdateSettings, 'window'> = settings;
  const time = new Date(beginning.wallMs).toISOString().slice(11, 16);
  return window === '' || (time >= window.slice(0, 5) && time < window.slice(6));
}

/** A bit of what runs is lost, or a sector: it runs on all the same. */
export function spoil(life: Life, path: string, how: 'rot' | 'spoil'): void {
  life.machine.disk[how](path);
  const { rotten } = life.past;
  life.past = { ...life.past, rotten: [...new Set([...rotten, path])].toSorted() };
}

/** Mending never spoils what runs: a file is right, or has that one bit wrong. */
export function judgeRotten(life: Life, directory: string, release: TinyRelease): void {
  for (const path of rottenIn(life, directory)) {
    const right = contentOf(release, path.slice(directory.length + 1));
    const bytes = bytesOf(life.machine, path);
    const differing = right.filter((byte, place) => byte !== bytes[place]).length;
    assert(bytes.length === right.length && differing <= 1, `promise broken: mending has spoiled ${path}`);
  }
}

/**
 * Where it has come to rest: what was rotten is mended from the factory release, which is the one that was there from the
 * first. Where there is no copy, or the disk had another fault, what runs is said to be damaged and the rest is not to be started.
 */
export function judgeMended(life: Life, running: Slot, { scrub }: Notebook): void {
  const { machine, past } = life;
  const { disk, places } = machine;
  for (const slot of slots) {
    const directory = places.slot[slot];
    const mark = disk.names.get(places.mark[slot]);
    const isUsable = mark?.kind === 'file' && Buffer.from(mark.latest).includes('"usable"');
    const isTold = slot === running ? scrub?.damaged.some((damage) => damage.slot === slot) === true : !isUsable;
    const hasCopy = slot === 'a' && machine.faultsUsed <= past.rotten.length;
    for (const path of rottenIn(life, directory)) {
      const [name, bytes] = [path.slice(directory.length + 1), bytesOf(machine, path)];
      const isWhole = isReadable(machine, path) && releasesOf(life).some((one) => contentOf(one, name).equals(bytes));
      assert(isWhole || (isTold && !hasCopy), `promise broken: ${path} is rotten, and is not mended`);
    }
  }
}

function rottenIn({ past }: Life, directory: string): readonly string[] {
  return past.rotten.filter((path) => path.startsWith(`${directory}/`));
}

function isReadable({ disk }: SimulatedMachine, path: string): boolean {
  const node = disk.names.get(path);
  return node?.kind === 'file' && node.isUnreadable !== true;
}

function bytesOf({ disk }: SimulatedMachine, path: string): Uint8Array {
  const node = disk.names.get(path);
  return node?.kind === 'file' ? node.latest : new Uint8Array();
}

function contentOf({ files, signed }: TinyRelease, path: string): Buffer {
  return Buffer.from(path === manifestName ? serialiseManifest(signed.manifest) : (files.get(path) ?? ''));
}
