import { open } from '../../src/slot/trial-record-file.ts';
import type { Desk } from '../../src/update/desk.ts';
import type { Node } from './simulated-machine-disk.ts';
import type { Moment } from './update-life.ts';

/**
 * Names of moments: two with the same name go on alike, whatever is done to them. Left out is only what nobody acts upon:
 * texts and times for people, and how long it all took. Never: leave out what anything in src/ compares or branches on.
 */
export class MomentNames {
  /** Every content that was ever on a disk, by what it means. */
  readonly #meanings = new Map<string, number>();
  readonly #contents = new Map<string, number>();
  readonly #known = new WeakMap<Uint8Array, number>();

  nameOf(moment: Moment): string {
    const { machine, life, process, tag } = moment;
    const nowMs = machine.upMs;
    return [
      machine.cuts, machine.faults, machine.boots, machine.pid, machine.wallStartMs, machine.isLeaseOthers ? 1 : 0,
      life.newestCommitted, life.hasRecord ? 1 : 0, life.wordGiven ? 1 : 0, life.steps,
      process.slot, process.version, process.rests, process.isWordWaiting ? 1 : 0, tag ?? '',
      this.#doorName(moment), deskName(moment.desk, nowMs), this.#diskName(moment),
    ].join('|'); // prettier-ignore
  }

  #doorName({ door, machine }: Moment): string {
    const { process } = door;
    const flags = [door.isIncumbentServing, door.hasModels, door.hasLeft, process !== undefined].map(Number).join('');
    if (process === undefined) return `${flags}${door.starts}`;
    const { end, tookOverMs, isHanging } = process;
    const agoMs = tookOverMs === undefined ? '' : machine.upMs - tookOverMs;
    return `${flags}${door.starts},${end ?? ''},${agoMs},${Number(isHanging)}`;
  }

  /** Each file once, by number: a file that has two names is another thing than two files. */
  #diskName({ disk: { names, durable } }: Moment): string {
    const numbers = new Map<Node, number>();
    const paths = [...names.keys()];
    for (const path of durable.keys()) if (!names.has(path)) paths.push(path);
    let name = '';
    for (const path of paths.toSorted()) {
      name += `${path}:${this.#nodeName(names.get(path), numbers)}:${this.#nodeName(durable.get(path), numbers)};`;
    }
    return name;
  }

  #nodeName(node: Node | undefined, numbers: Map<Node, number>): string {
    if (node === undefined) return '';
    if (node.kind === 'directory') return 'd';
    if (node.kind === 'link') return node.target;
    const number = numbers.get(node);
    if (number !== undefined) return `=${number}`;
    numbers.set(node, numbers.size);
    return `${this.#meaningOf(node.latest)},${this.#meaningOf(node.synced)},${node.isDirty ? 1 : 0}`;
  }

  #meaningOf(bytes: Uint8Array): number {
    const known = this.#known.get(bytes);
    if (known !== undefined) return known;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    let number = this.#contents.get(text);
    if (number === undefined) {
      const meaning = meaningOf(text, bytes);
      number = this.#meanings.get(meaning) ?? this.#meanings.size;
      this.#meanings.set(meaning, number);
      this.#contents.set(text, number);
    }
    this.#known.set(bytes, number);
    return number;
  }
}

/** A whole trial record says the same whenever it was written; anything else is its bytes. */
function meaningOf(text: string, bytes: Uint8Array): string {
  const record = text.startsWith('{"sha256"') ? open(bytes) : undefined;
  if (record === undefined) return text;
  return `record ${JSON.stringify(record, (key, value: unknown) => (forPeople.has(key) ? undefined : value))}`;
}

/** In record and desk. */
const forPeople: ReadonlySet<string> = new Set([
  'startedMs', 'atMs', 'phases', 'figures', 'message', 'problem', 'refusal', 'phaseStartedMs',
]); // prettier-ignore

/** The desk with its times counted from now. */
function deskName(desk: Desk, nowMs: number): string {
  return JSON.stringify(desk, (key, value: unknown) => {
    switch (key) {
      case 'pauseUntilMs':
      case 'nextLookMs': return Math.max(0, Number(value) - nowMs);
      case 'sinceMs':
      case 'atMs': return Number(value) - nowMs;
      case 'release': return 'signed';
      case 'source':
      case 'candidate': return 1;
      default: return forPeople.has(key) ? undefined : value;
    } // prettier-ignore
  });
}
