import { pictureLimits } from '../system/inference.ts';
import type { Disk } from '../system/disk.ts';
import { bytesText } from './text.ts';
import { wordsOf } from '../system/error-words.ts';

export type PictureRead =
  | { readonly outcome: 'read'; readonly bytes: Uint8Array }
  | { readonly outcome: 'refused'; readonly message: string };

/** A picture that somebody named. What is in it is for the appliance to judge. */
export async function readPicture(disk: Pick<Disk, 'read'>, path: string): Promise<PictureRead> {
  try {
    const bytes = await disk.read(path);
    if (bytes === undefined) return { outcome: 'refused', message: `cannot read ${path}: there is no such file` };
    if (bytes.length <= pictureLimits.fileBytesMax) return { outcome: 'read', bytes };
    const sizes = `it has ${bytesText(bytes.length)}, and ${bytesText(pictureLimits.fileBytesMax)} is the most`;
    return { outcome: 'refused', message: `cannot use ${path}: ${sizes}` };
  } catch (error) {
    return { outcome: 'refused', message: wordsOf(error) };
  }
}
