import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { nodeDisk } from '../../src/machine/node/node-disk.ts';
import { nodeRandom } from '../../src/machine/node/node-random.ts';
import type { AuditEntry } from '../../src/system/audit.ts';
import { DiskFault, type Disk } from '../../src/system/disk.ts';
import { openAudit } from '../../src/telemetry/audit-open.ts';
import { chainFiles, entry, parts, verify, writeChain } from './audit-chain.ts';

test('an entry is one line with the fields of the contract, chained by the hash of its canonical JSON', async (context) => {
  const own = parts(context);
  const random = { ...nodeRandom, secret: (bytes: number) => Buffer.alloc(bytes, 7) };
  const { audit } = await openAudit({ ...own, random });
  await audit.record({ ...entry, data: { faces: 2 } });
  const text = readFileSync(chainFiles(own.folder)[0] ?? '', 'utf8');
  // Made with Python's json, hashlib and cryptography: whoever reads the contract must get the same.
  assert.deepEqual(JSON.parse(text), {
    timestamp: '2026-11-20T18:30:00.000Z', ...entry, data: { faces: 2 }, seq: 1, prev_hash: '0'.repeat(64),
    signature: 'E8LXnFeGNxop0QWYcQYk+HbPga82CxEVR2blH2AGG6GcA6gwdFWz3trZ9Bn6eDWvgsXapYtMCOlNYexQoQEYBw==',
    hash: 'd4d2416aa6f3076f4ce06afcd327095cddf82a160321f9e6e56c01a158f0e48e',
  }); // prettier-ignore
  assert.equal(text.endsWith('}\n'), true);
});

test('a chain that was left alone is whole, and goes on after a restart', async (context) => {
  const { own, folder } = await writeChain(context, 3);
  const again = await openAudit(own);
  assert.equal(again.setAside, undefined);
  await again.audit.record(entry);
  const verdict = await verify(folder);
  assert.deepEqual({ ...verdict, last: undefined }, { outcome: 'whole', entries: 4, unsigned: 0, last: undefined });
});

test('nothing recorded yet is whole too', async (context) => {
  const own = parts(context);
  await openAudit(own);
  assert.equal((await verify(own.folder)).outcome, 'whole');
});

test('a line that a power cut tore is cut off at the next start, and the chain says so', async (context) => {
  const { own, folder, file } = await writeChain(context, 3);
  appendFileSync(file, '{"timestamp":"2026-11-20T18:3');
  const torn = await verify(folder);
  assert.ok(torn.outcome === 'broken');
  assert.deepEqual([torn.fault, torn.line], ['torn', 4]);
  const opened = await openAudit(own);
  assert.equal(opened.setAside, undefined);
  const { outcome } = await verify(folder);
  assert.equal(outcome, 'whole');
  const last = JSON.parse(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '') as AuditEntry;
  assert.deepEqual([last.action, last.data], ['mend-audit-chain', { tornBytes: 29 }]);
});

test('a power cut between the entries and their head leaves them in the chain', async (context) => {
  const { own, folder } = await writeChain(context, 3);
  const head = readFileSync(join(folder, 'head.json'), 'utf8');
  await (await openAudit(own)).audit.record(entry);
  writeFileSync(join(folder, 'head.json'), head);
  const verdict = await verify(folder);
  assert.ok(verdict.outcome === 'whole');
  assert.deepEqual([verdict.entries, verdict.unsigned], [4, 0]);
  const opened = await openAudit(own);
  await opened.audit.record(entry);
  const signed = await verify(folder);
  assert.ok(signed.outcome === 'whole');
  assert.deepEqual([signed.entries, signed.unsigned], [5, 0]);
});

test('a broken chain is set aside as evidence, and the new one begins with its story', async (context) => {
  const { own, folder, file, lines } = await writeChain(context, 3);
  writeFileSync(file, `${lines.slice(0, 2).join('\n')}\n`);
  const { audit, setAside } = await openAudit(own);
  await audit.close();
  assert.equal(setAside?.verdict.fault, 'truncated');
  assert.equal((await verify(setAside?.folder ?? '')).outcome, 'broken');
  assert.equal((await verify(folder)).outcome, 'whole');
  const first = JSON.parse(readFileSync(chainFiles(folder)[0] ?? '', 'utf8').split('\n')[0] ?? '') as AuditEntry;
  assert.deepEqual(
    [first.event_type, first.action, first.result],
    ['security_event', 'set-audit-chain-aside', 'failure'],
  );
});

test('files are of bounded size and number, and the chain goes through them', async (context) => {
  const own = parts(context);
  const { audit } = await openAudit({ ...own, limits: { fileBytesMax: 1500, filesMax: 3 } });
  for (let count = 0; count < 12; count += 1) await audit.record(entry);
  const files = chainFiles(own.folder);
  assert.equal(files.length, 3);
  for (const file of files) assert.ok(statSync(file).size <= 1500);
  const verdict = await verify(own.folder);
  assert.ok(verdict.outcome === 'whole', JSON.stringify(verdict));
  assert.deepEqual([verdict.entries, verdict.last.seq], [9, 12]);
  rmSync(files[1] ?? '');
  const gap = await verify(own.folder);
  assert.ok(gap.outcome === 'broken');
  assert.match(gap.message, /audit-000000000010\.jsonl line 1 is entry 10, but 7 comes next/);
});

test('a file that the head has let go of, and a power cut left behind, does no harm', async (context) => {
  const own = parts(context);
  const { audit } = await openAudit({ ...own, limits: { fileBytesMax: 1500, filesMax: 2 } });
  for (let count = 0; count < 4; count += 1) await audit.record(entry);
  const oldest = readFileSync(chainFiles(own.folder)[0] ?? '');
  await audit.record(entry);
  writeFileSync(join(own.folder, 'audit-000000000001.jsonl'), oldest);
  assert.equal((await verify(own.folder)).outcome, 'whole');
});

test('a full disk rejects the entry, leaves no part of it, and the chain goes on when there is room', async (context) => {
  const own = parts(context);
  let isFull = false;
  const disk: Disk = {
    ...nodeDisk,
    async append(path, content) {
      if (!isFull) return nodeDisk.append(path, content);
      await nodeDisk.append(path, content.slice(0, 20));
      throw new DiskFault(`cannot write ${path}: the disk is full`, 'full');
    },
  };
  const { audit } = await openAudit({ ...own, disk });
  await audit.record(entry);
  isFull = true;
  await assert.rejects(audit.record(entry), /the disk is full/);
  assert.match(audit.status().fault ?? '', /the disk is full/);
  isFull = false;
  await audit.record(entry);
  assert.equal(audit.status().fault, undefined);
  const verdict = await verify(own.folder);
  assert.ok(verdict.outcome === 'whole', JSON.stringify(verdict));
  assert.equal(verdict.entries, 2);
});

test('entries keep the order in which they were recorded, and a thousand may wait', async (context) => {
  const own = parts(context);
  const { audit } = await openAudit(own);
  const recorded = Array.from({ length: 1000 }, (_, index) => audit.record({ ...entry, resource: `person/${index}` }));
  await assert.rejects(audit.record(entry), /1000 audit entries wait for the disk/);
  await Promise.all(recorded);
  const lines = chainFiles(own.folder).flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n'));
  const order = lines.map((line) => (JSON.parse(line) as AuditEntry).resource);
  assert.deepEqual(
    order,
    Array.from({ length: 1000 }, (_, index) => `person/${index}`),
  );
  assert.equal((await verify(own.folder)).outcome, 'whole');
});
