import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { constants, zstdCompressSync } from 'node:zlib';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import {
  bodyBytes,
  chunkBytes,
  complaintOf,
  parseManifest,
  serialiseManifest,
  type Manifest,
} from '../../src/release/manifest.ts';
import { stageRelease } from '../../src/release/stage-release.ts';
import { decodeTarHeader, encodeTarHeader, tarPaddingBytes } from '../../src/release/tar-header.ts';
import { verifyRelease } from '../../src/release/verify-release.ts';
import { bytesSource, description, facts, makeRelease, newFolder, trust } from './workshop.ts';

/** A manifest whose chunks are those of any payload: what a signer that was taken over could sign. */
function signedOver(
  tar: Uint8Array,
  files: Manifest['files'],
  compress = zstdCompressSync as (bytes: Uint8Array) => Uint8Array,
): { manifest: Manifest; body: Uint8Array } {
  const payload = compress(tar);
  const body = Buffer.concat([payload, new Uint8Array(tarPaddingBytes(payload.length) + 1024)]);
  const chunks: string[] = [];
  for (let offset = 0; offset < body.length; offset += chunkBytes)
    chunks.push(
      createHash('sha256')
        .update(body.subarray(offset, offset + chunkBytes))
        .digest('hex'),
    );
  const manifest: Manifest = {
    format: 1,
    ...description,
    goldenFaces: [],
    files,
    payload: { bytes: payload.length, chunkBytes, chunks },
  };
  assert.equal(bodyBytes(manifest), body.length);
  return { manifest, body };
}

