import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';
import { replaceFile } from '../system/disk.ts';
import type { Storage } from '../system/storage.ts';
import { readJson } from './json-file.ts';
import type { Places } from './places.ts';
import type { Slot } from './slot.ts';

const slotMarkSchema = Type.Union([
  Type.Object({ state: Type.Literal('unusable') }),
  Type.Object({ state: Type.Literal('usable'), version: Type.String(), digest: Type.String() }),
]);

/** Whether a slot's content may be started. A missing or garbled mark is unusable. */
export type SlotMark = Static<typeof slotMarkSchema>;

const unusable: SlotMark = { state: 'unusable' };

/** What the mark beside the slot says. */
export async function readMark(storage: Pick<Storage, 'read'>, places: Places, slot: Slot): Promise<SlotMark> {
  const mark = readJson(await storage.read(places.mark[slot]));
  return Check(slotMarkSchema, mark) ? mark : unusable;
}

/** Before the slot's first byte is touched. */
export async function markUnusable(storage: Storage, places: Places, slot: Slot): Promise<void> {
  await replaceFile(storage, places.mark[slot], JSON.stringify(unusable));
}

/** After the slot's last byte was read back from disk and compared. */
export async function markUsable(
  storage: Storage,
  places: Places,
  content: { readonly slot: Slot; readonly version: string; readonly digest: string },
): Promise<void> {
  const { slot, version, digest } = content;
  const mark: SlotMark = { state: 'usable', version, digest };
  await replaceFile(storage, places.mark[slot], JSON.stringify(mark));
}
