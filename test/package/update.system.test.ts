import assert from 'node:assert/strict';
import { globSync, readlinkSync, statSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { Crowd } from '../updates/crowd.ts';
import { Installation } from '../updates/installation.ts';
import { Workshop } from '../updates/releases.ts';
import { newFolder, packaged } from './packaged.ts';

/** Generous: the rehearsal has the lowest priority, and the crowd does not wait for it. */
const trialMsMax = 400_000;
const arch = process.arch === 'arm64' ? 'arm64' : 'x64';

test('an executable updates itself to the next one under load: no request fails, no press is lost, nothing is unpacked twice', async (t) => {
  const folder = newFolder(t);
  const site = new Installation({ settings: ['update.probationMinutes=0.1'] });
  t.after(() => site.close());
  const workshop = new Workshop(site.folder);
  const pack = async (version: string): Promise<string> => {
    const release = join(dirname(await packaged(folder, arch, version)), 'release');
    return (await workshop.pack(release, version)).file;
  };
  const [first, second] = [await pack('1.0.0'), await pack('1.1.0')];
  await site.install({ file: first, root: workshop.root });
  await site.powerOn();
  const libraries = (): string[] => globSync(join(site.places.root, 'lib', '*', '**', '*.node')).toSorted();
  const unpacked = libraries().map((path) => [path, statSync(path).ino]);
  assert.ok(unpacked.length >= 3, 'the libraries lie beside the slots');
  const spare = join(site.places.root, 'lib', '0123456789abcdef');
  mkdirSync(spare);
  const crowd = new Crowd(site);
  await site.push(second);
  const trial = await site.trialOf('1.1.0', trialMsMax);
  assert.equal(trial.outcome, 'committed', trial.message);
  assert.equal(readlinkSync(site.places.current), 'slots/b');
  const report = await crowd.leave();
  assert.deepEqual(report.failures, []);
  assert.equal(report.lost, 0);
  const status = (await (await fetch(`${site.address}/api/v1/status`)).json()) as { version?: string };
  assert.match(JSON.stringify(status), /1\.1\.0/);
  assert.deepEqual(
    libraries().map((path) => [path, statSync(path).ino]),
    unpacked,
  );
  assert.equal(statSync(spare, { throwIfNoEntry: false }), undefined, 'what no slot needs is removed after a commit');
});
