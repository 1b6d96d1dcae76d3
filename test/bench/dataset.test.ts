import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { readDatasets } from './dataset.ts';

async function inFolder(files: Record<string, string>, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'doorward-dataset-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), content);
    }
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function complaint(target: string): Promise<string> {
  const result = await readDatasets(target);
  assert(result.outcome === 'unusable', 'it was read');
  assert.match(result.message, /^cannot measure accuracy: /);
  return result.message;
}

const table = 'file_x,file_y,Decision\na.jpg,elsewhere/b.jpg,Yes\r\na.jpg,c.jpg,No\n';

test('reads a table of pairs, by its own path, in its folder, and in a folder of folders', async () => {
  await inFolder({ 'set/pairs.csv': table, 'set/a.jpg': '', 'set/b.jpg': '', 'set/c.jpg': '' }, async (folder) => {
    for (const target of [folder, path.join(folder, 'set'), path.join(folder, 'set/pairs.csv')]) {
      const read = await readDatasets(target);
      assert(read.outcome === 'read');
      assert.equal(read.datasets.length, 1);
      const set = path.join(folder, 'set');
      assert.deepEqual(read.datasets[0]?.pairs, [
        { a: path.join(set, 'a.jpg'), b: path.join(set, 'b.jpg'), isSame: true },
        { a: path.join(set, 'a.jpg'), b: path.join(set, 'c.jpg'), isSame: false },
      ]);
    }
  });
});

test('reads persons and their pictures as all pairs', async () => {
  await inFolder({ 'Ada/1.jpg': '', 'Ada/2.png': '', 'Grace/1.jpg': '', 'Grace/notes.txt': '' }, async (folder) => {
    const read = await readDatasets(folder);
    assert(read.outcome === 'read');
    const labels = read.datasets.flatMap(({ pairs }) => pairs.map(({ isSame }) => isSame));
    assert.equal(labels.length, 3);
    assert.equal(labels.filter((isSame) => isSame).length, 1);
  });
});

test('says what is wrong with what it cannot read, and where', async () => {
  assert.match(await complaint('/nowhere/at/all'), /does not exist/);
  await inFolder({ 'notes.txt': '' }, async (folder) => {
    assert.match(await complaint(folder), /neither a CSV of pairs nor person\/picture folders/);
  });
  await inFolder({ 'Ada/1.jpg': '' }, async (folder) => {
    assert.match(await complaint(folder), /a single picture/);
  });
  const tables: [content: string, expected: RegExp][] = [
    ['', /line 1 must name the columns/],
    ['file_x,file_y,Decision\n', /holds no pairs/],
    ['file_x,file_y,Decision\na.jpg,missing.jpg,Yes\n', /line 2 names "missing\.jpg", which does not exist/],
    ['file_x,file_y,Decision\na.jpg,a.jpg,perhaps\n', /line 2: "perhaps" is neither Yes nor No/],
    ['file_x,file_y,Decision\na.jpg\n', /line 2: "" is neither Yes nor No/],
  ];
  for (const [content, expected] of tables) {
    await inFolder({ 'pairs.csv': content, 'a.jpg': '' }, async (folder) => {
      assert.match(await complaint(folder), expected);
    });
  }
});
