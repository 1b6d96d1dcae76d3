/** One way in which a USB camera sends pictures. */
interface UsbFormat {
  /** As ffmpeg calls it: `mjpeg`, `yuyv422` ... */
  readonly name: string;
  readonly isRaw: boolean;
  readonly sizes: readonly Size[];
}

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface UsbChoice extends Size {
  readonly inputFormat: string;
}

/** Raw pictures up to this fit through USB 2 at any rate, and need no decoding. */
const rawPixelsMax = 640 * 480;

/**
 * The format to ask for, from what `ffmpeg -list_formats all` says: the smallest size that covers the wanted one, or the
 * largest there is. Left alone, ffmpeg takes the first raw format, and many cameras give their large sizes as JPEG only.
 */
export function chooseFormat(listing: string, wanted: Size): UsbChoice | undefined {
  const choices = formatsIn(listing, wanted).flatMap(({ name, isRaw, sizes }) => {
    const best = bestOf(sizes, wanted);
    return best === undefined ? [] : [{ inputFormat: name, ...best, rank: rankOf(name, isRaw, best) }];
  });
  const best = bestOf(choices, wanted);
  const [choice] = choices
    .filter(({ width, height }) => width === best?.width && height === best.height)
    .toSorted((a, b) => a.rank - b.rank);
  return choice === undefined
    ? undefined
    : { inputFormat: choice.inputFormat, width: choice.width, height: choice.height };
}

function formatsIn(listing: string, wanted: Size): readonly UsbFormat[] {
  return listing.split('\n').flatMap((line) => {
    const [, kind, name, sizes] = /\b(Raw|Compressed) *: +(\S+) :[^:]*:(?: Emulated :)?(.*)$/.exec(line) ?? [];
    if (name === undefined || sizes === undefined || name === 'Unsupported') return [];
    return [{ name, isRaw: kind === 'Raw', sizes: [...listed(sizes), ...ranges(sizes, wanted)] }];
  });
}

function listed(text: string): readonly Size[] {
  return [...text.matchAll(/(?:^|\s)(\d+)x(\d+)(?=\s|$)/g)].map(([, width, height]) => ({
    width: Number(width),
    height: Number(height),
  }));
}

/** `{32-2592, 2}x{32-1944, 2}`: any size of a range. */
function ranges(text: string, wanted: Size): readonly Size[] {
  const found = text.matchAll(/\{(\d+)-(\d+), *\d+\}x\{(\d+)-(\d+), *\d+\}/g);
  return [...found].map(([, left, right, top, bottom]) => ({
    width: Math.min(Math.max(wanted.width, Number(left)), Number(right)),
    height: Math.min(Math.max(wanted.height, Number(top)), Number(bottom)),
  }));
}

function bestOf<Any extends Size>(sizes: readonly Any[], wanted: Size): Any | undefined {
  const area = ({ width, height }: Size): number => width * height;
  const covering = sizes.filter(({ width, height }) => width >= wanted.width && height >= wanted.height);
  if (covering.length > 0) return covering.toSorted((a, b) => area(a) - area(b))[0];
  return sizes.toSorted((a, b) => area(b) - area(a))[0];
}

function rankOf(name: string, isRaw: boolean, { width, height }: Size): number {
  if (isRaw) return width * height <= rawPixelsMax ? 0 : 2;
  return name === 'mjpeg' ? 1 : 3;
}
