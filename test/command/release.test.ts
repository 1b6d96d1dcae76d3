import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { newFolder, type, type House, type Typed } from './typed.ts';

/** Chance that is different each time, as keys need it. */
function chance(): House {
  let calls = 0;
  const secret = (bytes: number): Uint8Array => new Uint8Array(bytes).fill((calls += 1));
  return { surroundings: { random: { fraction: () => 0.5, id: () => 'x', secret } } };
}

async function typed(folder: string, line: string, house: House = {}): Promise<Typed> {
  const result = await type(folder, line.split(' '), house);
  assert.equal(result.code, 0, `${line}: ${result.err}`);
  return result;
}

const built =
  'release build content --version 1.4.0 --roots roots --schema 1-3 --created 1700000000 --level 1 --out x.release';

/** Two signers, a root of trust that wants both, and a folder with a release in it. */
async function workshop(folder: string): Promise<void> {
  const house = chance();
  for (const name of ['ada', 'ben', 'eve']) await typed(folder, `release keys ${name}`, house);
  await typed(folder, 'release root roots --root-keys ada.pub --release-keys ada.pub,ben.pub --release-threshold 2');
  await typed(folder, 'release sign roots/1.root.json --key ada.key');
  mkdirSync(join(folder, 'content/src'), { recursive: true });
  writeFileSync(join(folder, 'content/src/main.ts'), 'hello');
  writeFileSync(join(folder, 'content/face.jpg'), 'face');
  writeFileSync(join(folder, 'content/notes'), 'not for devices');
}

test('from keys to a release file that a device would take', async (context) => {
  const folder = newFolder(context);
  await workshop(folder);
  const build = await typed(folder, `${built} --include src,face.jpg --golden face.jpg=Ada --hardware raspberry-pi-4`);
  assert.match(build.out, /^built .*x\.release: .*, 3 files\nIt is not signed yet/);
  const verify = 'release verify x.release --root roots/1.root.json';
  const unsigned = await type(folder, verify.split(' '));
  assert.equal(unsigned.code, 1);
  assert.match(unsigned.err, /^cannot use release file: it is signed by none of the keys/);
  assert.match((await typed(folder, 'release sign x.release --key ada.key')).out, /1 of 2 signatures$/);
  assert.match((await typed(folder, 'release sign x.release --key ben.key')).out, /2 of 2 signatures: enough$/);
  assert.match(
    (await typed(folder, verify)).out,
    /^release 1\.4\.0 is signed by enough keys, and whole: [0-9a-f]{64}$/,
  );
  const inspected = JSON.parse((await typed(folder, 'release inspect x.release --json')).out) as Record<
    string,
    unknown
  >;
  assert.equal(inspected['expires'], '2025-11-13T00:00:00Z');
  const { out } = await typed(folder, 'release inspect x.release');
  assert.match(out, /^release +doorward 1\.4\.0$/m);
  assert.match(out, /^for +any, raspberry-pi-4$/m);
  assert.match(
    out,
    /^signatures +2 of 2 \([0-9a-f]{12}, [0-9a-f]{12}\), version 1700000000, good until 2025-11-13T00:00:00Z$/m,
  );
  const bytes = readFileSync(join(folder, 'x.release'));
  bytes[bytes.length - 1600] = (bytes[bytes.length - 1600] ?? 0) ^ 1;
  writeFileSync(join(folder, 'x.release'), bytes);
  const damaged = await type(folder, [...verify.split(' '), '--json']);
  assert.equal(damaged.code, 1);
  assert.equal((JSON.parse(damaged.out) as { failure: string }).failure, 'digest-differs');
});

test('a release is built the same twice, and signed anew when its time is over', async (context) => {
  const folder = newFolder(context);
  await workshop(folder);
  await typed(folder, built);
  const first = readFileSync(join(folder, 'x.release'));
  await typed(folder, built);
  assert.deepEqual(readFileSync(join(folder, 'x.release')), first);
  await typed(folder, 'release sign x.release --key ada.key');
  await typed(folder, 'release sign x.release --key ben.key --anew --expires 2030-01-01');
  const { out } = await typed(folder, 'release inspect x.release');
  assert.match(out, /1 of 2 \([0-9a-f]{12}\), version 1700000001, good until 2030-01-01T00:00:00Z$/m);
});

