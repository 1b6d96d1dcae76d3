import { copyFileSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { librariesList } from '../../src/system/native-libraries.ts';

/** Faces that every release must recognise before it serves: two pictures each of two demo visitors. */
export const goldenFaces: Readonly<Record<string, string>> = {
  'ada-enrolment.jpg': 'Ada',
  'ada.jpg': 'Ada',
  'grace-enrolment.jpg': 'Grace',
  'grace.jpg': 'Grace',
};

export interface ReleaseFolderParts {
  readonly checkout: string;
  readonly folder: string;
  readonly executable: string;
  /** The list of native libraries: an installation asks its slots which ones they need. */
  readonly libraries: string;
}

/** The folder that `doorward release build` makes a release file of. */
export function makeReleaseFolder({ checkout, folder, executable, libraries }: ReleaseFolderParts): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'golden'), { recursive: true });
  linkSync(executable, join(folder, 'doorward'));
  copyFileSync(libraries, join(folder, librariesList));
  for (const file of Object.keys(goldenFaces)) {
    copyFileSync(join(checkout, '.models', 'demo', file), join(folder, 'golden', file));
  }
}
