import { createHash } from 'node:crypto';
import { digestOf, type Manifest, manifestName, serialiseManifest } from '../../src/release/manifest.ts';
import { refuse } from '../../src/release/refusal.ts';
import { seal } from '../../src/slot/trial-record-file.ts';
import { beginTrial, commitTrial, emptyRecord } from '../../src/slot/trial-record.ts';
import { replaceFile } from '../../src/system/disk.ts';
import { readBack } from '../../src/release/read-back.ts';
import type { ReleaseActs, SignedRelease } from '../../src/update/release-acts.ts';
import type { SimulatedMachine } from './simulated-machine.ts';

const encoder = new TextEncoder();
const chunkBytes = 16;
const headBytes = 40;
/** The folder of a stick that its owner has put in. */
export const stickFolder = '/media/stick';
/** Where the web server is. */
export const releasesUrl = 'https://releases.example/';

/** A tiny release, its release file and its signed description. */
export interface TinyRelease {
  readonly version: string;
  /** Why it is never to be run. */
  readonly flaw: 'forged' | 'older' | 'wrong-board' | undefined;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly file: Uint8Array;
  readonly head: Uint8Array;
  readonly signed: SignedRelease;
}

/** Where a release file is to be had, and what is wrong with it there. */
export interface Placed {
  readonly release: TinyRelease;
  readonly at: 'server' | 'pushed' | 'stick';
  /** What the index of the server says its version is. */
  readonly says?: string;
  /** `missing`: no such file; `busy`: the server never gives it; `garbage`: other bytes; `torn`: all but the last is right. */
  readonly fault?: 'missing' | 'busy' | 'garbage' | 'torn';
}

/** Two small files: enough to be torn, lost and mixed up. */
export function tinyRelease(version: string, flaw: TinyRelease['flaw']): TinyRelease {
  const contents: readonly (readonly [string, string])[] = [
    ['app', `program of ${version}`],
    ['lib/x', `part ${version}`],
  ];
  const files = new Map(contents.map(([path, text]) => [path, encoder.encode(text)]));
  const head = encoder.encode(`release ${version} ${flaw ?? ''}`.padEnd(headBytes));
  const body = Buffer.concat([...files.values()]);
  const chunks: string[] = [];
  for (let offset = 0; offset < body.length; offset += chunkBytes)
    chunks.push(sha256(body.subarray(offset, offset + chunkBytes)));
  const manifest = {
    format: 1, name: 'doorward', version, architecture: 'any', hardware: [], follows: '0.0.0', schema: { lowest: 0, highest: 1 },
    entry: ['app'], goldenFaces: [], createdMs: 0, payload: { bytes: body.length, chunkBytes: 1024 * 1024, chunks: [sha256(body)] },
    files: [...files].map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: sha256(bytes), mode: 0o644 })),
  } as unknown as Manifest; // prettier-ignore
  const fileBytes = head.length + body.length;
  const signed: SignedRelease = {
    version, digest: digestOf(manifest), signed: 1, manifest, payloadBytes: body.length,
    chunks: { headBytes: head.length, chunkBytes, fileBytes, sha256: chunks },
  }; // prettier-ignore
  return { version, flaw, files, head, file: Buffer.concat([head, body]), signed };
}

/**
 * The acts of release/ with the same effects in the same order, without signatures and compression, which cost more than
 * all the rest of a schedule. `deepActs` runs the real ones; reading back is the real one here too.
 */
export function quickActs(machine: SimulatedMachine, releases: readonly TinyRelease[]): ReleaseActs {
  const { disk, places } = machine;
  return {
    async verify(source) {
      const head = await source.read(0, headBytes);
      const release = releases.find((one) => Buffer.compare(head, one.head) === 0);
      if (release === undefined || release.flaw === 'forged')
        return refuse('unsigned', 'release file', 'nobody signed it');
      if (release.flaw === 'wrong-board') return refuse('wrong-hardware', 'release file', 'it is for another board');
      return { outcome: 'verified', release: release.signed };
    },
    async believe({ signed }) {
      await disk.makeDirectory(places.trust);
      await replaceFile(disk, `${places.trust}/trust.json`, String(signed));
    },
    async stage(source, { chunks, digest, manifest }, directory) {
      const body = await source.read(chunks.headBytes, chunks.fileBytes - chunks.headBytes);
      await disk.remove(directory);
      await disk.makeDirectory(directory);
      await disk.makeDirectory(`${directory}/lib`);
      let offset = 0;
      const release = releases.find(({ signed }) => signed.digest === digest);
      for (const [path, { length }] of release?.files ?? []) {
        const content = body.subarray(offset, offset + length);
        await disk.writePart(`${directory}/${path}`, 0, content);
        if (sha256(content) !== sha256(release?.files.get(path) ?? encoder.encode('')))
          return { outcome: 'refused', failure: 'digest-differs', message: 'cannot use it: damaged', kind: 'final' };
        await disk.sync(`${directory}/${path}`);
        offset += length;
      }
      await disk.write(`${directory}/${manifestName}`, serialiseManifest(manifest));
      await disk.sync(`${directory}/${manifestName}`);
      for (const folder of [`${directory}/lib`, directory, machine.places.slots]) await disk.syncDirectory(folder);
      return { outcome: 'staged' };
    },
    readBack: ({ manifest }, directory) => readBack({ directory, manifest, storage: disk }),
  };
}

