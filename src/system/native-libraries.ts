/** One native library that the executable carries. */
export interface NativeLibrary {
  /** Where it lies among the others: they find each other by relative paths. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** All of them, and the name of their content: releases with the same libraries share one folder. */
export interface NativeLibraries {
  readonly id: string;
  readonly libraries: readonly NativeLibrary[];
}

/** Where a release has that list: in its slot, and in the executable itself. */
export const librariesList = 'libraries.json';
