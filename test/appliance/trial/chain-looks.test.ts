import assert from 'node:assert/strict';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { ChainLooks } from '../../../src/appliance/trial/chain-looks.ts';
import { nodeDisk } from '../../../src/machine/node/node-disk.ts';
import { chainEntry, readLine, type ChainLink, type SealedEntry } from '../../../src/telemetry/audit-entry.ts';
import { auditFileName } from '../../../src/telemetry/audit-files.ts';
import { entry, writeChain } from '../../telemetry/audit-chain.ts';

interface Chain {
  readonly looks: ChainLooks;
  readonly folder: string;
  readonly file: string;
  readonly lines: readonly string[];
  /** Adds the next entry, or what is made of it. */
  readonly add: (spoil?: (line: string) => string) => void;
}

/** An entry as a release wrote it that signed none. */
function next({ seq, hash }: ChainLink): SealedEntry {
  return chainEntry({ ...entry, timestamp: '2026-11-30T04:00:00.000Z', seq: seq + 1, prev_hash: hash });
}

/** A chain of three entries, and somebody who continues it. */
async function chain(t: TestContext): Promise<Chain> {
  const written = await writeChain(t, 3);
  const { folder, file, lines } = written;
  let last = readLine(lines.at(-1) ?? '')?.link;
  const add = (spoil = (line: string): string => line): void => {
    assert(last !== undefined);
    const sealed = next(last);
    last = sealed;
    appendFileSync(file, `${spoil(JSON.stringify(sealed))}\n`);
  };
  return { looks: await ChainLooks.begin(nodeDisk, folder), folder, file, lines, add };
}

test('entries that continue the chain are well; a line that is still being written is none yet', async (t) => {
  const { looks, add, file } = await chain(t);
  assert.equal(await looks.broken(), undefined);
  for (let turn = 0; turn < 3; turn += 1) add();
  appendFileSync(file, '{"half":');
  assert.equal(await looks.broken(), undefined);
});

test('callers who have much written down, over many files, break no chain', async (t) => {
  const { looks, folder, lines } = await chain(t);
  let last = readLine(lines.at(-1) ?? '')?.link;
  assert(last !== undefined);
  for (let file = 0; file < 5; file += 1) {
    const sealed = next(last);
    last = sealed;
    writeFileSync(`${folder}/${auditFileName(sealed.seq)}`, `${JSON.stringify(sealed)}\n`);
  }
  assert.equal(await looks.broken(), undefined);
});

test('an entry with another hash, one that follows none, one that is none, and a chain that is gone are told', async (t) => {
  const spoils: readonly (readonly [RegExp, (line: string) => string])[] = [
    [/entry 5 is not what was written/, (line) => line.replace('"person/1"', '"person/2"')],
    [/entry 5 is not what was written/, (line) => line.replace(/"hash":"[^"]*"/, `"hash":"${'0'.repeat(64)}"`)],
    [/a line is no entry/, () => 'nothing'],
  ];
  for (const [words, spoil] of spoils) {
    const { looks, add } = await chain(t);
    add();
    add(spoil);
    add();
    assert.match((await looks.broken()) ?? '', words);
  }
  const missing = await chain(t);
  missing.add(() => '');
  missing.add();
  assert.match((await missing.looks.broken()) ?? '', /no entry|does not follow/);
  const rewritten = await chain(t);
  writeFileSync(rewritten.file, `${rewritten.lines.slice(0, 2).join('\n')}\n`);
  assert.match((await rewritten.looks.broken()) ?? '', /entry 2 does not follow|it is gone/);
  const gone = await chain(t);
  rmSync(gone.file);
  assert.equal(await gone.looks.broken(), 'it is gone');
});

test('a chain that was broken before the trial says nothing of it', async (t) => {
  const { folder, file, lines } = await chain(t);
  writeFileSync(file, `${lines.join('\n').replace('person/1', 'person/7')}\n`);
  const looks = await ChainLooks.begin(nodeDisk, folder);
  rmSync(file);
  assert.equal(await looks.broken(), undefined);
});
