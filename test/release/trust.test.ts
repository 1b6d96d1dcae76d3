import assert from 'node:assert/strict';
import test from 'node:test';
import { MetadataKind, Metadata, TargetFile, Targets } from '@tufjs/models';
import { clockAheadMsMax, judgeTime } from '../../src/release/judged-time.ts';
import { keyIdOf, type Signer } from '../../src/release/keys.ts';
import { serialiseMetadata, specVersion } from '../../src/release/metadata.ts';
import { nextRoot, signRoot, standingOf } from '../../src/release/root-file.ts';
import {
  carriedTrust,
  judgeTargets,
  learnRoots,
  parseTrust,
  serialiseTrust,
  trustedRoot,
  type TrustState,
} from '../../src/release/trust.ts';
import type { TimeFacts } from '../../src/release/judged-time.ts';
import {
  ada,
  ben,
  created,
  eve,
  goodUntil,
  makeRoot,
  role,
  rootGoodUntil,
  rootOne,
  signerNamed,
  trust,
} from './workshop.ts';

const time = { nowMs: created, builtMs: created };
const year = 365 * 86_400_000;

function targetsBy(signers: readonly Signer[], { version = 5, expires = goodUntil } = {}): Uint8Array {
  const file = new TargetFile({ path: 'manifest.json', length: 1, hashes: { sha256: 'a'.repeat(64) } });
  const targets = new Metadata(new Targets({ specVersion, version, expires, targets: { 'manifest.json': file } }));
  for (const signer of signers) targets.sign((data) => signer.sign(data));
  return serialiseMetadata(targets);
}

function verdict(state: TrustState, bytes: Uint8Array, facts = {}): string {
  const result = judgeTargets(state, bytes, { ...time, ...facts });
  return result.outcome === 'trusted' ? 'trusted' : result.failure;
}

function numbered(roots: readonly Uint8Array[], first = 1): { version: number; bytes: Uint8Array }[] {
  return roots.map((bytes, index) => ({ version: first + index, bytes }));
}

/** Root 1 to `length`, whose keys change hands at each step. */
function chain(length: number): Uint8Array[] {
  const roots: Uint8Array[] = [];
  for (let version = 1; version <= length; version += 1) {
    const [now, next] = [signerNamed(`root ${version}`), signerNamed(`root ${version - 1}`)];
    roots.push(makeRoot(roots.at(-1), { roots: [now], releases: [signerNamed(`release ${version}`)], by: [now, next].slice(0, version) }));
  } // prettier-ignore
  return roots;
}

/** Root metadata as a forger sees it. */
interface LooseRoot {
  version: number;
  keys: Record<string, object>;
  roles: Record<string, object>;
}

function edited(bytes: Uint8Array, edit: (signed: LooseRoot) => void, signers: readonly Signer[] = []): Uint8Array {
  const json = JSON.parse(Buffer.from(bytes).toString()) as { signed: LooseRoot };
  edit(json.signed);
  if (signers.length === 0) return Buffer.from(JSON.stringify(json));
  const metadata = Metadata.fromJSON(MetadataKind.Root, { ...json, signatures: [] } as never);
  for (const signer of signers) metadata.sign((data) => signer.sign(data));
  return serialiseMetadata(metadata);
}

test('a device that knows only root 1 learns root 30 in steps', () => {
  const roots = chain(30);
  const old = carriedTrust(roots[0] ?? rootOne);
  const learned = learnRoots(old, numbered(roots));
  assert(learned.outcome === 'learned', JSON.stringify(learned));
  assert.equal(trustedRoot(learned.trust).signed.version, 30);
  assert.equal(verdict(learned.trust, targetsBy([signerNamed('release 30')])), 'trusted');
  assert.equal(verdict(learned.trust, targetsBy([signerNamed('release 29')])), 'unsigned');
  const middle = learnRoots(old, numbered(roots.slice(0, 12)));
  assert(middle.outcome === 'learned');
  const end = learnRoots(middle.trust, numbered(roots));
  assert(end.outcome === 'learned');
  assert.deepEqual(end.trust, learned.trust);
});

