import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import { serialiseManifest } from '../../src/release/manifest.ts';
import { readBack } from '../../src/release/read-back.ts';
import { signRelease } from '../../src/release/sign-release.ts';
import { stageRelease } from '../../src/release/stage-release.ts';
import { believed } from '../../src/release/trust.ts';
import { verifyRelease } from '../../src/release/verify-release.ts';
import { buildRelease } from '../../src/release/write-release.ts';
import {
  ada,
  ben,
  bytesSource,
  content,
  created,
  description,
  eve,
  facts,
  fillFolder,
  goodUntil,
  makeRelease,
  newFolder,
  rootOne,
  trust,
} from './workshop.ts';

test('what was built is verified, staged and read back as it was', async (context) => {
  const folder = newFolder(context);
  const { file, manifest } = await makeRelease(folder);
  const source = bytesSource(readFileSync(file));
  const verified = await verifyRelease(source, trust, facts);
  assert(verified.outcome === 'verified', JSON.stringify(verified));
  assert.deepEqual(verified.manifest, manifest);
  assert.equal(verified.signed, created / 1000);
  assert.deepEqual(verified.trust, trust, 'what is merely seen changes nothing');
  const { signed, manifest: described } = verified;
  assert.deepEqual(believed(trust, { signed, createdMs: described.createdMs }), {
    ...trust,
    targetsVersion: created / 1000,
    newestTimeMs: created,
  });
  const directory = join(folder, 'slot');
  const progress: number[] = [];
  const plan = { source, manifest: verified.manifest, directory, storage: nodeStorage };
  const staged = await stageRelease({
    ...plan,
    onProgress: ({ doneBytes, totalBytes }) => progress.push(doneBytes / totalBytes),
  });
  assert.equal(staged.outcome, 'staged', JSON.stringify(staged));
  assert.equal(progress.at(-1), 1);
  for (const [path, bytes] of Object.entries(content))
    assert.deepEqual(readFileSync(join(directory, path)), Buffer.from(bytes), path);
  assert.deepEqual(readFileSync(join(directory, 'root.json')), Buffer.from(rootOne));
  assert.equal(readFileSync(join(directory, 'manifest.json'), 'utf8'), serialiseManifest(manifest));
  assert.equal(statSync(join(directory, 'bin/start')).mode & 0o777, 0o755);
  assert.equal(statSync(join(directory, 'src/main.ts')).mode & 0o777, 0o644);
  assert.deepEqual(await readBack({ directory, manifest, storage: nodeStorage }), { outcome: 'whole' });
});

test('reading back sees a changed byte, a missing file and one that does not belong', async (context) => {
  const folder = newFolder(context);
  const { file, manifest } = await makeRelease(folder);
  const directory = join(folder, 'slot');
  const stage = () =>
    stageRelease({ source: bytesSource(readFileSync(file)), manifest, directory, storage: nodeStorage });
  const read = async (): Promise<string> => {
    const result = await readBack({ directory, manifest, storage: nodeStorage });
    return result.outcome === 'whole' ? 'whole' : result.message;
  };
  const damages: readonly [RegExp, () => void][] = [
    [/src\/main\.ts is not what was signed/, () => writeFileSync(join(directory, 'src/main.ts'), 'x')],
    [/manifest\.json is not what was signed/, () => writeFileSync(join(directory, 'manifest.json'), '{}')],
    [/bin\/start is not what was signed/, () => execFileSync('rm', [join(directory, 'bin/start')])],
    [/"src\/extra" does not belong/, () => writeFileSync(join(directory, 'src/extra'), '')],
    [/package\.json is a link/, () => execFileSync('sh', ['-c', 'cd "$1" && mv package.json ../moved && ln -s ../moved package.json', 'sh', directory])],
  ]; // prettier-ignore
  for (const [message, damage] of damages) {
    assert.equal((await stage()).outcome, 'staged');
    assert.equal(await read(), 'whole');
    damage();
    assert.match(await read(), message);
  }
});

test('the same input gives the same bytes, wherever and whenever it lies', async (context) => {
  const [one, other] = [newFolder(context), newFolder(context)];
  const backwards = Object.fromEntries(Object.entries(content).toReversed());
  fillFolder(join(other, 'content'), backwards);
  execFileSync('sh', [
    '-c',
    'chmod -R 700 "$1" && find "$1" -exec touch -d 1999-01-01 {} +',
    'sh',
    join(other, 'content'),
  ]);
  const first = await makeRelease(one);
  const second = await makeRelease(other, { directory: join(other, 'content') });
  assert.deepEqual(readFileSync(first.file), readFileSync(second.file));
  assert.deepEqual(readdirSync(one).toSorted(), ['content', 'doorward.release']);
});

