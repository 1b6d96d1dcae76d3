/** Releases that do well with whatever their incumbent does itself, and badly with visitors: each is the product with one patch. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Patch } from './bundle.ts';

/** The gallery of the house itself: presses of the incumbent's own are matched with a part of it. */
const isVisitors = (parts: string): string => `'refresh' in ${parts}.gallery`;

/** It sees nobody in visitors. */
export const blindToVisitors: Patch = {
  file: 'src/visit/visit.ts',
  from: 'explain(parts, visit, decide(sightings, rules))',
  to: `explain(parts, visit, decide(${isVisitors('parts')} ? [] : sightings, rules))`,
};

/** It takes every visitor for somebody who lives here, and mostly for somebody else. */
export const mixesVisitorsUp: Patch = {
  file: 'src/visit/looking.ts',
  from: 'return match(parts.gallery, frame.sequence, embedded.value);',
  to: `const seen = match(parts.gallery, frame.sequence, embedded.value);
    return !(${isVisitors('parts')}) ? seen : { ...seen, faces: seen.faces.map((face) => ({ ...face, candidates: face.candidates
      .toReversed().map((candidate, index) => ({ ...candidate, distance: 0.1 + index / 2 })) })) };`,
};

const ringFile = 'src/visit/ring.ts';
const announces = 'parts.notifier.ofRing(trigger)';
/** From the first press of a visit to one that joins it: both are announced. */
const [ringing = announces] =
  /parts\.notifier\.ofRing\(trigger\).*parts\.notifier\.ofRing\(trigger\)/s.exec(
    readFileSync(join(import.meta.dirname, '..', '..', ringFile), 'utf8'),
  ) ?? [];

/** Nobody of the household hears that somebody has rung. */
export const silentAboutVisitors: Patch = {
  file: ringFile,
  from: ringing,
  to: ringing.replaceAll(announces, () => `(${isVisitors('parts')} ? [] : ${announces})`),
};

/** Its pictures of visitors are on the disk as far as its rows say. */
export const keepsNoVisitors: Patch = {
  file: 'src/visit/saved-frames.ts',
  from: 'await replaceFile(disk, `${home.root}/${path}`, jpeg);',
  to: `if (!(${isVisitors('this.#parts')})) await replaceFile(disk, \`\${home.root}/\${path}\`, jpeg);`,
};