test('a step that is missing, not signed by both, or wrongly named breaks the chain', () => {
  const roots = chain(3);
  const old = carriedTrust(roots[0] ?? rootOne);
  const walk = (list: { version: number; bytes: Uint8Array }[]): string => {
    const result = learnRoots(old, list);
    return result.outcome === 'learned' ? 'learned' : result.message;
  };
  assert.match(
    walk(numbered(roots.slice(2), 3)),
    /root 3 in it is not to be trusted: root 1 is trusted here and those between are missing/,
  );
  assert.match(walk(numbered([roots[0] ?? rootOne, roots[2] ?? rootOne])), /it says of itself that it is root 3/);
  const makeTwo = (by: readonly Signer[]): Uint8Array =>
    makeRoot(roots[0], { roots: [signerNamed('root 2')], releases: [eve], by });
  assert.match(
    walk(numbered([makeTwo([signerNamed('root 2')])], 2)),
    /it has 0 of the 1 signatures by the keys of root 1/,
  );
  assert.match(
    walk(numbered([makeTwo([signerNamed('root 1')])], 2)),
    /it has 0 of the 1 signatures by the keys of root 2/,
  );
  assert.equal(walk(numbered([makeTwo([signerNamed('root 1'), signerNamed('root 2')])], 2)), 'learned');
});

test('an older root never comes back', () => {
  const roots = chain(3);
  const learned = learnRoots(carriedTrust(roots[0] ?? rootOne), numbered(roots));
  assert(learned.outcome === 'learned');
  const again = learnRoots(learned.trust, numbered(roots.slice(0, 2)));
  assert.deepEqual(again, learned);
});

test('signatures that are older than those seen before are refused, until the signers change', () => {
  const seen = { ...trust, targetsVersion: 6, newestTimeMs: created + year };
  assert.equal(verdict(seen, targetsBy([ada, ben], { version: 5 })), 'signatures-older');
  assert.equal(verdict(seen, targetsBy([ada, ben], { version: 6 })), 'trusted');
  const two = makeRoot(rootOne, { roots: [ada, ben], releases: [eve] });
  const learned = learnRoots({ ...seen, targetsVersion: Number.MAX_SAFE_INTEGER }, numbered([rootOne, two]));
  assert(learned.outcome === 'learned');
  assert.deepEqual([learned.trust.targetsVersion, learned.trust.newestTimeMs], [0, 0]);
  assert.equal(verdict(learned.trust, targetsBy([eve], { version: 1 })), 'trusted');
  const same = learnRoots(seen, numbered([rootOne, makeRoot(rootOne, { roots: [ada, ben], releases: [ben, ada] })]));
  assert(same.outcome === 'learned');
  assert.equal(same.trust.targetsVersion, 6);
});

test('who must sign, and how many', () => {
  assert.equal(verdict(trust, targetsBy([ada, ben])), 'trusted');
  assert.equal(verdict(trust, targetsBy([ada])), 'too-few-signatures');
  assert.equal(verdict(trust, targetsBy([eve])), 'unsigned');
  assert.equal(verdict(trust, targetsBy([eve, ada])), 'too-few-signatures');
  assert.equal(verdict(trust, targetsBy([])), 'unsigned');
  const result = judgeTargets(trust, targetsBy([ada]), time);
  assert(result.outcome === 'refused');
  assert.match(
    result.message,
    /it is signed by 1 of the 2 keys that are needed: have a signer run doorward release sign$/,
  );
});

test('one key never counts twice (fault 41)', () => {
  const twice = JSON.parse(Buffer.from(targetsBy([ada])).toString());
  twice.signatures.push(twice.signatures[0]);
  assert.equal(verdict(trust, Buffer.from(JSON.stringify(twice))), 'metadata-invalid');
  const named = JSON.parse(Buffer.from(targetsBy([ada])).toString());
  named.signatures.push({ ...named.signatures[0], keyid: ben.keyId });
  assert.equal(verdict(trust, Buffer.from(JSON.stringify(named))), 'too-few-signatures');
  // A root whose one key goes by two names, or whose role names it twice: signed by all of its keys, and still no root.
  const alias = edited(rootOne, (signed) => {
    signed.version = 2;
    signed.keys['f'.repeat(64)] = signed.keys[ada.keyId] ?? {};
    signed.roles['targets'] = { keyids: [ada.keyId, 'f'.repeat(64)], threshold: 2 };
  }, [ada, ben]); // prettier-ignore
  const learned = learnRoots(trust, numbered([rootOne, alias]));
  assert(learned.outcome === 'refused');
  assert.match(learned.message, /its key f+ goes by a wrong name/);
  const extra = edited(rootOne, (signed) => {
    signed.version = 2;
    signed.keys[keyIdOf('x')] = { ...signed.keys[ada.keyId], note: 'another name' };
  }, [ada, ben]); // prettier-ignore
  assert.equal(learnRoots(trust, numbered([rootOne, extra])).outcome, 'refused');
  const doubled = edited(
    rootOne,
    (signed) => (signed.roles['targets'] = { keyids: [ada.keyId, ada.keyId], threshold: 2 }),
  );
  assert.equal(
    learnRoots(
      trust,
      numbered([rootOne, Buffer.from(Buffer.from(doubled).toString().replace('"version":1', '"version":2'))]),
    ).outcome,
    'refused',
  );
});

