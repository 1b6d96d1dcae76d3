/** Pictures that mean harm, made anew each time. Nothing of them is anybody's. */
import { deflateSync, gzipSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import {
  chunk, frameOf, manyScans, plainTiff, png, replacedIn, resizedAvif, resizedJpeg, scene, text, tiff, u32, withSegments,
} from './make-picture.ts'; // prettier-ignore

export interface HostilePicture {
  readonly name: string;
  readonly bytes: Buffer;
  /** What must become of it; without one, anything that is not our fault. */
  readonly expect?: RegExp;
}

const MB = 1024 * 1024;
const refused = /^(too-large|too-costly|corrupt)$/;
const damaged = /^(corrupt|not-a-picture|too-costly|too-large)$/;
const noPicture = /^(not-a-picture|animated|corrupt)$/;

/** All of them; `few` leaves out those that take long to make or to read. */
export async function hostilePictures({ few = false } = {}): Promise<readonly HostilePicture[]> {
  const honest = await honestPictures();
  const groups = [bombs(honest), wrongHeaders(honest), nested(honest), await cuts(honest), strangers(honest.jpeg)];
  if (!few) groups.push(await largestAllowed());
  return groups.flat();
}

interface Honest {
  readonly jpeg: Buffer;
  readonly progressive: Buffer;
  readonly png: Buffer;
  readonly webp: Buffer;
  readonly lossless: Buffer;
  readonly avif: Buffer;
  readonly tiff: Buffer;
}

async function honestPictures(): Promise<Honest> {
  const small = scene(96, 64);
  return {
    jpeg: await small.clone().jpeg({ quality: 60 }).toBuffer(),
    progressive: await small.clone().jpeg({ progressive: true, quality: 60, chromaSubsampling: '4:4:4' }).toBuffer(),
    png: await small.clone().png().toBuffer(),
    webp: await small.clone().webp({ quality: 50 }).toBuffer(),
    lossless: await small.clone().webp({ lossless: true }).toBuffer(),
    avif: await small.clone().avif({ effort: 0 }).toBuffer(),
    tiff: await small.clone().tiff({ compression: 'deflate' }).toBuffer(),
  };
}

/** Little to send, much to decode. */
function bombs(honest: Honest): HostilePicture[] {
  const { jpeg, progressive, webp, lossless, avif } = honest;
  const size = { from: [96, 64], to: [7740, 7740] } as const;
  const vp8 = (side: number): Buffer => {
    const changed = Buffer.from(webp);
    const at = changed.indexOf(Buffer.from([0x9d, 0x01, 0x2a])) + 3;
    changed.writeUInt16LE(side, at);
    changed.writeUInt16LE(side, at + 2);
    return changed;
  };
  const vp8l = Buffer.from(lossless);
  vp8l.writeUInt32LE(((7739 | (7739 << 14)) >>> 0) & 0x0fffffff, vp8l.indexOf('VP8L') + 9);
  return [
    { name: '59.9 MP PNG, interlaced, 16 bits', bytes: png({ width: 7740, height: 7740, depth: 16, isInterlaced: true, pixelBytes: 9 * MB }), expect: /^too-large$/ },
    { name: '60 MP PNG, cut short', bytes: png({ width: 7740, height: 7740, pixelBytes: 40 * MB }), expect: refused },
    { name: '2000 MP PNG', bytes: png({ width: 50_000, height: 40_000, pixelBytes: MB }), expect: /^too-large$/ },
    { name: 'PNG of 30,000 x 1 pixels', bytes: png({ width: 30_000, height: 1 }), expect: /^(decoded|not-a-picture)$/ },
    { name: 'PNG of 1 x 30,000 pixels, 16 bits', bytes: png({ width: 1, height: 30_000, depth: 16 }), expect: /^(decoded|not-a-picture)$/ },
    { name: 'PNG of 59 million x 1 pixels', bytes: png({ width: 59_000_000, height: 1, pixelBytes: MB }), expect: damaged },
    { name: '59 MP JPEG, progressive, one scan', bytes: resizedJpeg(progressive, 7700, 7700), expect: /^too-large$/ },
    { name: '12 MP JPEG, progressive, 62 scans', bytes: resizedJpeg(manyScans(progressive, 62), 4000, 3000), expect: /^too-costly$/ },
    { name: 'JPEG of 20,000 scans', bytes: manyScans(progressive, 20_000), expect: /^too-costly$/ },
    { name: '4200 MP JPEG', bytes: resizedJpeg(jpeg, 65_500, 65_500), expect: /^too-large$/ },
    { name: '60 MP JPEG with nothing in it', bytes: resizedJpeg(jpeg, 7740, 7740) },
    { name: '60 MP WebP', bytes: vp8(7740), expect: /^too-large$/ },
    { name: '260 MP WebP', bytes: vp8(16_383), expect: /^(too-large|corrupt)$/ },
    { name: '60 MP WebP, lossless', bytes: vp8l, expect: damaged },
    { name: '60 MP AVIF by its boxes', bytes: resizedAvif(avif, size), expect: /^too-large$/ },
    { name: '60 MP TIFF in one strip', bytes: plainTiff({ width: 7740, height: 7740, compression: 8 }, deflateSync(Buffer.alloc(60 * MB), { level: 1 })), expect: refused },
    { name: 'TIFF of one tile of 3 GB', bytes: plainTiff({ width: 100, height: 100, tile: 32_000, compression: 8 }, deflateSync(Buffer.alloc(MB))), expect: damaged },
    { name: 'TIFF of 64 samples of 64 bits', bytes: plainTiff({ width: 4000, height: 3000, bits: 64, samples: 64 }, Buffer.alloc(1000)), expect: damaged },
    { name: 'gif of 65,535 x 65,535 pixels', bytes: text('GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x44\x01\0;'), expect: /^animated$/ },
  ]; // prettier-ignore
}

/** What the header says is not so. */
function wrongHeaders({
  jpeg,
  progressive,
  png: honestPng,
  webp,
  lossless,
  avif,
  tiff: honestTiff,
}: Honest): HostilePicture[] {
  const at = frameOf(jpeg);
  const changed = (file: Buffer, place: number, ...bytes: number[]): Buffer => {
    const copy = Buffer.from(file);
    Buffer.from(bytes).copy(copy, place);
    return copy;
  };
  const riff = webp.indexOf('VP8 ');
  return [
    { name: 'empty file', bytes: Buffer.alloc(0), expect: /^empty$/ },
    { name: 'JPEG of 0 x 0 pixels', bytes: resizedJpeg(jpeg, 0, 0), expect: damaged },
    { name: 'JPEG of 255 colours', bytes: changed(jpeg, at + 9, 255), expect: damaged },
    { name: 'JPEG of 1 colour, with the data of 3', bytes: changed(jpeg, at + 9, 1) },
    { name: 'JPEG with samples of 16 bits', bytes: changed(jpeg, at + 4, 16), expect: damaged },
    { name: 'JPEG with coarseness 0', bytes: changed(jpeg, at + 11, 0), expect: damaged },
    { name: 'JPEG with coarseness 15 x 15', bytes: changed(jpeg, at + 11, 0xff), expect: damaged },
    { name: 'JPEG, arithmetic', bytes: changed(jpeg, at + 1, 0xc9) },
    { name: 'JPEG, hierarchical', bytes: changed(jpeg, at + 1, 0xc5), expect: damaged },
    { name: 'progressive JPEG that says it is not', bytes: changed(progressive, frameOf(progressive) + 1, 0xc0) },
    { name: 'JPEG of nothing but starts', bytes: Buffer.alloc(200_000, Buffer.from([0xff, 0xd8])), expect: damaged },
    { name: 'JPEG of nothing but filling', bytes: Buffer.concat([text('\xff\xd8'), Buffer.alloc(2 * MB, 0xff)]), expect: damaged },
    { name: 'PNG of 0 x 0 pixels', bytes: png({ width: 0, height: 0 }), expect: damaged },
    { name: 'PNG of 4 billion x 4 billion pixels', bytes: png({ width: 0xffffffff, height: 0xffffffff, pixelBytes: 10 }), expect: damaged },
    { name: 'PNG with a wrong check sum', bytes: changed(honestPng, 29, 1, 2, 3, 4), expect: damaged },
    { name: 'PNG with a chunk of 2 GB', bytes: changed(honestPng, 33, 0x7f, 0xff, 0xff, 0xff), expect: damaged },
    { name: 'PNG with the data of a JPEG', bytes: Buffer.concat([text('\x89PNG\r\n\x1a\n'), jpeg]), expect: damaged },
    { name: 'WebP that is longer than it is', bytes: changed(webp, 4, 0xff, 0xff, 0xff, 0x7f) },
    { name: 'WebP with a part of 4 GB', bytes: changed(webp, riff + 4, 0xff, 0xff, 0xff, 0xff), expect: damaged },
    { name: 'lossless WebP that says it is not', bytes: replacedIn(lossless, text('VP8L'), text('VP8 ')), expect: damaged },
    { name: 'AVIF that says it is HEIC', bytes: replacedIn(avif, text('avif'), text('heic')), expect: noPicture },
    { name: 'AVIF that says it moves', bytes: replacedIn(avif, text('ftypavif'), text('ftypavis')) },
    { name: 'AVIF of 1 x 1 pixel by its boxes', bytes: resizedAvif(avif, { from: [96, 64], to: [1, 1] }) },
    { name: 'TIFF of 4 billion pixels a side', bytes: plainTiff({ width: 0xffffffff, height: 0xffffffff }, Buffer.alloc(10)), expect: damaged },
    { name: 'TIFF whose directory is its own next', bytes: plainTiff({ width: 8, height: 8, next: 8 }, Buffer.alloc(192)) },
    { name: 'TIFF whose strips lie outside', bytes: tiff([[256, 4, [64]], [257, 4, [64]], [258, 3, [8]], [259, 3, [1]], [262, 3, [1]], [273, 4, [0x7fffffff]], [277, 3, [1]], [278, 4, [64]], [279, 4, [0x7fffffff]]], Buffer.alloc(0)), expect: damaged },
    { name: 'TIFF of a million empty strips', bytes: tiff([[256, 4, [1000]], [257, 4, [1_000_000]], [258, 3, [8]], [259, 3, [1]], [262, 3, [1]], [273, 4, Array.from({ length: 50_000 }, () => 8)], [277, 3, [1]], [278, 4, [1]], [279, 4, Array.from({ length: 50_000 }, () => 1)]], Buffer.alloc(0)), expect: damaged },
    { name: 'TIFF with compression 65,000', bytes: plainTiff({ width: 64, height: 64, compression: 65_000 }, Buffer.alloc(100)), expect: damaged },
    { name: 'TIFF turned round', bytes: Buffer.concat([text('MM\0*'), honestTiff.subarray(4)]), expect: damaged },
  ]; // prettier-ignore
}

/** Metadata within metadata, too much of it, and much in little. */
function nested({ jpeg, avif, webp }: Honest): HostilePicture[] {
  const black = { width: 32, height: 32 };
  const packed = deflateSync(Buffer.alloc(200 * MB), { level: 1 });
  const exif = (directory: Buffer): Buffer =>
    Buffer.concat([text('Exif\0\0II*\0'), Buffer.from([8, 0, 0, 0]), directory]);
  const loop = Buffer.alloc(2 + 12 * 4 + 4);
  loop.writeUInt16LE(4, 0);
  for (const [index, tag] of [0x8769, 0x8825, 0xa005, 0x014a].entries()) {
    loop.writeUInt16LE(tag, 2 + 12 * index);
    loop.writeUInt16LE(4, 4 + 12 * index);
    loop.writeUInt32LE(1, 6 + 12 * index);
    loop.writeUInt32LE(8, 10 + 12 * index); // The directory that it stands in.
  }
  loop.writeUInt32LE(8, loop.length - 4);
  const boxes = (depth: number): Buffer => {
    let box: Buffer = Buffer.alloc(0);
    for (let level = 0; level < depth; level += 1) box = Buffer.concat([u32(box.length + 8), text('meta'), box]);
    return box;
  };
  let within = jpeg;
  for (let level = 0; level < 40; level += 1)
    within = withSegments(jpeg, [{ mark: 0xe1, data: Buffer.concat([text('Exif\0\0'), within.subarray(0, 60_000)]) }]);
  return [
    { name: 'JPEG in the metadata of a JPEG, forty times', bytes: within },
    { name: 'JPEG with EXIF that points to itself', bytes: withSegments(jpeg, [{ mark: 0xe1, data: exif(loop) }]) },
    { name: 'JPEG with 65,535 EXIF entries', bytes: withSegments(jpeg, [{ mark: 0xe1, data: exif(Buffer.concat([Buffer.from([0xff, 0xff]), Buffer.alloc(65_000, 1)])) }]) },
    { name: 'JPEG with 3,000 segments of metadata', bytes: withSegments(jpeg, Array.from({ length: 3000 }, () => ({ mark: 0xe1, data: exif(loop) }))) },
    { name: 'JPEG with 255 parts of a colour profile', bytes: withSegments(jpeg, Array.from({ length: 255 }, (_, part) => ({ mark: 0xe2, data: Buffer.concat([text('ICC_PROFILE\0'), Buffer.from([part + 1, 255]), Buffer.alloc(60_000, part)]) }))) },
    { name: 'JPEG turned by 255', bytes: withSegments(jpeg, [{ mark: 0xe1, data: exif(Buffer.from([1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0])) }]) },
    { name: 'PNG with 200 MB of packed words', bytes: png({ ...black, before: [chunk('zTXt', Buffer.concat([text('Comment\0\0'), packed]))] }) },
    { name: 'PNG with 200 MB of packed words in a language', bytes: png({ ...black, before: [chunk('iTXt', Buffer.concat([text('XML:com.adobe.xmp\0\x01\0\0\0'), packed]))] }) },
    { name: 'PNG with a packed colour profile of 200 MB', bytes: png({ ...black, before: [chunk('iCCP', Buffer.concat([text('icc\0\0'), packed]))] }) },
    { name: 'PNG with 50,000 words', bytes: png({ ...black, before: Array.from({ length: 50_000 }, (_, word) => chunk('tEXt', text(`k${word}\0v`))) }) },
    { name: 'PNG with EXIF that points to itself', bytes: png({ ...black, before: [chunk('eXIf', exif(loop).subarray(6))] }) },
    { name: '48 MP PNG turned by EXIF', bytes: png({ width: 8000, height: 6000, before: [chunk('eXIf', Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]))] }), expect: /^(too-large|decoded)$/ },
    { name: 'AVIF with 1,000 boxes in each other', bytes: Buffer.concat([avif.subarray(0, avif.readUInt32BE(0)), boxes(1000), avif.subarray(avif.readUInt32BE(0))]) },
    { name: 'AVIF with 100,000 empty boxes', bytes: Buffer.concat([avif.subarray(0, avif.readUInt32BE(0)), Buffer.concat(Array.from({ length: 100_000 }, () => Buffer.concat([u32(8), text('free')]))), avif.subarray(avif.readUInt32BE(0))]) },
    { name: 'WebP with 100,000 parts that nobody knows', bytes: Buffer.concat([webp.subarray(0, 12), Buffer.concat(Array.from({ length: 100_000 }, () => text('JUNK\0\0\0\0'))), webp.subarray(12)]) },
  ]; // prettier-ignore
}

