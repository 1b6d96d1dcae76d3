import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { walkJpeg } from './jpeg-walk.ts';
import { accepted, decodingBytesMax, kindOf, weigh, type PictureFacts, type PictureKind } from './judge-picture.ts';
import { firstLine, refuse, refuseFor, type Refusal } from './refusal.ts';

export type OpenPicture = (bytes: Uint8Array, options: SharpOptions) => Sharp;

/** A picture whose header has nothing against it. */
export interface WeighedPicture {
  readonly outcome: 'weighed';
  /** What is decoded. */
  readonly bytes: Uint8Array;
  /** What decoding takes, the file included. */
  readonly takesBytes: number;
  readonly failOn: 'error' | 'warning';
}

/** A JPEG is decoded once more with each of its scans. Programs that make pictures small write twelve or so. */
const scansMax = 32;

/** Parts of a WebP that are looked at. */
const chunksMax = 16;

const endOfJpeg = Uint8Array.of(0xff, 0xd9);

/** Judges a picture by its header. Nothing is decoded. */
export async function weighFile(bytes: Uint8Array, open: OpenPicture): Promise<WeighedPicture | Refusal> {
  const kind = kindOf(bytes);
  if (typeof kind !== 'string') return kind;
  const jpeg = kind === 'jpeg' ? walkJpeg(bytes) : undefined;
  if (jpeg !== undefined && jpeg.scans > scansMax) {
    return refuse('too-costly', `it has ${jpeg.scans} scans; at most ${scansMax}: save it as an ordinary JPEG`);
  }
  const metadata = await headerOf(open(bytes, { failOn: 'error', limitInputPixels: false }));
  if ('outcome' in metadata) return metadata;
  const complaint = complaintAbout(kind, metadata);
  if (complaint !== undefined) return complaint;
  const weight = weigh({
    kind,
    width: metadata.width,
    height: metadata.height,
    channels: metadata.channels,
    bytesPerSample: sampleBytes[metadata.depth] ?? sampleBytesMax,
    needsWhole: jpeg?.needsWhole ?? (kind === 'webp' ? isKeptWhole(bytes) : metadata.isProgressive === true),
    isTurned: (metadata.orientation ?? 1) > 1,
    samplesPerPixel: jpeg?.samplesPerPixel ?? metadata.channels,
  } satisfies PictureFacts);
  if (typeof weight !== 'number') return weight;
  const takesBytes = weight + bytes.length;
  if (takesBytes > decodingBytesMax)
    return refuse('too-large', 'its file and its pixels take more memory than a picture may');
  // A camera that forgets the end mark has sent everything all the same: anything else that is missing is an error then.
  if (jpeg?.hasEnd === false) {
    return { outcome: 'weighed', bytes: Buffer.concat([bytes, endOfJpeg]), takesBytes, failOn: 'warning' };
  }
  return { outcome: 'weighed', bytes, takesBytes, failOn: 'error' }; // Oddities that every viewer shows are no damage.
}

async function headerOf(picture: Sharp): Promise<Metadata | Refusal> {
  try {
    return await picture.metadata();
  } catch (error) {
    const isUnknown = /unsupported image format/i.test(firstLine(error));
    return isUnknown ? refuse('not-a-picture', `it is no picture: send ${accepted}`) : refuseFor(error);
  }
}

function complaintAbout(kind: PictureKind, { format, pages = 1, compression }: Metadata): Refusal | undefined {
  if (compression === 'hevc') return refuse('not-a-picture', `it is HEIC: send ${accepted}`);
  if (format !== (kind === 'avif' ? 'heif' : kind)) return refuse('not-a-picture', `it is ${format}: send ${accepted}`);
  if (kind !== 'tiff' && pages > 1) return refuse('animated', `it moves (${pages} frames): send a still picture`);
  return undefined;
}

/** As libvips calls them. */
const sampleBytes: Readonly<Record<string, number>> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
};
const sampleBytesMax = 16;

/** Lossless colours or transparency: an ordinary one is shrunk while it is read. */
function isKeptWhole(webp: Uint8Array): boolean {
  const view = new DataView(webp.buffer, webp.byteOffset, webp.byteLength);
  let at = 12;
  for (let chunk = 0; chunk < chunksMax && at + 8 <= webp.length; chunk += 1) {
    const name = Buffer.from(webp.subarray(at, at + 4)).toString('latin1');
    if (name === 'VP8L' || name === 'ALPH') return true;
    at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) % 2);
  }
  return false;
}
