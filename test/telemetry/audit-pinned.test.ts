import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { AuditEntry } from '../../src/system/audit.ts';
import { canonicalJson } from '../../src/telemetry/canonical-json.ts';
import {
  chainEntry,
  chainStart,
  linkOfText,
  linkText,
  sealEntry,
  type ChainLink,
} from '../../src/telemetry/audit-entry.ts';
import { auditCredential, publicText } from '../../src/telemetry/audit-keys.ts';
import { openAudit } from '../../src/telemetry/audit-open.ts';
import { chainFiles, entry, verify, writeChain } from './audit-chain.ts';

type Chain = Awaited<ReturnType<typeof writeChain>>;

const timed = { timestamp: '2026-11-20T18:30:00.000Z', ...entry };

function pem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** The head, signed with the key that lies beside the chain, as every release does it. */
function signHead(folder: string, last: ChainLink): void {
  const head = { first_prev_hash: chainStart.hash, first_seq: 1, hash: last.hash, seq: last.seq };
  const key = readFileSync(join(folder, 'device-key.pem'), 'utf8');
  const signature = sign(null, Buffer.from(canonicalJson(head)), key).toString('base64');
  writeFileSync(join(folder, 'head.json'), `${JSON.stringify({ ...head, signature })}\n`);
}

/** What a release before this one leaves after as many entries: none has a signature of its own, the head has. */
function appendAsBefore(chain: Pick<Chain, 'folder' | 'file'>, count: number, isSigned = true): void {
  let last = lastOf(chain.file);
  for (let number = 0; number < count; number += 1) {
    const sealed = chainEntry({ ...timed, seq: last.seq + 1, prev_hash: last.hash });
    appendFileSync(chain.file, `${JSON.stringify(sealed)}\n`);
    last = sealed;
  }
  if (isSigned) signHead(chain.folder, last);
}

function linesOf(file: string): readonly (AuditEntry & ChainLink)[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as AuditEntry & ChainLink); // prettier-ignore
}

function lastOf(file: string): ChainLink {
  const { seq, hash } = linesOf(file).at(-1) ?? chainStart;
  return { seq, hash };
}

/** The chain written anew, whole, with the key that lies in its folder. */
function rewrite({ folder, file }: Chain, key: string, count = 3): void {
  writeFileSync(join(folder, 'device-key.pem'), key);
  let last: ChainLink = chainStart;
  const lines: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const sealed = sealEntry({ ...timed, actor: 'nobody' }, last, createPrivateKey(key));
    lines.push(`${JSON.stringify(sealed)}\n`);
    last = sealed;
  }
  writeFileSync(file, lines.join(''));
  signHead(folder, last);
}

/** Every way to get rid of a chain that its own folder cannot show. The head of three entries was written down before. */
const attacks: readonly { readonly name: string; readonly says: RegExp; readonly act: (chain: Chain) => void }[] = [
  { name: 'the folder is deleted', says: /cannot find the signed head/, act: ({ folder }) => rmSync(folder, { recursive: true }) },
  { name: 'entries and head are deleted', says: /cannot find the signed head/, act: ({ folder, file }) => {
    rmSync(file);
    rmSync(join(folder, 'head.json'));
  } },
  { name: 'the tail is cut, and the head signed again', says: /ends with entry 2, but 3 was/, act: ({ folder, file, lines }) => {
    writeFileSync(file, lines.slice(0, 2).map((line) => `${line}\n`).join(''));
    signHead(folder, lastOf(file));
  } },
  { name: 'it is written anew with its own key', says: /holds an entry 3 that is not the (remembered|told) one/, act: (chain) =>
    rewrite(chain, readFileSync(join(chain.folder, 'device-key.pem'), 'utf8'), 9) },
  { name: 'it is written anew with another key', says: /another key than the database remembers|not the told one/, act: (chain) => rewrite(chain, pem(), 9) },
  { name: 'it begins later', says: /begins with entry 9, but 3 was/, act: (chain) => {
    const { folder } = chain;
    rmSync(chain.file);
    const sealed = chainEntry({ ...timed, seq: 9, prev_hash: chainStart.hash });
    writeFileSync(join(folder, 'audit-000000000009.jsonl'), `${JSON.stringify(sealed)}\n`);
    const head = { first_prev_hash: chainStart.hash, first_seq: 9, hash: sealed.hash, seq: 9 };
    const key = readFileSync(join(folder, 'device-key.pem'), 'utf8');
    const signature = sign(null, Buffer.from(canonicalJson(head)), key).toString('base64');
    writeFileSync(join(folder, 'head.json'), JSON.stringify({ ...head, signature }));
  } },
]; // prettier-ignore

test('what the database remembers, and a head that was told, each show what the folder cannot', async (context) => {
  for (const { name, says, act } of attacks) {
    const chain = await writeChain(context, 3);
    const { anchor } = chain.own.anchors;
    const told = linkOfText(linkText(lastOf(chain.file)));
    act(chain);
    for (const known of [{ anchor }, { against: told }]) {
      const verdict = await verify(chain.folder, known);
      assert.ok(verdict.outcome === 'broken', `${name}: ${JSON.stringify(verdict)}`);
      assert.match(verdict.message, says, name);
    }
  }
});

test('a start sets aside what was written anew, and the chain says from then on that it is another', async (context) => {
  for (const { name, act } of attacks) {
    const chain = await writeChain(context, 3);
    act(chain);
    const { audit, setAside } = await openAudit(chain.own);
    await audit.close();
    assert.ok(setAside !== undefined, name);
    const verdict = await verify(chain.folder, { anchor: chain.own.anchors.anchor });
    assert.ok(verdict.outcome === 'whole', name);
    assert.equal(verdict.begunAnew?.fault, setAside.verdict.fault, name);
  }
});

