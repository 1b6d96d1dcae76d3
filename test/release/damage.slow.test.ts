import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import { checkPayload } from '../../src/release/check-payload.ts';
import type { Manifest } from '../../src/release/manifest.ts';
import { stageRelease } from '../../src/release/stage-release.ts';
import { verifyRelease } from '../../src/release/verify-release.ts';
import type { Storage } from '../../src/system/storage.ts';
import { bytesSource, facts, makeRelease, newFolder, trust } from './workshop.ts';

/** What a device says of a release file in which bits of one byte are turned. */
async function failureAt(bytes: Uint8Array, place: number, manifest: Manifest): Promise<string> {
  const changed = Buffer.from(bytes);
  changed[place] = (changed[place] ?? 0) ^ 0x11;
  const verified = await verifyRelease(bytesSource(changed), trust, facts);
  if (verified.outcome === 'refused') return verified.failure;
  assert.deepEqual(verified.manifest, manifest);
  const payload = await checkPayload(bytesSource(changed), manifest);
  return payload.outcome === 'refused' ? payload.failure : 'staged';
}

test('a turned bit is noticed for what it is', async (context) => {
  const { file, manifest } = await makeRelease(newFolder(context));
  const bytes = readFileSync(file);
  const manifestStart = bytes.indexOf('manifest.json\u0000') + 512;
  const payloadStart = bytes.indexOf('payload.tar.zst\u0000') + 512;
  const manifestEnd = manifestStart + JSON.stringify(manifest).length + 1;
  for (let place = manifestStart; place < manifestEnd; place += 41)
    assert.equal(await failureAt(bytes, place, manifest), 'digest-differs', `manifest, byte ${place}`);
  for (let place = manifestEnd; place < payloadStart; place += 23)
    assert.equal(await failureAt(bytes, place, manifest), 'not-a-release-file', `between the parts, byte ${place}`);
  for (let place = payloadStart; place < bytes.length; place += 29)
    assert.equal(await failureAt(bytes, place, manifest), 'digest-differs', `payload, byte ${place}`);
});

test('everything that was staged survives a power cut: files before the directories that name them', async (context) => {
  const folder = newFolder(context);
  const { file, manifest } = await makeRelease(folder);
  const directory = join(folder, 'slot');
  const unsafe = new Set<string>();
  const order: string[] = [];
  const dirty = (path: string): void => {
    assert.ok(!order.includes(path), `${path} is written after it was synced`);
    unsafe.add(path);
  };
  const storage: Storage = {
    ...nodeStorage,
    write: async (path, content) => (dirty(path), nodeStorage.write(path, content)),
    writePart: async (path, offset, content) => (dirty(path), nodeStorage.writePart(path, offset, content)),
    setMode: async (path, mode) => (dirty(path), nodeStorage.setMode(path, mode)),
    makeDirectory: async (path) => (dirty(path), nodeStorage.makeDirectory(path)),
    sync: async (path) => void order.push(path),
    syncDirectory: async (path) => void order.push(path),
  };
  await stageRelease({ source: bytesSource(readFileSync(file)), manifest, directory, storage });
  assert.deepEqual(
    [...unsafe].filter((path) => !order.includes(path)),
    [],
  );
  assert.ok(unsafe.size > manifest.files.length);
  const parentsTooEarly = order.filter((path, index) =>
    order.slice(index + 1).some((later) => later.startsWith(`${path}/`)),
  );
  assert.deepEqual(parentsTooEarly, []);
  assert.equal(order.at(-1), folder, 'the name of the slot itself');
});
