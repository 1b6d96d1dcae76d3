import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { mallocEnvironment, nodeOptions } from '../../../src/machine/process/start-options.ts';
import { modelsFolder } from '../../fakes/recognition.ts';

const run = promisify(execFile);
const child = path.join(import.meta.dirname, 'look-faults-child.ts');

/** 40 to 70 are taken. With working memory that is mapped and unmapped at every look it was 6,500, and looks took ten times as long. */
const faultsMax = 600;

test('the nets keep their working memory: looks of a process started as the bell take hardly a page fault', async () => {
  const words = [...nodeOptions, child, modelsFolder, path.join(modelsFolder, 'demo', 'ada.jpg')];
  const { stdout } = await run(process.execPath, words, { env: { ...process.env, ...mallocEnvironment } });
  const { faultsEach } = JSON.parse(stdout) as { faultsEach: number };
  assert.ok(faultsEach < faultsMax, `${faultsEach} page faults a look`);
});
