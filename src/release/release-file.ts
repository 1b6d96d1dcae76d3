import { SourceReader, type ByteSource } from './byte-source.ts';
import { manifestLimits, manifestName } from './manifest.ts';
import { refuse, type Refusal } from './refusal.ts';
import { decodeTarHeader, encodeTarHeader, tarBlockBytes, tarEndBytes, tarPaddingBytes } from './tar-header.ts';

/** Bounds of the head, which is read into memory before anything in it is believed. */
export const headLimits = {
  rootsMax: 512,
  rootBytesMax: 32 * 1024,
  targetsBytesMax: 64 * 1024,
  headBytesMax: 8 * 1024 * 1024,
} as const;

const targetsPath = 'metadata/targets.json';
const payloadPath = 'payload.tar.zst';
const entryMode = 0o644;

/**
 * Everything before the payload, none of it verified. The release file is one tar: `metadata/1.root.json` and on,
 * `metadata/targets.json` with the signatures, `manifest.json`, `payload.tar.zst`.
 */
export interface ReleaseHead {
  /** Root metadata (TUF) by version, ascending. */
  readonly roots: readonly { readonly version: number; readonly bytes: Uint8Array }[];
  readonly targets: Uint8Array;
  readonly manifest: Uint8Array;
  /** Where the payload begins. */
  readonly headBytes: number;
  readonly payloadBytes: number;
}

/** Reads the head of a release file, or says why it is none. */
export async function readHead(
  source: ByteSource,
): Promise<{ readonly outcome: 'read'; readonly head: ReleaseHead } | Refusal> {
  const reader = new SourceReader(source);
  const roots: { version: number; bytes: Uint8Array }[] = [];
  const parts: { targets?: Uint8Array; manifest?: Uint8Array } = {};
  for (;;) {
    const block = await reader.take(tarBlockBytes);
    if (block === undefined) return truncated;
    const header = decodeTarHeader(block);
    if (header === undefined || header.mode !== entryMode) return notOurs('its parts are not those of a release file');
    const { path, bytes } = header;
    if (path === payloadPath) return finish(source, { roots, ...parts, headBytes: reader.offset, payloadBytes: bytes });
    const problem = judgePlace(path, bytes, { lastRoot: roots.at(-1)?.version, count: roots.length, ...parts });
    if (problem !== undefined) return problem;
    if (reader.offset + bytes > headLimits.headBytesMax) return tooLarge('its head');
    const content = await reader.take(bytes);
    const padding = await reader.take(tarPaddingBytes(bytes));
    if (content === undefined || padding === undefined) return truncated;
    if (padding.some((byte) => byte !== 0)) return notOurs('there are bytes between its parts');
    if (path === targetsPath) parts.targets = content;
    else if (path === manifestName) parts.manifest = content;
    else roots.push({ version: versionInPath(path) ?? 0, bytes: content });
  }
}

/** The head of a release file, as bytes: everything up to the payload's first byte. */
export function encodeHead(head: Omit<ReleaseHead, 'headBytes'>): Uint8Array {
  const parts = [
    ...head.roots.map(({ version, bytes }) => ({ path: `metadata/${version}.root.json`, bytes })),
    { path: targetsPath, bytes: head.targets },
    { path: manifestName, bytes: head.manifest },
  ];
  const blocks = parts.flatMap(({ path, bytes }) => [
    encodeTarHeader({ path, bytes: bytes.length, mode: entryMode }),
    bytes,
    new Uint8Array(tarPaddingBytes(bytes.length)),
  ]);
  return Buffer.concat([...blocks, encodeTarHeader({ path: payloadPath, bytes: head.payloadBytes, mode: entryMode })]);
}

/** What has been read so far. */
interface SoFar {
  readonly lastRoot: number | undefined;
  readonly count: number;
  readonly targets?: Uint8Array;
  readonly manifest?: Uint8Array;
}

/** The order is fixed and nothing comes twice, so that two readers cannot see two releases in one file. */
function judgePlace(path: string, bytes: number, { lastRoot, count, targets, manifest }: SoFar): Refusal | undefined {
  const outOfPlace = notOurs(`${JSON.stringify(path)} is not where it belongs`);
  if (path === targetsPath) {
    if (targets !== undefined || manifest !== undefined) return outOfPlace;
    return bytes > headLimits.targetsBytesMax ? tooLarge(path) : undefined;
  }
  if (path === manifestName) {
    if (targets === undefined || manifest !== undefined) return outOfPlace;
    return bytes > manifestLimits.manifestBytesMax ? tooLarge(path) : undefined;
  }
  const version = versionInPath(path);
  if (version === undefined || targets !== undefined || version <= (lastRoot ?? 0)) return outOfPlace;
  return bytes > headLimits.rootBytesMax || count >= headLimits.rootsMax ? tooLarge(path) : undefined;
}

function versionInPath(path: string): number | undefined {
  const digits = /^metadata\/([1-9]\d{0,8})\.root\.json$/.exec(path)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function finish(
  source: ByteSource,
  found: Omit<ReleaseHead, 'targets' | 'manifest'> & Partial<ReleaseHead>,
): { readonly outcome: 'read'; readonly head: ReleaseHead } | Refusal {
  const { targets, manifest, headBytes, payloadBytes } = found;
  if (targets === undefined || manifest === undefined) return notOurs('it lacks its signatures or its manifest');
  const wholeBytes = headBytes + payloadBytes + tarPaddingBytes(payloadBytes) + tarEndBytes;
  if (source.bytes < wholeBytes) return truncated;
  if (source.bytes > wholeBytes) return notOurs('there are bytes after its end');
  return { outcome: 'read', head: { ...found, targets, manifest } };
}

function notOurs(why: string): Refusal {
  return refuse('not-a-release-file', 'release file', `${why}: build it with doorward release build`);
}

function tooLarge(part: string): Refusal {
  return refuse('too-large', 'release file', `${part} is larger than any release needs: build it anew`);
}

const truncated = refuse('truncated', 'release file', 'it ends too early: fetch or copy it again');