function entry(path: string, bytes: Uint8Array, change: (header: Buffer) => void = () => {}): Uint8Array {
  const header = Buffer.from(encodeTarHeader({ path, bytes: bytes.length, mode: 0o644 }));
  change(header);
  header.write('        ', 148, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
  return Buffer.concat([header, bytes, new Uint8Array(tarPaddingBytes(bytes.length))]);
}

const main = Buffer.from('main');
const file = {
  path: 'src/main.ts',
  bytes: main.length,
  sha256: createHash('sha256').update(main).digest('hex'),
  mode: 0o644 as const,
};
const end = new Uint8Array(1024);

test('a payload that is not the tar file of its manifest is refused, whatever it holds', async (context) => {
  const folder = newFolder(context);
  const refusalOf = async (tar: Uint8Array, compress?: (bytes: Uint8Array) => Uint8Array): Promise<string> => {
    const { manifest, body } = signedOver(tar, [file], compress);
    const result = await stageRelease({
      source: bytesSource(body),
      manifest,
      directory: join(folder, 'slot'),
      storage: nodeStorage,
    });
    return result.outcome === 'staged' ? 'staged' : `${result.failure}: ${result.message}`;
  };
  assert.equal(await refusalOf(Buffer.concat([entry(file.path, main), end])), 'staged');
  const hostile: Readonly<Record<string, Uint8Array>> = {
    absolute: entry('/etc/passwd', main),
    'above the directory': entry('../src/main.ts', main),
    link: entry(file.path, main, (header) => header.write('2../../x', 156, 'latin1')),
    device: entry(file.path, main, (header) => header.write('3', 156, 'latin1')),
    'hard link': entry(file.path, main, (header) => header.write('1', 156, 'latin1')),
    'another case': entry('src/Main.ts', main),
    'another mode': entry(file.path, main, (header) => header.write('0004755', 100, 'latin1')),
    'another content': entry(file.path, Buffer.from('niam')),
    'a longer content': entry(file.path, Buffer.from('main and more')),
    'a pax header': entry('PaxHeaders/src', main, (header) => header.write('x', 156, 'latin1')),
    twice: Buffer.concat([entry(file.path, main), entry(file.path, main)]),
    more: Buffer.concat([entry(file.path, main), entry('src/more.ts', main)]),
    nothing: new Uint8Array(),
  };
  for (const [name, tar] of Object.entries(hostile))
    assert.match(
      await refusalOf(Buffer.concat([tar, end])),
      /^payload-invalid: cannot use release 1\.4\.0: its payload is damaged: .*: build and sign it anew$/,
      name,
    );
  assert.match(await refusalOf(entry(file.path, main)), /it does not end after its last file/);
  assert.match(await refusalOf(Buffer.concat([entry(file.path, main), end]), (tar) => tar), /it cannot be unpacked/);
  const cut = (tar: Uint8Array): Uint8Array => zstdCompressSync(tar).subarray(0, -6);
  assert.match(await refusalOf(Buffer.concat([entry(file.path, main), end]), cut), /payload-invalid/);
  assert.deepEqual(
    (await nodeStorage.list(folder)).map(({ name }) => name),
    ['slot'],
    'nothing lies outside',
  );
});

test('a payload that grows beyond what was signed is not unpacked', async (context) => {
  const bomb = Buffer.concat([entry(file.path, main), Buffer.alloc(50_000_000)]);
  const { manifest, body } = signedOver(bomb, [file]);
  assert.ok(body.length < 10_000);
  const written: number[] = [];
  const storage = { ...nodeStorage, writePart: async (path: string, offset: number, part: Uint8Array) => {
    written.push(part.length);
    await nodeStorage.writePart(path, offset, part);
  } }; // prettier-ignore
  const result = await stageRelease({
    source: bytesSource(body),
    manifest,
    directory: join(newFolder(context), 'slot'),
    storage,
  });
  assert(result.outcome === 'refused');
  assert.equal(result.failure, 'payload-invalid');
  assert.deepEqual(written, [main.length]);
});

test('a payload that wants more memory than eight megabytes to be unpacked is refused', async (context) => {
  const noise = Buffer.alloc(20_000_000, createHash('sha512').update('noise').digest());
  const large = { ...file, bytes: noise.length, sha256: createHash('sha256').update(noise).digest('hex') };
  const directory = join(newFolder(context), 'slot');
  const outcomeWith = async (windowLog: number): Promise<string> => {
    const compress = (tar: Uint8Array): Uint8Array =>
      zstdCompressSync(tar, {
        params: { [constants.ZSTD_c_windowLog]: windowLog, [constants.ZSTD_c_contentSizeFlag]: 0 },
      });
    const { manifest, body } = signedOver(Buffer.concat([entry(file.path, noise), end]), [large], compress);
    const result = await stageRelease({ source: bytesSource(body), manifest, directory, storage: nodeStorage });
    return result.outcome === 'refused' ? result.failure : 'staged';
  };
  assert.equal(await outcomeWith(23), 'staged');
  assert.equal(await outcomeWith(27), 'payload-invalid');
});

test('what a source or a disk rejects with comes through', async (context) => {
  const folder = newFolder(context);
  const { manifest, body } = signedOver(Buffer.concat([entry(file.path, main), end]), [file]);
  const plan = { manifest, directory: join(folder, 'slot'), storage: nodeStorage };
  const gone = new Error('the line went dead');
  const source = { bytes: body.length, read: async () => Promise.reject(gone) };
  await assert.rejects(stageRelease({ ...plan, source }), (error) => error === gone);
  const full = new Error('full');
  const storage = { ...nodeStorage, writePart: async () => Promise.reject(full) };
  await assert.rejects(stageRelease({ ...plan, source: bytesSource(body), storage }), (error) => error === full);
});

test('the end of a release file may be missing anywhere', async (context) => {
  const { file: path } = await makeRelease(newFolder(context));
  const bytes = readFileSync(path);
  for (let length = 0; length < bytes.length; length += 97) {
    const result = await verifyRelease(bytesSource(bytes.subarray(0, length)), trust, facts);
    assert.equal(result.outcome === 'refused' && result.failure, 'truncated', `${length} bytes`);
  }
  const longer = await verifyRelease(bytesSource(Buffer.concat([bytes, Buffer.alloc(512)])), trust, facts);
  assert.equal(longer.outcome === 'refused' && longer.failure, 'not-a-release-file');
  const other = await verifyRelease(bytesSource(Buffer.from('<!doctype html>'.repeat(100))), trust, facts);
  assert.equal(other.outcome === 'refused' && other.failure, 'not-a-release-file');
});

test('manifests that could lead outside are refused', () => {
  const { manifest } = signedOver(Buffer.concat([entry(file.path, main), end]), [file]);
  const complaint = (...paths: string[]): string | undefined =>
    complaintOf({ ...manifest, files: [file, ...paths.map((path) => ({ ...file, path }))] });
  assert.equal(complaint('src/other.ts', 'a b/[c]@1.0/x'), undefined);
  for (const path of [
    '/etc/passwd',
    '../x',
    'a/../b',
    'a/./b',
    'a//b',
    'a/',
    '.',
    '..',
    'a\\b',
    'a\u0000b',
    'ä',
    'a\nb',
    'x'.repeat(101),
  ])
    assert.match(complaint(path) ?? '', /may not be in a release/, JSON.stringify(path));
  assert.match(complaint('src/main.ts') ?? '', /comes twice/);
  assert.match(complaint('SRC/MAIN.TS') ?? '', /comes twice/);
  assert.match(complaint('manifest.json') ?? '', /comes twice/);
  assert.match(complaint('src/main.ts/x') ?? '', /is a file and a directory/);
  assert.match(complaint('lib', 'LIB/x') ?? '', /is a file and a directory/);
});

test('a manifest keeps what it does not know, and is read only as it is written', () => {
  const { manifest } = signedOver(Buffer.concat([entry(file.path, main), end]), [file]);
  const later = { ...manifest, mood: { colour: 'green' }, files: [{ ...file, note: 1 }] };
  const read = parseManifest(Buffer.from(serialiseManifest(later)));
  assert.deepEqual(read, later);
  const spread = parseManifest(Buffer.from(JSON.stringify(later, undefined, 1)));
  assert.match(typeof spread === 'string' ? spread : 'read', /not written the one way/);
  const broken = [
    { version: '1.4' },
    { version: '01.0.0' },
    { files: [] },
    { entry: [] },
    { format: 2 },
    { createdMs: -1 },
    { schema: { lowest: 3, highest: 2 } },
    { files: [{ ...file, mode: 0o4755 }] },
    { payload: { ...manifest.payload, chunks: [] } },
  ];
  for (const change of broken)
    assert.equal(
      typeof parseManifest(Buffer.from(`${JSON.stringify({ ...manifest, ...change })}\n`)),
      'string',
      JSON.stringify(change),
    );
});

test('a tar header is read only as it is written', () => {
  const long = `${'d'.repeat(150)}/${'f'.repeat(100)}`;
  for (const path of ['a', 'src/main.ts', long, `${'x/'.repeat(70)}y`]) {
    const header = { path, bytes: 12_345, mode: 0o755 };
    assert.deepEqual(decodeTarHeader(encodeTarHeader(header)), header);
  }
  const block = encodeTarHeader({ path: 'src/main.ts', bytes: 5, mode: 0o644 });
  for (let bit = 0; bit < 512 * 8; bit += 1) {
    const flipped = Buffer.from(block);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(decodeTarHeader(flipped), undefined, `bit ${bit}`);
  }
});
