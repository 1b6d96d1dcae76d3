import { fileSource } from '../release/byte-source.ts';
import { digestOf, type Manifest, manifestName, serialiseManifest } from '../release/manifest.ts';
import { type Damage, damagesOf, manifestFile, type Staged } from '../release/read-back.ts';
import { type MendPlan, mendFile, packedSpare, type Spare, takePlace, unpackedSpare } from '../release/spare.ts';
import { markUnusable, readMark, type SlotMark } from '../slot/slot-mark.ts';
import { otherSlot, type Slot, slots } from '../slot/slot.ts';
import { DiskFault } from '../system/disk.ts';
import type { Storage } from '../system/storage.ts';
import type { Notebook } from './notebook.ts';
import type { Repair, ScrubReport } from './scrub-report.ts';
import type { UpdateTools } from './update-parts.ts';

const hourMs = 60 * 60_000;

/** Somebody wished something while the slots were read: it is begun again later. */
export class ScrubInterrupted extends Error {}

/** A process that has just started has other things to do. */
export function firstScrubMs({ clock, settings }: UpdateTools): number {
  return clock.uptimeMs() + Math.min(hourMs, settings.scrubHours * hourMs);
}

/**
 * Reads both slots, every byte. What is not what was signed is had again from the release file that was kept, from the
 * factory release or from the other slot: file by file, each in one step, so that the committed slot is never less whole
 * than before. A slot that nobody can mend is not to be started any more, unless it is the committed one. Then what the
 * releases have unpacked is read.
 */
export async function scrubSlots(tools: UpdateTools, notebook: Notebook, rest: () => Promise<void>): Promise<Notebook> {
  const { clock, log, running, settings } = tools;
  const repaired: Repair[] = [];
  const damaged: ScrubReport['damaged'][number][] = [];
  const note = (repair: Repair): void => {
    log.warn('a file that the card had damaged was mended', { ...repair });
    repaired.push(repair);
  };
  const told = (): Notebook => ({ ...notebook, scrub: { atMs: clock.wallMs(), repaired, damaged } });
  try {
    for (const slot of slots) {
      const message = await scrubSlot({ ...tools, rest, note }, slot);
      if (message === undefined) continue;
      log.error('a slot is damaged, and there is no copy to mend it from', { slot, message });
      damaged.push({ slot, message });
    }
    for await (const library of tools.mendLibraries?.(rest) ?? []) note({ slot: running.slot, ...library });
  } catch (error) {
    if (!(error instanceof ScrubInterrupted)) throw error;
    return repaired.length + damaged.length === 0 ? notebook : told();
  }
  const hours = damaged.length === 0 ? settings.scrubHours : Math.min(1, settings.scrubHours);
  return { ...told(), nextScrubMs: clock.uptimeMs() + hours * hourMs };
}

interface Scrubber extends UpdateTools {
  readonly rest: () => Promise<void>;
  readonly note: (repair: Repair) => void;
}

/** What could not be mended, for people; undefined when the slot is whole now, or holds nothing. */
async function scrubSlot(scrubber: Scrubber, slot: Slot): Promise<string | undefined> {
  const { storage, places, running } = scrubber;
  try {
    const mark = await readMark(storage, places, slot);
    if (mark.state !== 'usable') return undefined;
    const damage = await mendSlot(scrubber, slot, mark);
    if (damage !== undefined && slot !== running.slot) await markUnusable(storage, places, slot); // The next update writes it anew.
    return damage;
  } catch (error) {
    if (error instanceof DiskFault) return error.message;
    throw error;
  }
}

type UsableMark = Extract<SlotMark, { state: 'usable' }>;

async function mendSlot(scrubber: Scrubber, slot: Slot, mark: UsableMark): Promise<string | undefined> {
  const { storage, places, rest, note } = scrubber;
  const directory = places.slot[slot];
  const own = await unpackedSpare(storage, directory, `slot ${slot}`);
  const isRight = ({ manifest }: Spare): boolean => isMarked(manifest, mark);
  const isOwnRight = own !== undefined && isRight(own);
  const manifest = (isOwnRight ? own : (await sparesFor(scrubber, slot)).find(isRight))?.manifest;
  if (manifest === undefined) return `${directory}/${manifestName} is damaged`;
  const damages = await Array.fromAsync(damagesOf({ directory, manifest, rest, storage: forgiving(storage) }));
  if (damages.length === 0) return undefined;
  const plan = { storage, spares: await sparesFor(scrubber, slot), draft: places.mended };
  const left: string[] = [];
  for (const damage of damages) {
    const from = await mend(plan, { damage, manifest, directory });
    if (from === undefined) left.push(damage.why);
    else note({ slot, path: damage.path, from });
  }
  return left.length === 0 ? undefined : left.join('; ').slice(0, 1000);
}

/** Written by hand, a slot has no digest: its version tells it. */
function isMarked(manifest: Manifest, { version, digest }: UsableMark): boolean {
  return digest === '' ? manifest.version === version : digestOf(manifest) === digest;
}

/** Where the copy came from; undefined when there is none. */
async function mend(
  plan: MendPlan,
  { damage, manifest, directory }: { damage: Damage; manifest: Manifest; directory: string },
): Promise<string | undefined> {
  const { storage, draft } = plan;
  const path = `${directory}/${damage.path}`;
  if (damage.path === '') return undefined;
  if (!damage.isOurs) {
    await storage.remove(path);
    return 'nowhere: it did not belong there';
  }
  if (damage.path === manifestName) {
    await storage.write(draft, serialiseManifest(manifest));
    await takePlace(plan, manifestFile(manifest), path);
    return 'a copy of the manifest';
  }
  const file = manifest.files.find((one) => one.path === damage.path);
  return file === undefined ? undefined : mendFile(plan, file, path);
}

/** Every release from which files may be had, the likeliest first. */
async function sparesFor({ storage, places }: UpdateTools, slot: Slot): Promise<readonly Spare[]> {
  const other = otherSlot(slot);
  const packed = async (path: string): Promise<Spare | undefined> => {
    const source = await fileSource(storage, path);
    return source === undefined ? undefined : packedSpare(storage, source, 'the release file that was kept');
  };
  const spares = [
    await packed(places.kept[slot]),
    await unpackedSpare(storage, places.factory, 'the factory release'),
    await unpackedSpare(storage, places.slot[other], `slot ${other}`),
    await packed(places.kept[other]),
  ];
  return spares.filter((spare) => spare !== undefined);
}

/** A part that the card cannot read is a part that is damaged. */
function forgiving(storage: Storage): Staged['storage'] {
  return {
    list: (path) => storage.list(path),
    readLink: (path) => storage.readLink(path),
    async readPart(path, offset, bytes) {
      try {
        return await storage.readPart(path, offset, bytes);
      } catch (error) {
        if (error instanceof DiskFault) return undefined;
        throw error;
      }
    },
  };
}
