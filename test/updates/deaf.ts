/** Releases that do not do with a press what they are to do: each is the product with one patch. */
import type { Patch } from './bundle.ts';

const candidate = 'src/appliance/trial/candidate.ts';
const rings = "await bell.ring({ source: 'button', press, triggerId: id });";

/** It hears nothing. */
export const deaf: Patch = { file: candidate, from: rings, to: 'return;' };

/** It says that what it was told is stored, and does nothing about it. */
export const saysStored: Patch = {
  file: candidate,
  from: rings,
  to: "this.#parts.channel.tell({ kind: 'stored', id }); return;",
};

/** It looks at whoever is there, and never says who it was. */
export const decidesNothing: Patch = {
  file: 'src/visit/visit.ts',
  from: 'await record(parts, visit, { verdict, saved: seen.saved });',
  to: '',
};

/** What is to be told stays where it is. */
export const tellsNobody: Patch = {
  file: 'src/notify/lane.ts',
  from: 'this.#work ??= this.#empty();',
  to: '',
};