test('a home that has lived has had a chain', async (context) => {
  const chain = await writeChain(context, 3);
  rmSync(chain.folder, { recursive: true });
  assert.equal((await verify(chain.folder)).outcome, 'whole', 'a home that nobody has lived in');
  const verdict = await verify(chain.folder, { hasLived: true });
  assert.ok(verdict.outcome === 'broken');
  assert.equal(verdict.fault, 'missing');
});

test('entries that nobody has signed are never signed: a start takes them off, keeps them, and says so', async (context) => {
  const chain = await writeChain(context, 3);
  appendAsBefore(chain, 100, false);
  const forged = readFileSync(chain.file, 'utf8');
  const before = await verify(chain.folder, { anchor: chain.own.anchors.anchor });
  assert.ok(before.outcome === 'broken');
  assert.deepEqual([before.fault, before.signedSeq], ['put-in', 3]);
  const { audit, setAside } = await openAudit(chain.own);
  await audit.close();
  const kept = chainFiles(setAside?.folder ?? '').map((file) => readFileSync(file, 'utf8'));
  assert.deepEqual(kept, [forged.split('\n').slice(3).join('\n')]);
  const last = linesOf(chain.file).at(-1);
  assert.deepEqual([last?.seq, last?.action, last?.data?.['entries']], [4, 'set-unsigned-entries-aside', 100]);
  assert.equal((await verify(chain.folder, { anchor: chain.own.anchors.anchor })).outcome, 'whole');
});

test('a release before this one goes on with the chain, and this one with what that has left; both are told', async (context) => {
  const chain = await writeChain(context, 3);
  appendAsBefore(chain, 2);
  const between = await verify(chain.folder, { anchor: chain.own.anchors.anchor });
  assert.ok(between.outcome === 'whole', JSON.stringify(between));
  assert.deepEqual([between.entries, between.unsigned], [5, 2]);
  const { audit, setAside } = await openAudit(chain.own);
  assert.equal(setAside, undefined);
  await audit.record(entry);
  await audit.close();
  const after = await verify(chain.folder, { anchor: chain.own.anchors.anchor });
  assert.ok(after.outcome === 'whole');
  assert.deepEqual([after.entries, after.unsigned], [7, 0]);
  const found = linesOf(chain.file).at(5);
  assert.deepEqual([found?.action, found?.data], ['find-entries-of-earlier-release', { entries: 2, upTo: 5 }]);
});

test('a chain from before there were signatures is taken over, and says with which key from now on', async (context) => {
  const { own } = await writeChain(context, 1);
  rmSync(own.folder, { recursive: true });
  mkdirSync(own.folder);
  writeFileSync(join(own.folder, 'device-key.pem'), pem());
  const chain = { folder: own.folder, file: join(own.folder, 'audit-000000000001.jsonl') };
  writeFileSync(chain.file, '');
  const first = chainEntry({ ...timed, seq: 1, prev_hash: chainStart.hash });
  writeFileSync(chain.file, `${JSON.stringify(first)}\n`);
  appendAsBefore(chain, 2);
  own.anchors.anchor = undefined;
  const { setAside } = await openAudit({ ...own, anchors: Object.assign(own.anchors, { isOld: true }) });
  assert.equal(setAside, undefined);
  const last = linesOf(chain.file).at(-1);
  assert.deepEqual([last?.action, last?.data], ['pin-audit-key', { key: own.anchors.read()?.sealingKey, entries: 3 }]);
});

test('with a key from the service manager, the one beside the chain is worth nothing to a forger', async (context) => {
  const chain = await writeChain(context, 3);
  const credentials = join(chain.folder, '../credentials');
  mkdirSync(credentials);
  const key = pem();
  writeFileSync(join(credentials, auditCredential), key);
  const { audit } = await openAudit({ ...chain.own, credentials });
  await audit.record(entry);
  await audit.close();
  assert.equal(linesOf(chain.file).at(3)?.action, 'change-audit-key');
  const sealingKeys = [publicText(createPrivateKey(key))];
  assert.equal(chain.own.anchors.read()?.sealingKey, sealingKeys[0]);
  assert.equal((await verify(chain.folder, { sealingKeys })).outcome, 'whole');
  const beside = createPrivateKey(readFileSync(join(chain.folder, 'device-key.pem'), 'utf8'));
  const forged = sealEntry(timed, lastOf(chain.file), beside);
  appendFileSync(chain.file, `${JSON.stringify(forged)}\n`);
  signHead(chain.folder, forged);
  const verdict = await verify(chain.folder, { anchor: chain.own.anchors.anchor });
  assert.ok(verdict.outcome === 'broken');
  assert.match(verdict.message, /holds an entry 6 that another key has signed/);
  // The database can be written by whoever can write the chain; what the service manager hands over cannot.
  const anchor = { ...forged, sealingKey: publicText(beside), headKey: publicText(beside) };
  assert.equal((await verify(chain.folder, { anchor })).outcome, 'whole');
  assert.equal((await verify(chain.folder, { anchor, sealingKeys })).outcome, 'broken');
});

test('a credential that is no key is complained about, and the chain goes on', async (context) => {
  const chain = await writeChain(context, 3);
  const credentials = join(chain.folder, '../credentials');
  mkdirSync(credentials);
  writeFileSync(join(credentials, auditCredential), 'secret');
  const { audit, complaint, setAside } = await openAudit({ ...chain.own, credentials });
  await audit.record(entry);
  assert.deepEqual(
    [complaint, setAside],
    ['cannot use the credential doorward.audit.key: it is no private key in PEM', undefined],
  );
  assert.equal(existsSync(chain.file), true);
  assert.deepEqual(readdirSync(join(chain.folder, '..')).toSorted(), ['audit', 'credentials']);
});
