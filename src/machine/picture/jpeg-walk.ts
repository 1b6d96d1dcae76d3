/** What the marks of a JPEG say before it is decoded. */
export interface JpegMarks {
  /** Samples for each pixel: 3 with all colours in full, 1.5 with coarse ones, 1 in grey. */
  readonly samplesPerPixel: number;
  /** More than one scan for all colours: what was read of each is kept until the last one. */
  readonly needsWhole: boolean;
  readonly scans: number;
  /** False when the file stops before its end mark. */
  readonly hasEnd: boolean;
}

const endMark = 0xd9;
const scanMark = 0xda;
/** Huffman tables, reserved and arithmetic tables lie between the marks of a frame and are none. */
const noFrames: ReadonlySet<number> = new Set([0xc4, 0xc8, 0xcc]);
const progressive: ReadonlySet<number> = new Set([0xc2, 0xc6, 0xca, 0xce]);

/** Walks from mark to mark without decoding: each byte is looked at once, and none beyond the end. */
export function walkJpeg(bytes: Uint8Array): JpegMarks {
  const seen = { samplesPerPixel: 3, components: 3, needsWhole: false, scans: 0, hasEnd: false };
  for (let at = nextMark(bytes, 2); at !== undefined; at = nextMark(bytes, at)) {
    const mark = bytes[at + 1] ?? 0;
    if (mark === endMark) {
      seen.hasEnd = true;
      break;
    }
    if (mark >= 0xc0 && mark <= 0xcf && !noFrames.has(mark)) {
      const frame = frameAt(bytes, at);
      seen.components = frame.components;
      seen.samplesPerPixel = frame.samplesPerPixel;
      if (progressive.has(mark)) seen.needsWhole = true;
    }
    if (mark === scanMark) {
      seen.scans += 1;
      if ((bytes[at + 4] ?? 0) < seen.components) seen.needsWhole = true;
    }
    at += 2 + Math.max(2, u16(bytes, at + 2));
  }
  const { samplesPerPixel, needsWhole, scans, hasEnd } = seen;
  return { samplesPerPixel, needsWhole, scans, hasEnd };
}

/** The next mark from there on: 0xff, and no stuffed zero, restart or filling behind it. */
function nextMark(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) return undefined;
    if (next >= 0xc0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd8)) return at;
  }
  return undefined;
}

function frameAt(bytes: Uint8Array, at: number): { components: number; samplesPerPixel: number } {
  const components = Math.min(4, bytes[at + 9] ?? 0);
  const factors = Array.from({ length: components }, (_, index) => {
    const factor = bytes[at + 11 + 3 * index] ?? 0x11;
    return { across: Math.max(1, factor >> 4), down: Math.max(1, factor & 15) };
  });
  const largest = Math.max(1, ...factors.map(({ across }) => across)) * Math.max(1, ...factors.map(({ down }) => down));
  const all = factors.reduce((sum, { across, down }) => sum + across * down, 0);
  return { components, samplesPerPixel: all / largest };
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
