import type { InventoriedRow, Inventory, InventoriedVisit, StoreReads } from '../../store/store.ts';
import type { Clock } from '../../system/clock.ts';
import type { Log } from '../../system/log.ts';
import { type StoredRows, wordsOfRows } from '../../update/judge/stored-rows.ts';
import type { Rooms, RoomsParts } from '../rooms.ts';
import { ChainLooks } from './chain-looks.ts';
import { type HouseholdActs, isExplained, isVisitExplained, readActs } from './household-acts.ts';
import { type GoneFiles, KeptFiles } from './kept-files.ts';

/** Of a bell with more, the newest are known. */
const visitsKnownMax = 20_000;
/** Read at once, on the thread that answers the door, and the rest until the next: a press is never behind more. */
const visitsAtOnce = 200;
const restMs = 2;
/** From one look to the next: longer where there is more to read. Files and the audit chain every so often. */
const lookRestMs = 1000;
const looksPerFilesLook = 4;
/** So much of the next hours' retention is expected now. */
const retentionSlackMs = 2 * 60 * 60_000;
/** Of the room for pictures: what was removed just now has made some. */
const shortShare = 0.9;
const dayMs = 24 * 60 * 60_000;
/** How long something may be gone before its cause is written down, at a candidate that has not got the door yet. */
const patienceMs = 3000;

export interface RowLooksParts {
  readonly reads: Pick<StoreReads, 'inventory' | 'visitsInventory'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly retention: { readonly days: number; readonly visitsMax: number };
  /** What people have done since the first look, as the audit chain has it. */
  readonly acts: () => Promise<HouseholdActs>;
  /** Whether the pictures of visits are at the limit where the oldest go. */
  readonly isSpaceShort: () => Promise<boolean>;
  readonly files: Pick<KeptFiles, 'gone'>;
  readonly chain: Pick<ChainLooks, 'broken'>;
}

type Kind = 'people' | 'faces/reference' | 'embeddings' | 'device_settings' | 'users' | 'visits';

/** Looks, from before a candidate opens the database, whether nothing of the household goes without a cause. */
export class RowLooks {
  readonly #parts: RowLooksParts;
  readonly #before: Inventory;
  readonly #visits: readonly InventoriedVisit[];
  readonly #known: ReadonlySet<string>;
  /** Visits that the last look has come by. */
  #visitsSeen = 0;
  /** Rows of the last look that have lost their pictures, and what is wrong with the audit chain. */
  #beside: Pick<StoredRows, 'pictureless' | 'chain'> = {};
  #facts: StoredRows;

  static async begin(parts: RowLooksParts): Promise<RowLooks> {
    const before = parts.reads.inventory();
    const visits: InventoriedVisit[] = [];
    await readVisits(parts, (some) => visits.push(...some) < visitsKnownMax);
    return new RowLooks(parts, before, visits);
  }