test('tar and zstd of the machine read it', async (context) => {
  const folder = newFolder(context);
  const { file } = await makeRelease(folder);
  const names = execFileSync('tar', ['tf', file], { encoding: 'utf8' }).trim().split('\n');
  assert.deepEqual(names, ['metadata/1.root.json', 'metadata/targets.json', 'manifest.json', 'payload.tar.zst']);
  execFileSync('tar', ['xf', file, '-C', folder, 'manifest.json']);
  assert.equal(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')).version, '1.4.0');
});

test('a release is refused where it does not belong, and says what to do', async (context) => {
  const folder = newFolder(context);
  const { file } = await makeRelease(folder, { description: { ...description, hardware: ['raspberry-pi-5'] } });
  const source = bytesSource(readFileSync(file));
  const here = { ...facts, hardware: ['raspberry-pi-5'] };
  const verified = await verifyRelease(source, trust, here);
  assert(verified.outcome === 'verified', JSON.stringify(verified));
  const cases: readonly [string, Partial<typeof facts>, RegExp][] = [
    ['wrong-architecture', { architecture: 'linux-arm64' }, /it is for linux-x64 and this is linux-arm64: get the file for linux-arm64$/],
    ['wrong-hardware', { hardware: ['raspberry-pi-4'] }, /it is for raspberry-pi-5 and this is raspberry-pi-4/],
    ['older', { newestCommitted: '1.5.0' }, /1\.5\.0 was committed here already/],
    ['older', { runningVersion: '1.4.1' }, /1\.4\.1 was committed here already/],
    ['follows-too-high', { runningVersion: '0.9.0' }, /update to 1\.0\.0 first$/],
    ['schema-too-new', { schemaVersion: 4 }, /the database has schema 4 and it knows up to 3/],
    ['schema-too-old', { schemaVersion: 0 }, /the database has schema 0 and it needs 1/],
    ['too-large', { releaseBytesMax: 100 }, /bytes and 100 are allowed/],
    ['rejected-before', { rejected: new Set([verified.digest]) }, /it was tried here and reverted/],
  ]; // prettier-ignore
  for (const [failure, change, message] of cases) {
    const refused = await verifyRelease(source, trust, { ...here, ...change });
    assert(refused.outcome === 'refused', failure);
    assert.equal(refused.failure, failure);
    assert.match(refused.message, /^cannot use release /);
    assert.match(refused.message, message);
  }
  const fits = [{ runningVersion: '1.4.0' }, { newestCommitted: '1.4.0' }, { hardware: ['x', 'raspberry-pi-5'] }];
  for (const change of fits)
    assert.equal((await verifyRelease(source, trust, { ...here, ...change })).outcome, 'verified');
});

test('nothing is built that could not be used', async (context) => {
  const folder = newFolder(context);
  const refusal = async (files: Record<string, string>, change = {}): Promise<string> => {
    const directory = fillFolder(join(folder, String(Math.random())), { 'src/main.ts': '', ...files });
    const plan = {
      storage: nodeStorage,
      directory,
      roots: [rootOne],
      expires: goodUntil,
      file: join(folder, 'x.release'),
    };
    const built = await buildRelease({
      ...plan,
      level: 1,
      description: { ...description, goldenFaces: [] },
      ...change,
    });
    return built.outcome === 'refused' ? built.message : 'built';
  };
  assert.equal(await refusal({}), 'built');
  assert.match(await refusal({ 'A.ts': '', 'a.ts': '' }), /the path "a\.ts" comes twice/);
  assert.match(await refusal({ 'Manifest.json': '' }), /comes twice/);
  assert.match(await refusal({ 'root.json': '' }), /root\.json is put in by the build/);
  assert.match(await refusal({ 'dör.ts': '' }), /not plain ASCII/);
  assert.match(await refusal({ [`${'x'.repeat(120)}/a`]: '', [`d/${'x'.repeat(120)}`]: '' }), /too long/);
  assert.match(await refusal({}, { include: ['lib'] }), /there is no lib in /);
  assert.match(await refusal({}, { roots: [] }), /it needs a root of trust/);
  assert.match(await refusal({}, { expires: '2028' }), /2028 is not a time/);
  assert.match(
    await refusal({}, { description: { ...description, entry: ['node', 'gone.ts'] } }),
    /starts none of its files/,
  );
  assert.match(
    await refusal({}, { description: { ...description, goldenFaces: [{ file: 'x', person: 'X' }] } }),
    /golden face "x"/,
  );
});

test('signers sign in turn, and only those who may', async (context) => {
  const folder = newFolder(context);
  const { file } = await makeRelease(folder, { by: [] });
  const failureNow = async (): Promise<string> => {
    const result = await verifyRelease(bytesSource(readFileSync(file)), trust, facts);
    return result.outcome === 'verified' ? 'verified' : result.failure;
  };
  const sign = (signer: typeof ada, anew?: { version?: number; expires?: string }) =>
    signRelease({ storage: nodeStorage, file, signer, ...(anew === undefined ? {} : { anew }) });
  assert.equal(await failureNow(), 'unsigned');
  assert.deepEqual(await sign(ada), { outcome: 'signed', signatures: 1, threshold: 2 });
  assert.deepEqual(await sign(ada), { outcome: 'signed', signatures: 1, threshold: 2 });
  assert.equal(await failureNow(), 'too-few-signatures');
  const refused = await sign(eve);
  assert(refused.outcome === 'refused');
  assert.match(refused.message, /is not one that may sign releases by root 1$/);
  assert.deepEqual(await sign(ben), { outcome: 'signed', signatures: 2, threshold: 2 });
  assert.equal(await failureNow(), 'verified');
  assert.deepEqual(await sign(ben, { expires: '2029-11-20T00:00:00Z' }), {
    outcome: 'signed',
    signatures: 1,
    threshold: 2,
  });
  assert.equal(await failureNow(), 'too-few-signatures');
  await sign(ada);
  const again = await verifyRelease(bytesSource(readFileSync(file)), trust, facts);
  assert(again.outcome === 'verified');
  assert.equal(again.signed, created / 1000 + 1);
});