test('the root of trust is handed on', async (context) => {
  const folder = newFolder(context);
  await workshop(folder);
  const { out } = await typed(folder, 'release root roots --root-keys ben.pub --expires 2040-01-01');
  assert.match(
    out,
    /roots\/2\.root\.json, good until 2040-01-01T00:00:00Z; it is not signed yet:\nsigned by 0 of 1 keys of root 1\nsigned by 0 of 1 keys of root 2$/,
  );
  const early = await type(folder, ['release', 'root', 'roots']);
  assert.match(early.err, /^cannot make root 3: 2\.root\.json is not signed by enough: have it signed, or remove it$/);
  const stranger = await type(folder, ['release', 'sign', 'roots/2.root.json', '--key', 'eve.key']);
  assert.match(stranger.err, /the key is neither one of this root nor one of the root before$/);
  await typed(folder, 'release sign roots/2.root.json --key ben.key');
  assert.match(
    (await typed(folder, 'release sign roots/2.root.json --key ada.key')).out,
    /of root 1: enough\n.*of root 2: enough$/,
  );
  await typed(folder, built);
  for (const key of ['ada', 'ben']) await typed(folder, `release sign x.release --key ${key}.key`);
  for (const version of [1, 2]) await typed(folder, `release verify x.release --root roots/${version}.root.json`);
});

test('private keys are for their owner, encrypted when a passphrase is given, and never overwritten', async (context) => {
  const folder = newFolder(context);
  const house = { environment: { DOORWARD_KEY_PASSPHRASE: 'open sesame' } };
  await typed(folder, 'release keys ada', house);
  assert.equal(statSync(join(folder, 'ada.key')).mode & 0o777, 0o600);
  assert.match(readFileSync(join(folder, 'ada.key'), 'utf8'), /^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
  const again = await type(folder, ['release', 'keys', 'ada']);
  assert.equal(again.code, 1);
  assert.match(again.err, /^cannot write .*ada\.key: it is there already: choose another name, or move it away$/);
  await typed(folder, 'release root roots --root-keys ada.pub --release-keys ada.pub');
  const sign = ['release', 'sign', 'roots/1.root.json', '--key', 'ada.key'];
  assert.match((await type(folder, sign)).err, /it is encrypted: put its passphrase into DOORWARD_KEY_PASSPHRASE$/);
  assert.match(
    (await type(folder, sign, { environment: { DOORWARD_KEY_PASSPHRASE: 'x' } })).err,
    /or the passphrase is wrong$/,
  );
  assert.equal((await type(folder, sign, house)).code, 0);
  assert.match(
    (await type(folder, [...sign.slice(0, 4), 'ada.pub'])).err,
    /cannot use the key ada\.pub: it is no private key$/,
  );
});

test('what is missing or wrong is said before anything is done', async (context) => {
  const folder = newFolder(context);
  await workshop(folder);
  const cases: readonly [string, number, RegExp][] = [
    ['release build content', 2, /^cannot build: --version is missing\nSee: doorward help release build$/],
    ['release build content --version 1 --roots roots --schema 1-3', 2, /give --created "\$\(git log -1 --format=%ct\)"/],
    [built.replace('1-3', '3'), 2, /cannot use --schema 3: it is a range such as 1-3/],
    [built.replace('--level 1', '--level 40'), 2, /cannot use --level 40/],
    [built.replace('1.4.0', '1.4'), 1, /cannot build .*x\.release: its version "1\.4" is not one such as 1\.4\.0/],
    [built.replace('content', 'gone'), 1, /cannot build .*: its entry starts none of its files/],
    [built.replace('roots roots', 'roots nowhere'), 1, /it needs a root of trust: make one with doorward release root/],
    ['release root other --root-keys ada.pub', 1, /cannot make root 1: the threshold of the release keys is 1, and there are 0 keys/],
    ['release root other --root-keys ada.key', 2, /cannot use the key ada\.key: it is the private half: name the \.pub file/],
    ['release root other --root-keys ada.pub --root-threshold x', 2, /cannot use --root-threshold x/],
    ['release sign gone.release --key ada.key', 1, /there is no such file/],
    ['release sign gone.release', 2, /--key is missing/],
    ['release inspect content/src/main.ts', 1, /^cannot use release file: it ends too early/],
    ['release verify content/src/main.ts', 1, /give --root N\.root\.json/],
    ['release verify gone.release --root roots/1.root.json', 1, /there is no such file/],
  ]; // prettier-ignore
  for (const [line, code, message] of cases) {
    const result = await type(folder, line.split(' '));
    assert.match(result.err, message, line);
    assert.equal(result.code, code, line);
  }
});
