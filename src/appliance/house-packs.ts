import { listPacks, type ListedPack } from '../machine/inference/pack-list.ts';
import type { PackFolders } from '../machine/inference/model-pack.ts';
import type { ComparisonState, PackShelf, ShelvedPack } from '../web/parts.ts';
import { noSuchPack } from './choose-pack.ts';
import type { Ground } from './ground.ts';
import type { PackChanges } from './pack-changes.ts';
import type { PackComparison } from './pack-comparison.ts';
import type { Recognition } from './recognition.ts';
import { settingsBook } from './settings-book.ts';

export interface HousePacksParts {
  readonly ground: Pick<Ground, 'complaints' | 'deviceSettings' | 'events' | 'loaded' | 'reload' | 'store'>;
  readonly folders: PackFolders;
  readonly recognition: Recognition;
  readonly changes: PackChanges;
  readonly comparison: PackComparison;
  /** Nothing goes on behind a command. */
  readonly isOffDuty: boolean;
}

const setting = 'models.recogniser';

/** On which pictures the lengths of the release's own packs were found (scripts/models/recognisers.ts). */
const ownMeasuredOn = 'LFW: 3,392 pictures of 2,460 people';

/** The model packs as people see and choose them. */
export class HousePacks implements PackShelf {
  readonly #parts: HousePacksParts;

  constructor(parts: HousePacksParts) {
    this.#parts = parts;
  }

  async list(): ReturnType<PackShelf['list']> {
    const { changes, folders, recognition, ground } = this.#parts;
    const packs = await listPacks(folders);
    const isChanging = changes.wanted !== recognition.pack;
    return {
      packs: packs.map((pack) => this.#shelved(pack)),
      faces: ground.store.read.facesKnownTo('', 'all').faces,
      wanted: isChanging ? changes.wanted : null,
      complaint: recognition.fault ?? changes.refusal ?? recognition.complaint ?? null,
    };
  }

  async use(name: string): ReturnType<PackShelf['use']> {
    const { changes, folders, ground, isOffDuty, recognition } = this.#parts;
    const packs = await listPacks(folders);
    const pack = packs.find((one) => one.name === name);
    if (pack === undefined) return refuse(`cannot use the model pack "${name}": ${noSuchPack(name, packs)}`);
    if (pack.fault !== undefined) return refuse(`cannot use the model pack "${name}": ${pack.fault}`);
    const device = ground.deviceSettings();
    const after = await ground.reload({ ...(typeof device === 'string' ? {} : device), [setting]: name });
    if (after.settings.models.recogniser !== name)
      return refuse(
        `cannot use the model pack "${name}": ${after.origins[setting] ?? 'another place'} says "${after.settings.models.recogniser}", and goes first`,
      );
    const changed = await settingsBook(ground, { folders }).change({ [setting]: name });
    if (changed.outcome === 'refused') return changed;
    const former = recognition.pack;
    if (isOffDuty) return { outcome: 'later', former };
    await this.#parts.comparison.stop();
    changes.want(name);
    const { faces, embedded } = ground.store.read.facesKnownTo(pack.recogniser?.embeddingMark ?? '', 'all');
    return former === name ? { outcome: 'in-use', former } : { outcome: 'begun', former, waiting: faces - embedded };
  }

  async compare(name: string): ReturnType<PackShelf['compare']> {
    const { changes, comparison, folders, recognition } = this.#parts;
    const cannot = `cannot compare the model pack "${name}"`;
    const packs = await listPacks(folders);
    const pack = packs.find((one) => one.name === name);
    if (pack === undefined) return refuse(`${cannot}: ${noSuchPack(name, packs)}`);
    if (pack.recogniser === undefined) return refuse(`${cannot}: ${pack.fault ?? 'it is damaged'}`);
    if (name === recognition.pack) return refuse(`${cannot}: it is the one in use: name another`);
    if (recognition.fault !== undefined) return refuse(`${cannot}: ${recognition.fault}`);
    if (changes.refusal === undefined && changes.wanted !== recognition.pack && !this.#parts.isOffDuty)
      return refuse(`${cannot}: ${changes.wanted} is on its way: compare when it is used`);
    if (!comparison.begin(name, pack.recogniser.embeddingMark))
      return refuse(`${cannot}: another comparison is under way: ask again when it is done`);
    return { outcome: 'begun' };
  }

  comparison(): ComparisonState {
    return this.#parts.comparison.state;
  }

  /** Ends what is under way. */
  stop(): Promise<void> {
    return this.#parts.comparison.stop();
  }

  #shelved({ name, isAdded, recogniser, fault }: ListedPack): ShelvedPack {
    const { ground, recognition } = this.#parts;
    const base = { name, isAdded, isUsed: name === recognition.pack, fault: fault ?? null };
    if (recogniser === undefined) return { ...base, terms: null };
    const { embeddingMark, numbers, licence, origin, trainedOn, measuredOn, density, model } = recogniser;
    return {
      ...base,
      terms: {
        recogniser: embeddingMark,
        numbers,
        bytes: model.bytes ?? null,
        embedded: ground.store.read.facesKnownTo(embeddingMark, 'all').embedded,
        licence,
        origin,
        trainedOn,
        measuredOn: measuredOn ?? (isAdded ? null : ownMeasuredOn),
        correctedBy: density?.madeFrom ?? null,
      },
    };
  }
}

function refuse(message: string): { readonly outcome: 'refused'; readonly message: string } {
  return { outcome: 'refused', message };
}
