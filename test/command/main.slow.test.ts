import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

function doorward(words: readonly string[], environment: Record<string, string> = {}): SpawnSyncReturns<string> {
  const env = { PATH: process.env['PATH'] ?? '', ...environment };
  return spawnSync(process.execPath, [main, ...words], { encoding: 'utf8', env, timeout: 20_000 });
}

function newHome(context: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'doorward-main-'));
  context.after(() => rmSync(home, { recursive: true }));
  return home;
}

test('the real process: help on standard output, exit code 0, nothing on standard error', () => {
  const { status, stdout, stderr } = doorward([]);
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^Doorward: a doorbell that knows who is at the door\./);
});

test('the real process: what is not understood goes to standard error with exit code 2', () => {
  const { status, stdout, stderr } = doorward(['rign']);
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /did you mean ring\?/);
});

test('the real process: nothing to ring is exit code 69', (context) => {
  const { status, stderr } = doorward(['ring', '--home', newHome(context)]);
  assert.equal(status, 69);
  assert.match(stderr, /cannot ring: no doorward runs in/);
});

test('the real process: version is that of package.json, and quick', () => {
  const { status, stdout } = doorward(['version', '--json']);
  assert.equal(status, 0);
  assert.match((JSON.parse(stdout) as { version: string }).version, /^\d+\.\d+\.\d+/);
});

test('the real process: settings of a home, with a complaint and exit code 1', (context) => {
  const home = newHome(context);
  writeFileSync(join(home, 'doorward.toml'), '[camera]\nsorce = "demo"\n');
  const { status, stdout, stderr } = doorward(['settings', '--home', home]);
  assert.equal(status, 1);
  assert.match(stdout, /^web\.port +8080 +default/m);
  assert.match(
    stderr,
    /cannot use camera\.sorce in .*doorward\.toml: there is no such setting; did you mean camera\.source\?/,
  );
});

test('the real process: the audit chain of a home without one is whole', (context) => {
  const { status, stdout } = doorward(['audit', 'verify', '--home', newHome(context)]);
  assert.equal(status, 0);
  assert.match(stdout, /the audit chain is whole: 0 entries/);
});
