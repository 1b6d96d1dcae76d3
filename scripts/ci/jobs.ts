/**
 * Everything that CI proves, cut into jobs of some minutes that can go on beside each other.
 *
 * Chosen: a job for each processor, each with one thing at a time; rejected: one thing after the other, each with a higher
 * `--test-concurrency`; why: machines, emulators and trials wait more than they work, and another job fills their pauses.
 * Chosen: a failed job stops nobody but those that take its work; rejected: stopping; why: one run tells of every fault.
 */

export interface Job {
  readonly name: string;
  /** What it is a part of: `npm test` is three of these. */
  readonly suite: string;
  readonly command: readonly [string, ...string[]];
  /** Processors that it keeps busy: half a one where it waits as long as it works, for systemd, a trial, a disk. */
  readonly processors: 0.5 | 1 | 2;
  /** A job whose work it takes: without that it would do it itself, or twice at once. */
  readonly after?: string;
}

/** `node --test` runs the files of a share one after the other: the shares beside each other are what two processors do. */
function shares(
  suite: string,
  glob: string,
  { count, processors }: { readonly count: number; readonly processors: 0.5 | 1 },
): readonly Job[] {
  return Array.from({ length: count }, (_none, index) => ({
    name: `${suite} ${index + 1}/${count}`,
    suite,
    command: ['node', '--test', '--test-concurrency=1', `--test-shard=${index + 1}/${count}`, glob] as const,
    processors,
  }));
}

const afterMaterials = (job: Job): Job => ({ ...job, after: 'materials' });

/** The longest first, so that nothing long begins when everything else is done. */
export const jobs: readonly Job[] = [
  { name: 'check', suite: 'check', command: ['node', 'scripts/check.ts', '--all'], processors: 2 },
  // They take the whole machine: beside another job they would measure that.
  {
    name: 'slow alone',
    suite: 'slow',
    command: ['node', '--test', '--test-concurrency=1', 'test/**/*.alone.test.ts'],
    processors: 2,
  },
  // Trees of Debian and executables, which machine, power, image and system tests share.
  { name: 'materials', suite: 'materials', command: ['node', 'test/device/materials.ts'], processors: 1 },
  // A machine with systemd that is installed, updated, broken; its disk after power cuts; the image in an emulator.
  ...[1, 2].map((share) =>
    afterMaterials({
      name: `machine ${share}/2`,
      suite: 'machine',
      command: ['node', 'test/device/test-machine.ts', '--share', `${share}/2`],
      processors: 0.5,
    }),
  ),
  ...shares('slow', 'test/**/*.slow.test.ts', { count: 4, processors: 1 }),
  afterMaterials({
    name: 'image',
    suite: 'image',
    command: ['node', '--test', '--test-concurrency=1', 'test/image/*.nightly.test.ts'],
    processors: 1,
  }),
  afterMaterials({
    name: 'power',
    suite: 'power',
    command: ['node', 'test/power/test-power.ts', '2'],
    processors: 0.5,
  }),
  ...shares('system', 'test/**/*.system.test.ts', { count: 2, processors: 1 }).map(afterMaterials),
  { name: 'faults', suite: 'faults', command: ['node', 'test/simulation/planted-faults.ts'], processors: 0.5 },
];
