import assert from 'node:assert/strict';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { nodeDisk } from '../../src/machine/node/node-disk.ts';
import type { Disk } from '../../src/system/disk.ts';
import { chainEntry, chainStart, type ChainLink } from '../../src/telemetry/audit-entry.ts';
import { verifyAudit } from '../../src/telemetry/audit-verify.ts';
import type { AuditFault } from '../../src/telemetry/audit-verdict.ts';
import { entry, verify, writeChain } from './audit-chain.ts';

/** Lines as a forger would write them who knows the format but not the key. */
function forge(count: number, after: ChainLink, signature?: string): string[] {
  const lines: string[] = [];
  let last = after;
  for (let index = 0; index < count; index += 1) {
    const open = { timestamp: '2026-11-20T18:30:00.000Z', ...entry, actor: 'nobody' };
    const sealed = chainEntry({
      ...open,
      seq: last.seq + 1,
      prev_hash: last.hash,
      ...(signature === undefined ? {} : { signature }),
    });
    lines.push(JSON.stringify(sealed));
    last = sealed;
  }
  return lines;
}

interface Tampering {
  readonly name: string;
  readonly fault: AuditFault;
  readonly line: number;
  readonly says: RegExp;
  readonly tamper: (lines: readonly string[]) => readonly unknown[];
}

/** Every way to tamper with a chain of five, and what verification says. */
const tamperings: readonly Tampering[] = [
  { name: 'changed', fault: 'changed', line: 3, says: /line 3 is entry 3, and its text was changed/,
    tamper: (lines) => lines.with(2, String(lines[2]).replace('person/2', 'person/9')) },
  { name: 'removed', fault: 'order', line: 3, says: /line 3 is entry 4, but 3 comes next/,
    tamper: (lines) => lines.toSpliced(2, 1) },
  { name: 'first removed', fault: 'order', line: 1, says: /line 1 is entry 2, but 1 comes next/,
    tamper: (lines) => lines.slice(1) },
  { name: 'reordered', fault: 'order', line: 2, says: /line 2 is entry 3, but 2 comes next/,
    tamper: (lines) => [lines[0], lines[2], lines[1], ...lines.slice(3)] },
  { name: 'doubled', fault: 'order', line: 3, says: /line 3 is entry 2, which came before/,
    tamper: (lines) => lines.toSpliced(2, 0, String(lines[1])) },
  { name: 'replaced by a well-formed forgery', fault: 'order', line: 3, says: /does not continue the entry before it/,
    tamper: (lines) => lines.with(2, String(forge(1, { seq: 2, hash: 'f'.repeat(64) })[0])) },
  { name: 'inserted with the right number and link', fault: 'order', line: 4, says: /line 4 is entry 3, which came before/,
    tamper: (lines) => [...lines.slice(0, 2), ...forge(1, linkOf(lines[1])), ...lines.slice(2)] },
  { name: 'tail cut off', fault: 'truncated', line: 0, says: /ends with entry 3, but 5 was signed/,
    tamper: (lines) => lines.slice(0, 3) },
  { name: 'all cut off', fault: 'truncated', line: 0, says: /ends with entry 0, but 5 was signed/, tamper: () => [] },
  { name: 'tail forged', fault: 'unsigned', line: 0, says: /is not the signed one/,
    tamper: (lines) => [...lines.slice(0, 3), ...forge(2, linkOf(lines[2]))] },
  { name: 'written anew', fault: 'unsigned', line: 0, says: /is not the signed one/, tamper: () => forge(5, chainStart) },
  { name: 'one appended', fault: 'put-in', line: 0, says: /an entry at its end that nobody has signed: it was put in/,
    tamper: (lines) => [...lines, ...forge(1, linkOf(lines[4]))] },
  { name: 'appended with a signature that is none', fault: 'put-in', line: 0, says: /an entry at its end that nobody has signed/,
    tamper: (lines) => [...lines, ...forge(1, linkOf(lines[4]), 'AAAA')] },
  { name: 'much appended', fault: 'put-in', line: 0, says: /100 entries at its end that nobody has signed/,
    tamper: (lines) => [...lines, ...forge(100, linkOf(lines[4]))] },
  { name: 'nonsense', fault: 'unreadable', line: 2, says: /line 2 is no audit entry/, tamper: (lines) => lines.with(1, '{"seq": 2') },
  { name: 'not an object', fault: 'unreadable', line: 2, says: /line 2 is no audit entry/, tamper: (lines) => lines.with(1, '[1]') },
]; // prettier-ignore

function linkOf(line: string | undefined): ChainLink {
  return JSON.parse(line ?? '') as ChainLink;
}

test('every tampering is found, and the line named', async (context) => {
  const { folder, file, lines } = await writeChain(context, 5);
  for (const { name, tamper, fault, line, says } of tamperings) {
    writeFileSync(
      file,
      tamper(lines)
        .map((text) => `${String(text)}\n`)
        .join(''),
    );
    const verdict = await verify(folder);
    assert.ok(verdict.outcome === 'broken', name);
    assert.deepEqual([verdict.fault, verdict.line], [fault, line], name);
    assert.match(verdict.message, says, name);
  }
  writeFileSync(file, lines.map((text) => `${text}\n`).join(''));
  assert.equal((await verify(folder)).outcome, 'whole', 'put back as it was, the chain is whole again');
});

test('a head that is gone, changed, or signed by another key is no head', async (context) => {
  const { folder } = await writeChain(context, 3);
  const other = await writeChain(context, 3);
  const head = readFileSync(join(folder, 'head.json'), 'utf8');
  const forgeries = [
    head.replace('"seq":3', '"seq":2'),
    '',
    '{}',
    'null',
    readFileSync(join(other.folder, 'head.json'), 'utf8'),
  ];
  for (const forgery of forgeries) {
    writeFileSync(join(folder, 'head.json'), forgery);
    const verdict = await verify(folder);
    assert.ok(verdict.outcome === 'broken', forgery);
    assert.match(verdict.message, /cannot trust the head/, forgery);
  }
  rmSync(join(folder, 'head.json'));
  const verdict = await verify(folder);
  assert.ok(verdict.outcome === 'broken');
  assert.match(verdict.message, /cannot find the signed head/);
});

test('a chain that grows while it is walked is not called broken', async (context) => {
  const { folder, file } = await writeChain(context, 3);
  const text = readFileSync(file, 'utf8');
  let reads = 0;
  const disk: Disk = {
    ...nodeDisk,
    async read(path) {
      if (path !== file) return nodeDisk.read(path);
      reads += 1;
      if (reads > 1) return nodeDisk.read(path);
      utimesSync(file, 2_000_000_000, 2_000_000_000); // The time of its last change moves, as with a write under way.
      return Buffer.from(text.slice(0, -20));
    },
  };
  assert.equal((await verifyAudit(disk, folder)).outcome, 'whole');
  assert.equal(reads, 2);
});
