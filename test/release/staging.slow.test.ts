import assert from 'node:assert/strict';
import test from 'node:test';
import { measureStaging } from './large-release.ts';
import { newFolder } from './workshop.ts';

const memoryMbMax = 64;

test('staging 200 MB takes bounded memory and writes each byte once', async (context) => {
  const figures = await measureStaging(newFolder(context), 200_000_000);
  assert.deepEqual(figures.outcome, ['staged', 'whole']);
  assert.ok(figures.unpackedBytes >= 200_000_000);
  assert.ok(figures.stagingMemoryMb < memoryMbMax, `${figures.stagingMemoryMb} MB above idle`);
  // The manifest comes on top: a fraction of a percent.
  assert.ok(figures.writtenBytes >= figures.unpackedBytes && figures.writtenBytes < figures.unpackedBytes * 1.005);
});
