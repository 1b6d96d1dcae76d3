/** Every figure that stands in test/bench/README.md, with the command that reproduces it: `npm run -s SCRIPT [-- WORDS]`. */

export interface Proof {
  readonly name: string;
  /** The row of the table: what is counted or measured. */
  readonly says: string;
  readonly script: string;
  readonly words?: readonly string[];
  /** As few as will do to see that the command works: `npm run proofs -- --small`. */
  readonly small?: readonly string[];
  /** It looks at pictures that the project does not carry: `npm run proofs -- --faces DIR`. */
  readonly wantsFaces?: boolean;
}

/** What others are made of comes first, then what takes minutes, then what takes hours. */
export const proofs: readonly Proof[] = [
  { name: 'executable-pi', says: 'the executable for a Pi', script: 'package', words: ['--arch', 'arm64'] },
  { name: 'executable-pc', says: 'the executable for this machine', script: 'package', words: ['--arch', 'x64'] },
  { name: 'start', says: 'executable: start to ready with a warm cache, resident memory', script: 'bench:start' },
  { name: 'frame', says: 'frame 1280x720 to embedding, one thread, beside face-api', script: 'bench:frame' },
  { name: 'match', says: 'nearest of 10,000 faces', script: 'bench:match' },
  { name: 'visit', says: 'press to ring, press to name, memory, idle processor', script: 'bench:visit', words: ['100'], small: ['10'] },
  { name: 'look', says: 'a look in the running bell, beside the bare nets; its memory after 100 visits', script: 'bench:look', words: ['100'], small: ['10'] },
  { name: 'staging', says: 'staging a release of 200 MB', script: 'bench:staging', words: ['200'], small: ['20'] },
  { name: 'arm64', says: "frame to embedding on a Pi 4's processor, emulated", script: 'bench:arm64' },
  { name: 'accuracy', says: 'labelled pictures: who is taken for whom', script: 'bench:accuracy', wantsFaces: true },
  { name: 'recognition', says: 'labelled people and strangers: found, refused, named, confused; under stress; in real visits', script: 'bench:recognition', words: ['--visits', '200'], small: ['--visits', '1', '--sources', '1'], wantsFaces: true },
  { name: 'matrix', says: 'every route, asked by everybody in every way, and answered as the table of permissions says', script: 'test:matrix' },
  { name: 'attacks', says: 'ways to get at what one may not have, with and without a log-in; how many got there', script: 'test:attacks', small: ['smuggling'] },
  { name: 'hostile', says: 'presses while hostile pictures are pushed', script: 'test:hostile' },
  { name: 'image-pi', says: 'the disk image for a Pi', script: 'image', words: ['--board', 'pi'] },
  { name: 'image-twice', says: 'the same image made twice', script: 'image:twice' },
  { name: 'machine', says: 'a Debian machine that is installed, updated, killed, cut and fed bad input', script: 'test:machine', small: ['cut short'] },
  { name: 'mutants', says: 'planted faults of the updater, noticed by the simulation', script: 'simulate:mutants', small: ['wrong slot'] },
  { name: 'pruning', says: 'places where a device may come to rest, all found by the quick search', script: 'simulate:pruning' },
  { name: 'schedules', says: 'every schedule of an update with two power cuts and one fault', script: 'simulate', words: ['every', '2', '1'], small: ['every', '1', '0'] },
  { name: 'chance', says: 'chance schedules with up to four cuts and three faults', script: 'simulate', words: ['seeds', '1000000'], small: ['seeds', '100'] },
  { name: 'fuzz', says: 'damaged and made-up bytes, an hour for each target', script: 'fuzz', words: ['3600'], small: ['1'] },
  { name: 'power', says: 'disks rebuilt after a power cut; every twentieth is booted', script: 'test:power', words: ['50'], small: ['1'] },
  { name: 'machine-updates', says: '50 updates in a row under systemd, with people at the door', script: 'test:machine', words: ['--updates', '50'], small: ['--updates', '1'] },
  { name: 'zoo', says: 'releases that are bad in one way each, and good ones, tried for real', script: 'test:zoo', small: ['--only', 'leaks', '--only', 'nothing-changed'] },
  { name: 'zoo-machine', says: 'the same releases as executables, tried in a Debian machine with systemd', script: 'test:zoo', words: ['--machine'], small: ['--machine', '--only', 'leaks', '--only', 'nothing-changed'] },
  { name: 'kills', says: 'kills of incumbent, candidate or both at every step of an update', script: 'test:kills', words: ['1000'], small: ['4'] },
  { name: 'reverts', says: 'releases that die or hang, seen from the street: to the answer of the incumbent', script: 'bench:revert', words: ['100'], small: ['2'] },
  { name: 'probes', says: "an incumbent's own work during a trial, share of a Pi 4, emulated", script: 'bench:probes' },
  { name: 'updates', says: '200 updates and their reverts under load', script: 'bench:update', words: ['200'], small: ['2'] },
  { name: 'cuts', says: 'a virtual machine killed in the middle of an update', script: 'test:cuts', words: ['5', '7'], small: ['1'] },
]; // prettier-ignore

export function commandOf({ script, words = [], wantsFaces = false }: Proof): string {
  const given = [...(wantsFaces ? ['DIR'] : []), ...words];
  return `npm run -s ${script}${given.length === 0 ? '' : ` -- ${given.join(' ')}`}`;
}