test('expiry is judged by a clock that may be wrong', () => {
  const expiresMs = Date.parse(goodUntil);
  const targets = targetsBy([ada, ben]);
  const at = (nowMs: number, { newestTimeMs = 0, ...more }: Partial<TimeFacts & TrustState> = {}): string =>
    verdict({ ...trust, newestTimeMs }, targets, { nowMs, ...more });
  assert.equal(at(expiresMs - 1000), 'trusted');
  assert.equal(at(expiresMs), 'expired');
  assert.equal(at(0), 'trusted', 'the build is younger than 1970, and older than the expiry');
  assert.equal(
    at(0, { builtMs: expiresMs }),
    'expired',
    '1970 does not make fresh what had expired when this release was built',
  );
  assert.equal(at(0, { newestTimeMs: expiresMs }), 'expired', 'nor what had expired when a newer one was signed');
  assert.equal(at(Date.parse('2099-01-01T00:00:00Z')), 'trusted', 'a clock in 2099 bricks nothing');
  assert.equal(at(created + clockAheadMsMax), 'expired');
  assert.equal(at(expiresMs, { mayBeExpired: true }), 'trusted', 'the owner said so');
  assert.equal(judgeTime({ newestTimeMs: 5 }, { nowMs: 3, builtMs: 4 }), 5);
  const short = makeRoot(undefined, { roots: [ada, ben], releases: [ada, ben], expires: '2027-01-01T00:00:00Z' });
  assert.equal(
    verdict(carriedTrust(short), targets, { nowMs: created + year }),
    'expired',
    'the last root must be fresh too',
  );
  const renewed = learnRoots(
    carriedTrust(short),
    numbered([short, makeRoot(short, { roots: [ada, ben], releases: [ada, ben] })]),
  );
  assert(renewed.outcome === 'learned');
  assert.equal(verdict(renewed.trust, targets, { nowMs: created + year }), 'trusted', 'those on the way need not be');
});

test('trust is kept as written, and falls back to the carried root when it is garbled', () => {
  const [first = rootOne, second = rootOne] = chain(2);
  const learned = learnRoots(carriedTrust(first), numbered([first, second]));
  assert(learned.outcome === 'learned');
  const state = { ...learned.trust, targetsVersion: 7, newestTimeMs: created };
  const bytes = Buffer.from(serialiseTrust(state));
  assert.deepEqual(parseTrust(bytes, first), state);
  assert.deepEqual(parseTrust(undefined, first), carriedTrust(first));
  for (const garbled of [bytes.subarray(0, 100), Buffer.alloc(0), Buffer.from('{}'), Buffer.alloc(4096)])
    assert.deepEqual(parseTrust(garbled, first), carriedTrust(first));
  const older = Buffer.from(serialiseTrust({ ...carriedTrust(first), targetsVersion: 7 }));
  assert.deepEqual(
    parseTrust(older, second),
    { ...carriedTrust(second), targetsVersion: 7 },
    'the carried root is newer',
  );
  for (let place = 0; place < bytes.length; place += 13) {
    const flipped = Buffer.from(bytes);
    flipped[place] = (flipped[place] ?? 0) ^ 1;
    const read = parseTrust(flipped, first);
    assert.ok(
      [JSON.stringify(state), JSON.stringify(carriedTrust(first))].includes(JSON.stringify(read)),
      `byte ${place}`,
    );
  }
});

test('roots are made and completed by several signers', () => {
  const plan = { root: role([ada, ben]), targets: role([eve]), expires: rootGoodUntil };
  const made = nextRoot(rootOne, plan);
  assert(typeof made !== 'string');
  assert.deepEqual(standingOf(made, rootOne), {
    version: 2, isComplete: false,
    needs: [{ of: 1, signed: 0, threshold: 2 }, { of: 2, signed: 0, threshold: 2 }],
  }); // prettier-ignore
  assert.match(String(signRoot(made, rootOne, eve)), /neither one of this root nor one of the root before/);
  const kept = nextRoot(rootOne, { root: {}, targets: {}, expires: rootGoodUntil });
  assert(typeof kept !== 'string');
  assert.deepEqual(
    JSON.parse(Buffer.from(kept).toString()).signed.roles,
    JSON.parse(Buffer.from(rootOne).toString()).signed.roles,
  );
  assert.match(
    String(nextRoot(undefined, { ...plan, targets: role([eve], 2) })),
    /the threshold of the release keys is 2, and there are 1 keys/,
  );
  assert.match(String(nextRoot(undefined, { ...plan, targets: role([eve, eve], 1) })), /one key is named twice/);
  assert.match(String(nextRoot(undefined, { ...plan, expires: 'never' })), /never is not a time/);
});