/** What is wrong with the content of a slot; undefined when it is these files, whole. */
export function damageOf(
  machine: SimulatedMachine,
  directory: string,
  { files }: Pick<TinyRelease, 'files'>,
): string | undefined {
  for (const [path, content] of files) {
    const node = machine.disk.names.get(`${directory}/${path}`);
    if (node?.kind !== 'file') return `${path} is missing`;
    if (Buffer.compare(node.latest, content) !== 0) return `${path} is damaged`;
  }
  return undefined;
}

/** Lays a release into a directory as if it had always been there. */
function install(machine: SimulatedMachine, directory: string, release: TinyRelease): void {
  machine.disk.seedDirectory(directory);
  machine.disk.seedDirectory(`${directory}/lib`);
  for (const [path, content] of release.files) machine.disk.seed(`${directory}/${path}`, content);
  machine.disk.seed(`${directory}/${manifestName}`, serialiseManifest(release.signed.manifest));
}

/** Marked and written down as an update leaves it. */
function haveUpdated({ disk, places }: SimulatedMachine, from: TinyRelease, to: TinyRelease): void {
  for (const [slot, { version, signed }] of [
    ['a', from],
    ['b', to],
  ] as const)
    disk.seed(places.mark[slot], JSON.stringify({ state: 'usable', version, digest: signed.digest }));
  const { version, digest, signed } = to.signed;
  const trial = { id: 'first', version, digest, signed, file: 'first', slot: 'b', bootId: 'boot-0', by: '1:7', startedMs: 0 } as const; // prettier-ignore
  const end = { reason: 'proved', message: '', phases: [], figures: {} };
  const { aftercare: _aftercare, ...record } = commitTrial(beginTrial(emptyRecord, trial), end);
  for (const [number, path] of places.trialRecords.entries())
    disk.seed(path, seal({ ...record, sequence: 1 + number }));
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What a device has when its story begins. */
export interface Prepared {
  readonly installed: TinyRelease;
  /** What ran before it: then it has come by an update. */
  readonly before: TinyRelease | undefined;
  readonly placed: readonly Placed[];
  readonly hasFactory: boolean;
}

/** A device with its release, and those that follow at their places. */
export function prepare(machine: SimulatedMachine, { installed, before, placed, hasFactory }: Prepared): void {
  const { disk, places, server, busy } = machine;
  for (const directory of ['/opt', '/var', places.slots, places.incoming, '/media', stickFolder])
    disk.seedDirectory(directory);
  if (hasFactory) install(machine, places.factory, installed);
  install(machine, places.slot.a, before ?? installed);
  if (before !== undefined) install(machine, places.slot.b, installed);
  if (before !== undefined) haveUpdated(machine, before, installed);
  disk.seedLink(places.current, before === undefined ? 'slots/a' : 'slots/b');
  const entries = placed.filter(({ at }) => at === 'server');
  const releases = entries.map(({ release: { version, file }, says = version }) => {
    return {
      version: says,
      file: `${says}.release`,
      bytes: file.length,
      sha256: sha256(Buffer.from(`${says} ${version}`)),
    };
  });
  server.set(`${releasesUrl}index.json`, encoder.encode(JSON.stringify({ format: 1, releases })));
  for (const one of placed) {
    const { at, release, says = release.version, fault } = one;
    const url = `${releasesUrl}${says}.release`;
    if (at === 'server' && fault === 'busy') busy.add(url);
    if (at === 'server' && fault !== 'missing') server.set(url, bytesOf(one));
    if (at !== 'server') disk.seed(pathOf(machine, one), bytesOf(one));
  }
}

/** Where the file of a release lies that somebody brought. */
export function pathOf({ places }: SimulatedMachine, { at, release: { version } }: Placed): string {
  return at === 'stick' ? `${stickFolder}/doorward-${version}.release` : `${places.incoming}/pushed-${version}.release`;
}

function bytesOf({ release: { file }, fault }: Placed): Uint8Array {
  if (fault === 'garbage') return file.map(() => 7);
  return fault === 'torn' ? file.map((byte, place) => (place === file.length - 1 ? byte ^ 1 : byte)) : file;
}
