import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { checkPayload } from '../../src/release/check-payload.ts';
import { inspectRelease } from '../../src/release/inspect-release.ts';
import { parseManifest, serialiseManifest } from '../../src/release/manifest.ts';
import { parseRoot, parseTargets } from '../../src/release/metadata.ts';
import { decodeTarHeader, encodeTarHeader } from '../../src/release/tar-header.ts';
import { parseTrust } from '../../src/release/trust.ts';
import { emptyRecord, rejectRelease } from '../../src/slot/trial-record.ts';
import { open, seal } from '../../src/slot/trial-record-file.ts';
import { verifyRelease } from '../../src/release/verify-release.ts';
import { bytesSource, facts, makeRelease, makeRoot, ada, ben, newFolder, rootOne, trust } from './workshop.ts';

/** For each of six targets: half a minute in all. More for a long night: `npm run fuzz -- SECONDS`. */
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 5);
const budget = { interruptAfterTimeLimit: seconds * 1000, numRuns: 10_000_000, markInterruptAsFailure: false };

/** Bytes that were damaged the ways that disks, wires and people do. */
function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.nat(bytes.length - 1);
  return fc.oneof(
    fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
      const copy = bytes.slice();
      copy[at] = (copy[at] ?? 0) ^ mask;
      return copy;
    }),
    fc.tuple(place, fc.uint8Array({ maxLength: 600 })).map(([at, patch]) => {
      const copy = bytes.slice();
      copy.set(patch.subarray(0, copy.length - at), at);
      return copy;
    }),
    place.map((length) => bytes.slice(0, length)),
    fc.tuple(place, place).map(([from, to]) => Buffer.concat([bytes.slice(0, from), bytes.slice(to)])),
    fc.uint8Array({ maxLength: 3000 }),
  );
}

test('whatever happens to a release file: refused, or the very same release', async (context) => {
  const two = makeRoot(rootOne, { roots: [ada, ben], releases: [ada, ben] });
  const { file, manifest } = await makeRelease(newFolder(context), { roots: [rootOne, two] });
  const bytes = readFileSync(file);
  let harmless = 0;
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(damaged(bytes), async (changed) => {
      runs += 1;
      const result = await verifyRelease(bytesSource(changed), trust, facts);
      if (result.outcome === 'refused') return assert.match(result.message, /^cannot use .*: .*: ./);
      assert.deepEqual(result.manifest, manifest);
      const payload = await checkPayload(bytesSource(changed), result.manifest);
      if (payload.outcome === 'staged') harmless += 1;
    }),
    budget,
  );
  assert.ok(runs > 100 && harmless < runs / 10, `${harmless} of ${runs}`);
});

test('every byte of a release file matters, or says nothing', async (context) => {
  const { file, manifest } = await makeRelease(newFolder(context));
  const bytes = readFileSync(file);
  const harmless: number[] = [];
  for (let place = 0; place < bytes.length; place += 1) {
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ (1 << (place % 8));
    const result = await verifyRelease(bytesSource(changed), trust, facts);
    if (result.outcome === 'refused') continue;
    assert.deepEqual(result.manifest, manifest);
    if ((await checkPayload(bytesSource(changed), manifest)).outcome === 'staged') harmless.push(place);
  }
  // In the root that is trusted already, white space, or the case of a hexadecimal digit; never in what was signed.
  const manifestStart = bytes.indexOf('manifest.json\u0000');
  assert.deepEqual(
    harmless.filter((place) => place >= manifestStart),
    [],
  );
});

test('no bytes make a parser throw', () => {
  const root = Buffer.from(rootOne);
  const header = encodeTarHeader({ path: 'src/main.ts', bytes: 7, mode: 0o644 });
  const targets = {
    parseRoot: (bytes: Uint8Array) => parseRoot(bytes),
    parseTargets: (bytes: Uint8Array) => parseTargets(bytes),
    parseManifest: (bytes: Uint8Array) => parseManifest(bytes),
    parseTrust: (bytes: Uint8Array) => parseTrust(bytes, rootOne),
    decodeTarHeader: (bytes: Uint8Array) => (bytes.length === 512 ? decodeTarHeader(bytes) : undefined),
  };
  const json = fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text));
  const signed = fc
    .record({
      signed: fc.dictionary(
        fc.constantFrom(
          '_type',
          'version',
          'expires',
          'keys',
          'roles',
          '__proto__',
          'spec_version',
          'targets',
          'consistent_snapshot',
          'delegations',
        ),
        fc.oneof(fc.constantFrom('root', 'targets', '1.0.31', 1, '2036-11-20T00:00:00Z', true), fc.jsonValue()),
      ),
      signatures: fc.jsonValue(),
    })
    .map((value) => Buffer.from(JSON.stringify(value)));
  fc.assert(
    fc.property(fc.oneof(damaged(root), damaged(header), json, signed), (bytes) => {
      for (const parse of Object.values(targets)) parse(bytes);
    }),
    budget,
  );
});

test('a head made of any parts is refused or read, never thrown over', async () => {
  const name = fc.constantFrom(
    'metadata/1.root.json',
    'metadata/2.root.json',
    'metadata/targets.json',
    'manifest.json',
    'payload.tar.zst',
    '../x',
    'a'.repeat(100),
    'metadata/999999999.root.json',
  );
  const part = fc
    .tuple(name, fc.uint8Array({ maxLength: 700 }), fc.constantFrom(0, 0, 0, 1, 8_589_934_591))
    .map(([path, content, lie]) =>
      Buffer.concat([
        encodeTarHeader({ path, bytes: lie === 0 ? content.length : lie, mode: 0o644 }),
        content,
        new Uint8Array((512 - (content.length % 512)) % 512),
      ]),
    );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
      const source = bytesSource(Buffer.concat([...parts, new Uint8Array(1024)]));
      const result = await inspectRelease(source);
      assert.equal(result.outcome, 'refused');
      assert.equal((await verifyRelease(source, trust, facts)).outcome, 'refused');
    }),
    budget,
  );
});

test('a manifest is what it says or nothing', async (context) => {
  const { manifest } = await makeRelease(newFolder(context));
  const text = serialiseManifest(manifest);
  fc.assert(
    fc.property(damaged(Buffer.from(text)), (bytes) => {
      const read = parseManifest(bytes);
      if (typeof read !== 'string') assert.equal(serialiseManifest(read), Buffer.from(bytes).toString());
    }),
    budget,
  );
});

test('a trial record is the one that was written or none', () => {
  const rejection = { version: '2.0.0', digest: 'd', signed: 1, file: 'f', reason: 'health-check', atMs: 1 };
  const record = rejectRelease({ ...emptyRecord, sequence: 7 }, rejection);
  const bytes = Buffer.from(seal(record));
  const madeUp = fc
    .record({ format: fc.constantFrom(1, 2, '1'), sequence: fc.jsonValue(), attempts: fc.jsonValue() })
    .map((parts) => ({ parts, bytes: Buffer.from(seal({ ...record, ...parts } as never)) }));
  fc.assert(
    fc.property(damaged(bytes), madeUp, (changed, { parts, bytes: sealed }) => {
      const read = open(changed);
      if (read !== undefined) assert.deepEqual(read, record);
      const other = open(sealed); // Its checksum is right: the schema alone says what it is worth.
      if (other === undefined) return;
      assert.equal(parts.format, 1);
      assert.ok(Number.isSafeInteger(other.sequence) && other.sequence >= 0 && Array.isArray(other.attempts));
    }),
    budget,
  );
});
