import { hash } from 'node:crypto';
import { open } from '../../src/slot/trial-record-file.ts';
import type { Aftercare } from '../../src/slot/aftercare.ts';
import type { TrialRecord } from '../../src/slot/trial-record.ts';
import type { Notebook } from '../../src/update/notebook.ts';
import type { Node } from './simulated-machine-disk.ts';
import type { MachineState } from './simulated-machine.ts';
import { noPast, type Past } from './known-life.ts';
import type { Moment } from './moment.ts';

/** Of the name of a content: 72 bits. */
const letters = 12;

/** A trial that is under way in a record: whether this process, this life of the machine or an earlier one began it. */
interface Meaning {
  readonly name: string;
  readonly begunBy: { readonly bootId: string; readonly by: string } | undefined;
  /** The process whose service is counted after a commit, and since when. */
  readonly served: Aftercare['life'] | undefined;
}

/**
 * Names of moments: two with the same name go on alike, whatever is done to them. Left out is only what nobody acts upon:
 * texts and times for people, how long it all took, and which number a process has as long as it is the same one.
 * What may still happen is not in the name, nor how often trials were begun: who may do more can do all that who may do less can.
 */
export class MomentNames {
  /** Every content that was ever on a disk, and what it means. */
  readonly #known = new WeakMap<Uint8Array, Meaning>();

  nameOf(moment: Moment): string {
    const { machine, life, process } = moment;
    const nowMs = machine.upMs;
    return [
      machine.wallStartMs, machine.isLeaseOthers ? 1 : 0, machine.isReadOnly ? 1 : 0,
      moment.timeOfDayMs, pastName(life.past), moment.consent === undefined ? '' : (moment.consent.file ?? 'none'),
      life.newestCommitted, life.hasRecord ? 1 : 0, life.wordGiven ? 1 : 0, life.wasKilled ? 1 : 0, life.steps,
      process.slot, process.version, process.rests, process.wordWaiting ?? '',
      doorName(moment), notebookName(moment.notebook, nowMs), this.#diskName(moment),
    ].join('|'); // prettier-ignore
  }

  /** Each file once, by number: a file that has two names is another thing than two files. */
  #diskName({ disk: { names, durable }, machine }: Moment): string {
    const numbers = new Map<Node, number>();
    const paths = [...names.keys()];
    for (const path of durable.keys()) if (!names.has(path)) paths.push(path);
    const nodeName = (node: Node | undefined): string => {
      if (node === undefined) return '';
      if (node.kind === 'directory') return 'd';
      if (node.kind === 'link') return linkName(node.target, machine);
      const number = numbers.get(node);
      if (number !== undefined) return `=${number}`;
      numbers.set(node, numbers.size);
      const { latest, synced, isDirty, isUnreadable = false } = node;
      const onPlatter = latest === synced ? '' : this.#contentName(synced, machine);
      return `${this.#contentName(latest, machine)},${onPlatter},${isDirty ? 1 : 0}${isUnreadable ? 'u' : ''}`;
    };
    let name = '';
    for (const path of paths.toSorted()) name += `${path}:${nodeName(names.get(path))}:${nodeName(durable.get(path))};`;
    return name;
  }

  #contentName(bytes: Uint8Array, machine: MachineState): string {
    const { name, begunBy, served } = this.#meaningOf(bytes);
    const begun = begunBy === undefined ? name : `${name}${relation(machine, begunBy.bootId, begunBy.by)}`;
    if (served === undefined) return begun;
    const server = relation(machine, served.bootId, served.by);
    return `${begun},${server}${server === 'earlier' ? '' : machine.upMs - served.sinceMs}`;
  }

  #meaningOf(bytes: Uint8Array): Meaning {
    const known = this.#known.get(bytes);
    if (known !== undefined) return known;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const record = text.startsWith('{"sha256"') ? open(bytes) : undefined;
    const meant = record === undefined ? text : recordName(record);
    const name = hash('sha256', meant, 'base64').slice(0, letters);
    const served = record?.aftercare?.isOver === true ? undefined : record?.aftercare?.life;
    const meaning = { name, begunBy: record?.underWay, served };
    this.#known.set(bytes, meaning);
    return meaning;
  }
}

/** Of a process: this one, one before it in this life of the machine, or one of an earlier life. None ever comes back. */
function relation({ boots, pid }: MachineState, bootId: string, by: string): 'self' | 'before' | 'earlier' {
  if (bootId !== `boot-${boots}`) return 'earlier';
  return by.startsWith(`${pid}:`) ? 'self' : 'before';
}

/** The lease is a link that names its owner. */
function linkName(target: string, machine: MachineState): string {
  const [, by, bootId] = /^(\d+:\d+):(boot-\d+)$/.exec(target) ?? [];
  if (by === undefined || bootId === undefined || by.startsWith('1:')) return target;
  return relation(machine, bootId, by);
}

function pastName(past: Past): string {
  return past === noPast ? '' : JSON.stringify(past);
}

function doorName({ door, machine }: Moment): string {
  const { process } = door;
  const flags = [door.nature ?? '', door.isIncumbentServing, door.hasModels, door.hasLeft, process !== undefined]
    .map(String)
    .join();
  if (process === undefined) return flags;
  const { end, tookOverMs, isHanging, hasLetGo, isNamed } = process;
  return `${flags}${end ?? ''},${tookOverMs === undefined ? '' : machine.upMs - tookOverMs},${Number(isHanging)}${Number(hasLetGo)}${Number(isNamed)}`;
}

/** A whole trial record says the same whenever it was written. */
function recordName(record: TrialRecord): string {
  const text = JSON.stringify(record, (key, value: unknown) =>
    forPeople.has(key) || key === 'sinceMs' ? undefined : value,
  );
  return `record ${text}`;
}

/** In record and notebook. */
const forPeople: ReadonlySet<string> = new Set([
  'startedMs', 'atMs', 'phases', 'figures', 'judges', 'message', 'problem', 'refusal', 'phaseStartedMs', 'bootId', 'by',
]); // prettier-ignore

function damagedIn({ scrub }: Notebook): readonly string[] | undefined {
  return scrub?.damaged.map(({ slot }) => slot);
}

/** The notebook with its times counted from now. */
function notebookName(notebook: Notebook, nowMs: number): string {
  return JSON.stringify(notebook, (key, value: unknown) => {
    switch (key) {
      case 'pauseUntilMs':
      case 'nextScrubMs':
      case 'untilMs':
      case 'restUntilMs':
      case 'nextLookMs': return Math.max(0, Number(value) - nowMs);
      case 'sinceMs':
      case 'atMs': return Number(value) - nowMs;
      case 'scrub': return damagedIn(notebook);
      case 'release': return 'signed';
      case 'source':
      case 'candidate': return 1;
      default: return forPeople.has(key) ? undefined : value;
    } // prettier-ignore
  });
}