  private constructor(parts: RowLooksParts, before: Inventory, visits: readonly InventoriedVisit[]) {
    this.#parts = parts;
    this.#before = before;
    this.#visits = visits.filter(({ isDue }) => !isDue);
    this.#known = new Set(this.#visits.map(({ id }) => id));
    const known = Object.values(before).reduce((sum, rows) => sum + rows.length, this.#visits.length);
    this.#facts = { looks: 0, known, gone: [], changed: [] };
  }

  /** What people have done since the first look. */
  acts(): Promise<HouseholdActs> {
    return this.#parts.acts();
  }

  get facts(): StoredRows {
    return this.#facts;
  }

  /** Why the candidate may not get the door; undefined when it has left everything as it was. */
  async harm(): Promise<string | undefined> {
    await this.look();
    if (this.#facts.sinceMs === undefined) return undefined;
    await this.#parts.clock.sleep(patienceMs);
    await this.look();
    const words = wordsOfRows(this.#facts);
    return words === undefined ? undefined : `the candidate does not leave stored data as it was: ${words}`;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    while (!signal.aborted) {
      await this.look().catch((error: unknown) => log.warn('cannot look at stored rows', { error }));
      await clock.sleep(lookRestMs + this.#visits.length, signal);
    }
  }

  async look(): Promise<void> {
    const isFilesTurn = this.#facts.looks % looksPerFilesLook === 0;
    const goneFiles = isFilesTurn ? await this.#parts.files.gone() : undefined; // Before the rows, which go before their files.
    const now = this.#parts.reads.inventory();
    const { people, references, embeddings, settings, users } = this.#before;
    const lost = {
      people: compare(people, now.people),
      'faces/reference': compare(references, now.references),
      embeddings: compare(embeddings, now.embeddings),
      device_settings: compare(settings, now.settings),
      users: compare(users, now.users),
      visits: await this.#lostVisits(),
    };
    if (goneFiles !== undefined) this.#beside = await this.#lookBeside(goneFiles, lost.visits, now);
    const isAmiss = Object.values(lost).some(({ gone, changed }) => gone.length + changed.length > 0);
    const unexplained = isAmiss ? await this.#unexplained(lost) : lost;
    const kinds = Object.entries(unexplained);
    const counts = {
      people,
      'faces/reference': references,
      embeddings,
      device_settings: settings,
      users,
      visits: this.#visits,
    };
    const totals = new Map(Object.entries(counts).map(([table, rows]) => [table, rows.length]));
    const before = (table: string): number => totals.get(table) ?? 0;
    const gone = kinds
      .filter(([, { gone: rows }]) => rows.length > 0)
      .map(([table, { gone: rows }]) => ({ table, before: before(table), left: before(table) - rows.length }));
    const changed = kinds
      .filter(([, { changed: rows }]) => rows.length > 0)
      .map(([table, { changed: rows }]) => ({ table, rows: rows.length }));
    const { looks, known, sinceMs = this.#parts.clock.uptimeMs() } = this.#facts;
    const { pictureless = 0, chain } = this.#beside;
    const isWhole = gone.length + changed.length + pictureless === 0 && chain === undefined;
    this.#facts = { looks: looks + 1, known, gone, changed, ...this.#beside, ...(isWhole ? {} : { sinceMs }) };
  }

  /** Whoever removes a row for a cause removes it before its pictures: of those that are gone it has no row any more. */
  async #lookBeside(gone: GoneFiles, visits: Lost, now: Inventory): Promise<Pick<StoredRows, 'pictureless' | 'chain'>> {
    const lost = new Set(visits.gone);
    const ofVisits = [...gone.visits].filter((id) => this.#known.has(id) && !lost.has(id)).length;
    const ofFaces = now.references.filter(({ id }) => gone.faces.has(id)).length;
    const broken = await this.#parts.chain.broken();
    return { pictureless: ofVisits + ofFaces, ...(broken === undefined ? {} : { chain: broken }) };
  }

  async #unexplained(lost: Readonly<Record<Kind, Lost>>): Promise<Readonly<Record<Kind, Lost>>> {
    const acts = await this.#parts.acts();
    const merged = new Map(this.#before.people.map(({ id, mergedInto }) => [id, mergedInto]));
    const left = (kind: Exclude<Kind, 'visits'>): Lost => ({
      gone: lost[kind].gone.filter((id) => !isExplained(acts, kind, { id, isGone: true, merged })),
      changed: lost[kind].changed.filter((id) => !isExplained(acts, kind, { id, isGone: false, merged })),
    });
    const retained = await this.#retained(lost.visits.gone);
    const gone = new Set(lost.visits.gone);
    const visits = this.#visits
      .filter(({ id }) => gone.has(id) && !retained.has(id))
      .filter((visit) => !isVisitExplained(acts, visit, merged));
    return {
      people: left('people'),
      'faces/reference': left('faces/reference'),
      embeddings: left('embeddings'),
      device_settings: left('device_settings'),
      users: left('users'),
      visits: { gone: visits.map(({ id }) => id), changed: [] },
    };
  }

  /** The oldest go when there are too many, or when their pictures are too large: those that are gone before the first that stays. */
  async #retained(gone: readonly string[]): Promise<ReadonlySet<string>> {
    const missing = new Set(gone);
    const isFull = this.#visitsSeen + missing.size >= this.#parts.retention.visitsMax;
    if (!isFull && !(await this.#parts.isSpaceShort())) return new Set();
    const oldestFirst = this.#visits.toReversed();
    const firstLeft = oldestFirst.findIndex(({ id }) => !missing.has(id));
    return new Set(oldestFirst.slice(0, firstLeft === -1 ? 0 : firstLeft).map(({ id }) => id));
  }

  /** As far as all are found that are known, whatever has come since. */
  async #lostVisits(): Promise<Lost> {
    const found = new Set<string>();
    let seen = 0;
    await readVisits(this.#parts, (some) => {
      seen += some.length;
      for (const { id } of some) if (this.#known.has(id)) found.add(id);
      return found.size < this.#known.size && seen < this.#known.size + visitsKnownMax;
    });
    this.#visitsSeen = seen;
    const isWhole = found.size === this.#known.size;
    return { gone: isWhole ? [] : [...this.#known].filter((id) => !found.has(id)), changed: [] };
  }
}

/** Newest first, a few at a time, for as long as more are wanted. */
async function readVisits(
  { reads, clock, retention }: Pick<RowLooksParts, 'reads' | 'clock' | 'retention'>,
  take: (some: readonly InventoriedVisit[]) => boolean,
): Promise<void> {
  const asked = { keptMs: retention.days * dayMs - retentionSlackMs, limit: visitsAtOnce };
  let some = reads.visitsInventory(asked);
  while (take(some) && some.length === visitsAtOnce) {
    await clock.sleep(restMs);
    some = reads.visitsInventory({ ...asked, before: some.at(-1) });
  }
}

/** Ids of rows. */
interface Lost {
  readonly gone: readonly string[];
  readonly changed: readonly string[];
}

/** The looks of a running appliance, from now on. */
export async function lookAtRows(
  { ground, home, front: { asked } }: Pick<Rooms, 'ground' | 'home' | 'front'>,
  { clock, disk }: Pick<RoomsParts['machine'], 'clock' | 'disk'>,
): Promise<RowLooks> {
  const { loaded, log, store } = ground;
  const { retention } = loaded.settings;
  asked.begin();
  const { lastSeq } = await readActs(disk, home.audit);
  const isSpaceShort = async (): Promise<boolean> => {
    let bytes = 0;
    for (const { name } of await disk.list(home.visits))
      for (const file of await disk.list(`${home.visits}/${name}`)) bytes += file.bytes;
    return bytes > retention.bytesMax * shortShare;
  };
  const acts = async (): Promise<HouseholdActs> =>
    asked.among((await readActs(disk, home.audit, { afterSeq: lastSeq })).acts);
  const [files, chain] = [await KeptFiles.begin(disk, home), await ChainLooks.begin(disk, home.audit)];
  const parts = { reads: store.read, clock, log: log.named('update'), retention, acts, isSpaceShort, files, chain };
  return RowLooks.begin(parts);
}

function compare(before: readonly InventoriedRow[], now: readonly InventoriedRow[]): Lost {
  const says = new Map(now.map((row) => [row.id, row.says]));
  return {
    gone: before.filter(({ id }) => !says.has(id)).map(({ id }) => id),
    changed: before.filter((row) => says.has(row.id) && says.get(row.id) !== row.says).map(({ id }) => id),
  };
}
