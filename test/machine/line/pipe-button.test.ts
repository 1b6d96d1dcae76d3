import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { noButton } from '../../../src/machine/line/no-button.ts';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';
import { pipeButton } from '../../../src/machine/line/pipe-button.ts';
import type { ButtonEdge } from '../../../src/system/button.ts';

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-button-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('writers come and go, and every edge arrives in order', async (t) => {
  const path = join(await temporaryFolder(t), 'bell');
  execFileSync('mkfifo', [path]);
  const abort = new AbortController();
  const edges: boolean[] = [];
  const lost = pipeButton(path, nodeClock).listen(({ pressed, atMs }) => {
    assert.ok(Math.abs(nodeClock.uptimeMs() - atMs) < 60_000);
    edges.push(pressed);
    if (edges.length === 4) abort.abort();
  }, abort.signal);
  await writeFile(path, '1\n');
  await writeFile(path, 'noise\n0\n');
  await writeFile(path, '1\n0\n');
  assert.equal(await lost, undefined, 'aborted, not lost');
  assert.deepEqual(edges, [true, false, true, false]);
});

test('a path that is no pipe is a lost button, with the reason', async (t) => {
  const folder = await temporaryFolder(t);
  const never = new AbortController().signal;
  const ignore = (): void => undefined;
  await writeFile(join(folder, 'file'), '1\n');
  const atFile = await pipeButton(join(folder, 'file'), nodeClock).listen(ignore, never);
  assert.match(atFile ?? '', /^cannot read the button pipe .*file: not a named pipe: make one with mkfifo$/);
  const atNothing = await pipeButton(join(folder, 'nothing'), nodeClock).listen(ignore, never);
  assert.match(atNothing ?? '', /ENOENT/);
});

test('a machine without a button is never pressed and never lost', async () => {
  const abort = new AbortController();
  const lost = noButton.listen(() => assert.fail('pressed'), abort.signal);
  abort.abort();
  assert.equal(await lost, undefined);
});

test('an edge may say when it was; those that waited without a time are taken well apart', async (t) => {
  const path = join(await temporaryFolder(t), 'bell');
  execFileSync('mkfifo', [path]);
  const button = pipeButton(path, nodeClock);
  t.after(() => button.close());
  assert.notEqual(button.descriptor(), undefined);
  await writeFile(path, '1@5.5\n0@7\n');
  const edges: ButtonEdge[] = [];
  for (const wanted of [2, 4]) {
    const abort = new AbortController();
    await button.listen((edge) => edges.push(edge) === wanted && abort.abort(), abort.signal);
    if (wanted === 2) await writeFile(path, '1\n0\n'); // Nobody listens: the line keeps it.
  }
  assert.deepEqual(edges.slice(0, 2), [
    { pressed: true, atMs: 5.5 },
    { pressed: false, atMs: 7 },
  ]);
  assert.deepEqual(
    edges.slice(2).map(({ pressed }) => pressed),
    [true, false],
  );
  assert.equal((edges[3]?.atMs ?? 0) - (edges[2]?.atMs ?? 0), 1000);
});

test('a line that was passed on is read where it was left', async (t) => {
  const path = join(await temporaryFolder(t), 'bell');
  execFileSync('mkfifo', [path]);
  const first = pipeButton(path, nodeClock);
  const second = pipeButton(path, nodeClock, first.descriptor());
  t.after(() => first.close()); // The second has the same descriptor.
  const read: string[] = [];
  for (const [name, button] of [
    ['first', first],
    ['second', second],
  ] as const) {
    await writeFile(path, '1\n');
    const abort = new AbortController();
    await button.listen(() => {
      read.push(name);
      abort.abort();
    }, abort.signal);
  }
  assert.deepEqual(read, ['first', 'second']);
});

test('what is read late is as long as it was: a press on a machine that has no time is no bounce', async (t) => {
  const path = join(await temporaryFolder(t), 'bell');
  execFileSync('mkfifo', [path]);
  const heldMs = 80;
  for (const busyMs of [75, 60, 45, 30]) {
    const abort = new AbortController();
    const edges: ButtonEdge[] = [];
    const button = pipeButton(path, nodeClock);
    const lost = button.listen((edge) => edges.push(edge) === 2 && abort.abort(), abort.signal);
    const { mtimeMs } = statSync(path);
    const writer = spawn('sh', ['-c', `printf 1 >"$0"; sleep ${heldMs / 1000}; printf 0 >"$0"`, path], {
      stdio: 'ignore',
    });
    const closed = once(writer, 'close');
    while (statSync(path).mtimeMs === mtimeMs) continue; // The process does nothing else until it is pressed,
    const pressedMs = nodeClock.uptimeMs();
    while (nodeClock.uptimeMs() < pressedMs + busyMs) continue; // and then for a while.
    await Promise.all([lost, closed]);
    button.close();
    const [down, up] = edges.map(({ atMs }) => atMs);
    const lengthMs = (up ?? 0) - (down ?? 0);
    assert.ok(lengthMs > heldMs - 15, `held for ${heldMs} ms, read ${busyMs} ms late, and taken for ${lengthMs} ms`);
  }
});
