import { digestOf } from '../../src/release/manifest.ts';
import { signRelease } from '../../src/release/sign-release.ts';
import { buildRelease } from '../../src/release/write-release.ts';
import { type ReleaseActs, releaseActs } from '../../src/update/release-acts.ts';
import { ada, ben, created, description, facts, goodUntil, rootOne } from '../release/workshop.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import { SimulatedDisk } from './simulated-machine-disk.ts';
import { type TinyRelease, tinyRelease } from './update-life-releases.ts';

/**
 * The tiny release as a real release file: built, compressed and signed by the code that operators use; a forged one by a
 * key too few.
 */
export async function deepRelease(flaw?: 'forged'): Promise<TinyRelease> {
  const tiny = tinyRelease('2.0.0', flaw);
  const storage = new SimulatedDisk(() => undefined);
  for (const directory of ['/build', '/build/content', '/build/content/lib']) storage.seedDirectory(directory);
  for (const [path, content] of tiny.files) storage.seed(`/build/content/${path}`, content);
  const file = '/build/two.release';
  const words = {
    ...description,
    version: tiny.version,
    schema: { lowest: 0, highest: 9 },
    entry: ['app'],
    goldenFaces: [],
  };
  const built = await buildRelease({
    storage, directory: '/build/content', description: words, roots: [rootOne], expires: goodUntil, level: 3, file,
  }); // prettier-ignore
  if (built.outcome !== 'built') throw new Error(`cannot build: ${JSON.stringify(built)}`);
  for (const signer of flaw === undefined ? [ada, ben] : [ada]) await signRelease({ storage, file, signer });
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
