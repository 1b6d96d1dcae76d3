import { createHash } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { fitsTarHeader, tarEndBytes, tarPaddingBytes } from './tar-header.ts';
import { versionPattern } from './version.ts';

/** Bounds of a manifest. Twenty thousand files are twice what a release with all its libraries has. */
export const manifestLimits = {
  manifestBytesMax: 4 * 1024 * 1024,
  filesMax: 20_000,
  unpackedBytesMax: 4 * 1024 * 1024 * 1024,
  payloadBytesMax: 2 * 1024 * 1024 * 1024,
} as const;

/** Downloads resume, and staging checks, by parts of the release file of this size. */
export const chunkBytes = 1024 * 1024;

/** The manifest as it lies in a slot, beside the files of its release. */
export const manifestName = 'manifest.json';
/** The root of trust that a release carries for those that come after it. */
export const carriedRootName = 'root.json';

/** The only permissions there are: what is not executable is not. */
export const fileModes = { plain: 0o644, executable: 0o755 } as const;

const version = Type.String({ pattern: versionPattern, maxLength: 100 });
const path = Type.String({ minLength: 1, maxLength: 255 });
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const schemaVersion = Type.Integer({ minimum: 0, maximum: 1_000_000 });

/** What a release says of itself; the signatures vouch for it. Fields of later releases are kept and not looked at. */
export const manifestSchema = Type.Object({
  format: Type.Literal(1),
  name: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }),
  version,
  /** `linux-x64`, `linux-arm64`; `any` for releases without machine code. */
  architecture: Type.String({ pattern: '^(any|[a-z0-9]{1,20}-[a-z0-9]{1,20})$' }),
  /** Machines that it fits; none named is all. */
  hardware: Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,63}$' }), { maxItems: 50 }),
  /** The lowest version that it may follow. */
  follows: version,
  /** `user_version` of databases that it opens: it migrates from `lowest`, and writes `highest`. */
  schema: Type.Object({ lowest: schemaVersion, highest: schemaVersion }),
  /** Command that starts it, relative to its directory; a first word `node` is the Node that runs already. */
  entry: Type.Array(Type.String({ minLength: 1, maxLength: 1000 }), { minItems: 1, maxItems: 50 }),
  files: Type.Array(
    Type.Object({
      path,
      bytes: Type.Integer({ minimum: 0, maximum: manifestLimits.unpackedBytesMax }),
      sha256,
      mode: Type.Union([Type.Literal(fileModes.plain), Type.Literal(fileModes.executable)]),
    }),
    { minItems: 1, maxItems: manifestLimits.filesMax },
  ),
  /** Pictures among the files, with the label of who is in them: what a candidate must recognise in its rehearsal. */
  goldenFaces: Type.Array(
    Type.Object({
      file: path,
      person: Type.String({ minLength: 1, maxLength: 100 }),
      embedding: Type.Optional(Type.Array(Type.Number(), { maxItems: 512 })),
    }),
    { maxItems: 1000 },
  ),
  createdMs: Type.Integer({ minimum: 0, maximum: 253_402_300_799_999 }),
  payload: Type.Object({
    /** Compressed. */
    bytes: Type.Integer({ minimum: 1, maximum: manifestLimits.payloadBytesMax }),
    chunkBytes: Type.Literal(chunkBytes),
    /** SHA-256 of each chunk of the release file from the payload's first byte to the end of the file. */
    chunks: Type.Array(sha256, { minItems: 1, maxItems: manifestLimits.payloadBytesMax / chunkBytes + 1 }),
  }),
});

export type Manifest = Static<typeof manifestSchema>;
export type ManifestFile = Manifest['files'][number];

/** The one way to write a manifest down; `parseManifest` takes no other. */
export function serialiseManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest)}\n`;
}

/** Names the content of a release: the same content has the same digest, whoever signed it. */
export function digestOf(manifest: Manifest): string {
  return createHash('sha256').update(serialiseManifest(manifest)).digest('hex');
}

/** Reads a manifest whose bytes were verified; a text is what is wrong with it. */
export function parseManifest(bytes: Uint8Array): Manifest | string {
  const text = new TextDecoder().decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (!Check(manifestSchema, value)) return 'it does not fit the schema of manifests';
  // Written another way it would have another digest once it lies in a slot.
  if (serialiseManifest(value) !== text) return 'it is not written the one way that manifests are';
  return complaintOf(value) ?? value;
}

/** What is wrong with a manifest that somebody is about to write; undefined when all is well. */
export function complaintOfDraft(manifest: Manifest): string | undefined {
  const versions = [manifest.version, manifest.follows].filter((text) => !new RegExp(versionPattern, 'u').test(text));
  if (versions[0] !== undefined) return `its version ${JSON.stringify(versions[0])} is not one such as 1.4.0`;
  const [error] = Errors(manifestSchema, manifest);
  if (error !== undefined) return `${error.instancePath.slice(1).replaceAll('/', '.')} ${error.message}`;
  return complaintOf(manifest);
}

/** What the schema cannot say; undefined when all is well. */
export function complaintOf(manifest: Manifest): string | undefined {
  const { schema, payload, entry, goldenFaces, files } = manifest;
  const paths = new Set(files.map((file) => file.path));
  if (schema.lowest > schema.highest) return 'its lowest schema is above its highest';
  if (payload.chunks.length !== Math.ceil(bodyBytes(manifest) / chunkBytes))
    return 'its chunks are not as many as its payload has';
  if (unpackedBytes(manifest) > manifestLimits.unpackedBytesMax) return 'its files are too large';
  if (!entry.some((word) => paths.has(word))) return 'its entry starts none of its files';
  if (entry[0] !== 'node' && !paths.has(entry[0] ?? ''))
    return 'its entry begins with neither node nor one of its files';
  const missing = goldenFaces.find(({ file }) => !paths.has(file));
  if (missing !== undefined) return `its golden face ${JSON.stringify(missing.file)} is not among its files`;
  return complaintOfPaths(files);
}

/** Paths stay below the directory, and no two meet, not even where upper and lower case are the same. */
function complaintOfPaths(files: readonly ManifestFile[]): string | undefined {
  const taken = new Set([manifestName]);
  const folders = new Set<string>();
  for (const { path: full } of files) {
    const parts = full.split('/');
    if (!fitsTarHeader(full) || full.includes('\\') || parts.some((part) => ['', '.', '..'].includes(part)))
      return `the path ${JSON.stringify(full)} may not be in a release`;
    const folded = full.toLowerCase();
    if (taken.has(folded)) return `the path ${JSON.stringify(full)} comes twice`;
    taken.add(folded);
    for (let depth = 1; depth < parts.length; depth += 1) folders.add(folded.split('/').slice(0, depth).join('/'));
  }
  const both = [...folders].find((folder) => taken.has(folder));
  return both === undefined ? undefined : `the path ${JSON.stringify(both)} is a file and a directory`;
}

/** Of all files, unpacked. */
export function unpackedBytes({ files }: Manifest): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}

/** From the payload's first byte to the end of the release file. */
export function bodyBytes({ payload }: Pick<Manifest, 'payload'>): number {
  return payload.bytes + tarPaddingBytes(payload.bytes) + tarEndBytes;
}
