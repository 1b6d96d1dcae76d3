import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import type { ByteSource } from '../../src/release/byte-source.ts';
import { makeKeyPair, readPrivateKey, type Signer } from '../../src/release/keys.ts';
import type { Manifest } from '../../src/release/manifest.ts';
import { nextRoot, signRoot, type RolePlan } from '../../src/release/root-file.ts';
import { signRelease } from '../../src/release/sign-release.ts';
import { carriedTrust, type TrustState } from '../../src/release/trust.ts';
import type { DeviceFacts } from '../../src/release/verify-release.ts';
import { buildRelease, type BuildPlan, type ReleaseDescription } from '../../src/release/write-release.ts';

export const created = Date.parse('2026-11-20T18:00:00Z');
export const goodUntil = '2028-11-20T00:00:00Z';
export const rootGoodUntil = '2036-11-20T00:00:00Z';

export function newFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-release-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A signer whose key follows from its name. */
export function signerNamed(name: string): Signer {
  const { privatePem } = makeKeyPair(createHash('sha256').update(name).digest());
  const signer = readPrivateKey(Buffer.from(privatePem));
  if (typeof signer === 'string') assert.fail(signer);
  return signer;
}

export function role(signers: readonly Signer[], threshold = signers.length): RolePlan {
  return { keys: signers.map(({ key }) => key), threshold };
}

/** The next root, signed by everybody named. */
export function makeRoot(
  before: Uint8Array | undefined,
  {
    roots,
    releases,
    by = roots,
    expires = rootGoodUntil,
  }: {
    roots: readonly Signer[];
    releases: readonly Signer[];
    by?: readonly Signer[];
    expires?: string;
  },
): Uint8Array {
  // prettier-ignore
  const made = nextRoot(before, { root: role(roots), targets: role(releases), expires });
  assert(typeof made !== 'string', String(made));
  return by.reduce<Uint8Array>((bytes, signer) => {
    const signed = signRoot(bytes, before, signer);
    assert(typeof signed !== 'string', String(signed));
    return signed;
  }, made);
}

export const ada = signerNamed('ada');
export const ben = signerNamed('ben');
export const eve = signerNamed('eve');

/** Root 1: ada and ben sign roots, both must sign releases. */
export const rootOne = makeRoot(undefined, { roots: [ada, ben], releases: [ada, ben] });

export const description: ReleaseDescription = {
  name: 'doorward',
  version: '1.4.0',
  architecture: 'linux-x64',
  hardware: [],
  follows: '1.0.0',
  schema: { lowest: 1, highest: 3 },
  entry: ['node', 'src/main.ts'],
  goldenFaces: [{ file: 'golden/ada.jpg', person: 'Ada' }],
  createdMs: created,
};

export const content: Readonly<Record<string, string | Uint8Array>> = {
  'package.json': '{"type":"module"}',
  'src/main.ts': 'console.log("hello");\n'.repeat(50),
  'src/a/b/c.ts': '',
  'bin/start': '#!/bin/sh\necho hello\n',
  'golden/ada.jpg': createHash('sha512').update('picture').digest(),
};

export function fillFolder(folder: string, files: Readonly<Record<string, string | Uint8Array>> = content): string {
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

/** A release file of the content, signed by those named. */
export async function makeRelease(
  folder: string,
  { by = [ada, ben], ...changes }: Partial<BuildPlan> & { by?: readonly Signer[] } = {},
): Promise<{ file: string; manifest: Manifest }> {
  const file = join(folder, 'doorward.release');
  const directory = changes.directory ?? fillFolder(join(folder, 'content'));
  const built = await buildRelease({
    storage: nodeStorage, directory, description, roots: [rootOne], expires: goodUntil, level: 3, file, ...changes,
  }); // prettier-ignore
  assert(built.outcome === 'built', JSON.stringify(built));
  for (const signer of by) {
    const signed = await signRelease({ storage: nodeStorage, file, signer });
    assert.equal(signed.outcome, 'signed', JSON.stringify(signed));
  }
  return { file, manifest: built.manifest };
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  return { bytes: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}

export const trust: TrustState = carriedTrust(rootOne);

export const facts: DeviceFacts = {
  nowMs: created + 86_400_000,
  builtMs: created - 86_400_000,
  architecture: 'linux-x64',
  hardware: ['raspberry-pi-4', 'raspberry-pi'],
  runningVersion: '1.3.0',
  schemaVersion: 2,
  releaseBytesMax: 1_000_000_000,
};
