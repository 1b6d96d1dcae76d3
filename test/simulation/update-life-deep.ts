import { digestOf } from '../../src/release/manifest.ts';
import { signRelease } from '../../src/release/sign-release.ts';
import { buildRelease } from '../../src/release/write-release.ts';
import { type ReleaseActs, releaseActs } from '../../src/update/release-acts.ts';
import { ada, ben, created, description, facts, goodUntil, rootOne } from '../release/workshop.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import { SimulatedDisk } from './simulated-machine-disk.ts';
import { type TinyRelease, tinyRelease } from './update-life-releases.ts';

/** What a real release file says of itself, and what is wrong with it. */
export interface DeepWords {
  readonly version?: string;
  readonly flaw?: TinyRelease['flaw'];
  /** Asked of what runs. */
  readonly follows?: string;
  /** How much later than others it was made, and signed. */
  readonly laterMs?: number;
}

/**
 * The tiny release as a real release file: built, compressed and signed by the code that operators use; a forged one by a
 * key too few.
 */
export async function deepRelease({
  version = '2.0.0',
  flaw,
  follows = description.follows,
  laterMs = 0,
}: DeepWords = {}): Promise<TinyRelease> {
  const tiny = tinyRelease(version, flaw);
  const storage = new SimulatedDisk(() => undefined);
  for (const directory of ['/build', '/build/content', '/build/content/lib']) storage.seedDirectory(directory);
  for (const [path, content] of tiny.files) storage.seed(`/build/content/${path}`, content);
  const file = '/build/two.release';
  const words = {
    ...description,
    version,
    follows,
    createdMs: created + laterMs,
    hardware: flaw === 'wrong-board' ? ['another-board'] : [],
    schema: { lowest: 0, highest: 9 },
    entry: ['app'],
    goldenFaces: [],
  };
  const built = await buildRelease({
    storage, directory: '/build/content', description: words, roots: [rootOne], expires: goodUntil, level: 3, file,
  }); // prettier-ignore
  if (built.outcome !== 'built') throw new Error(`cannot build: ${JSON.stringify(built)}`);
  for (const signer of flaw === 'forged' ? [ada] : [ada, ben]) await signRelease({ storage, file, signer });
  const bytes = await storage.read(file);
  if (bytes === undefined) throw new Error('cannot build: no file');
  return {
    ...tiny,
    file: bytes,
    signed: { ...tiny.signed, manifest: built.manifest, digest: digestOf(built.manifest) },
  };
}

/** The real acts of release/, trust kept on the simulated disk. */
export function deepActs(machine: SimulatedMachine, runningVersion: string): ReleaseActs {
  return releaseActs({
    storage: machine.disk,
    directory: machine.places.trust,
    carriedRoot: rootOne,
    facts: async () => ({ ...facts, nowMs: machine.wallMs(), builtMs: created, runningVersion, schemaVersion: 1 }),
  });
}