/** Cut off: the JPEG at each tenth byte, the others at each tenth of their length. */
async function cuts(honest: Honest): Promise<HostilePicture[]> {
  const jpeg = await sharp(honest.jpeg).resize(24, 16).jpeg({ quality: 30 }).toBuffer();
  const atBytes = Array.from({ length: Math.floor((jpeg.length - 3) / 10) }, (_, cut) => (cut + 1) * 10);
  const cut: HostilePicture[] = atBytes.map((length) => ({
    name: `JPEG cut after ${length} of ${jpeg.length} bytes`, bytes: jpeg.subarray(0, length), expect: damaged,
  })); // prettier-ignore
  for (const [kind, file] of Object.entries(honest))
    for (let tenth = 1; tenth < 10; tenth += 1)
      cut.push({
        name: `${kind} cut after ${tenth} tenths`,
        bytes: file.subarray(0, Math.floor((file.length * tenth) / 10)),
      });
  return cut;
}

/** No pictures, or none that are read: they could ask for files, fonts, other hosts or programs. */
function strangers(jpeg: Buffer): HostilePicture[] {
  const svg = (inner: string, head = ''): Buffer =>
    Buffer.from(`${head}<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99">${inner}</svg>`);
  const laughs = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
  const list: (readonly [string, Buffer])[] = [
    ['SVG', svg('<rect width="9" height="9"/>')],
    ['SVG that asks for a file', svg('<image href="file:///etc/passwd" width="9" height="9"/>')],
    ['SVG that asks another host', svg('<image href="http://127.0.0.1:1/x.png" width="9" height="9"/>')],
    ['SVG with an entity of a file', svg('&x;', '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>')],
    ['SVG with a billion laughs', svg('&l9;', `<!DOCTYPE svg [<!ENTITY l0 "ha">${laughs}]>`)],
    ['SVG of a million pixels a side', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1000000" height="1000000"/>')],
    ['SVG, packed', gzipSync(svg(''))],
    ['SVG behind a comment', Buffer.concat([text('<!-- a -->\n'), svg('')])],
    ['PDF', text('%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/Launch/F(/bin/sh)>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF')],
    ['PDF behind other bytes', text(`${' '.repeat(100)}%PDF-1.4\n%%EOF`)],
    ['PostScript', text('%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file\n')],
    ['drawing commands', text("push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'https://127.0.0.1:1/|touch x'\npop graphic-context\n")],
    ['text', text('Dear doorbell, this is a letter.')],
    ['page', text('<!doctype html><html><script>alert(1)</script></html>')],
    ['zip', text('PK\x03\x04\x14\0\0\0\x08\0')],
    ['program', Buffer.concat([text('\x7fELF\x02\x01\x01'), Buffer.alloc(200)])],
    ['video', Buffer.concat([u32(24), text('ftypisom\0\0\0\0isomavc1'), Buffer.alloc(200)])],
    ['HEIC', Buffer.concat([u32(24), text('ftypheic\0\0\0\0mif1heic'), Buffer.alloc(200)])],
    ['JPEG XL', text('\xff\x0a\xfa\x7f')],
    ['zeros', Buffer.alloc(100_000)],
    ['JPEG behind a letter', Buffer.concat([text('Dear doorbell'), jpeg])],
  ]; // prettier-ignore
  return list.map(([name, bytes]) => ({ name, bytes, expect: noPicture }));
}

/** As large as each format may be: what is decoded costs most. */
async function largestAllowed(): Promise<HostilePicture[]> {
  const flat = (width: number, height: number): Sharp =>
    sharp({ create: { width, height, channels: 3, background: '#336699' }, limitInputPixels: false });
  const avif = await flat(1600, 1200).avif({ effort: 0, chromaSubsampling: '4:4:4' }).toBuffer();
  const largeAvif = await flat(2500, 2500).avif({ effort: 0 }).toBuffer();
  return [
    { name: '4.8 MP PNG, interlaced, 16 bits', bytes: png({ width: 2500, height: 1900, depth: 16, isInterlaced: true }), expect: /^decoded$/ },
    { name: '59 MP PNG', bytes: png({ width: 7700, height: 7700 }), expect: /^decoded$/ },
    { name: '4.8 MP JPEG, progressive, all colours', bytes: await scene(2500, 1900).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(), expect: /^decoded$/ },
    { name: '9.7 MP JPEG, progressive', bytes: await scene(3600, 2700).jpeg({ progressive: true }).toBuffer(), expect: /^decoded$/ },
    { name: '48 MP JPEG', bytes: await flat(8000, 6000).jpeg().toBuffer(), expect: /^decoded$/ },
    { name: '3.5 MP WebP, lossless', bytes: await flat(2150, 1600).webp({ lossless: true, effort: 0 }).toBuffer(), expect: /^decoded$/ },
    { name: '6.6 MP WebP', bytes: await flat(3000, 2200).webp({ effort: 0 }).toBuffer(), expect: /^decoded$/ },
    { name: '1.9 MP AVIF', bytes: avif, expect: /^decoded$/ },
    { name: '6 MP AVIF', bytes: largeAvif, expect: /^too-large$/ },
    { name: '6 MP AVIF that says 64 x 64', bytes: resizedAvif(largeAvif, { from: [2500, 2500], to: [64, 64] }) },
    { name: '24 MP TIFF', bytes: await flat(6000, 4000).tiff({ compression: 'lzw' }).toBuffer(), expect: /^decoded$/ },
    { name: '20 MB of JPEG and filling', bytes: Buffer.concat([await scene(1280, 720).jpeg().toBuffer(), Buffer.alloc(19 * MB, 7)]) },
  ]; // prettier-ignore
}
