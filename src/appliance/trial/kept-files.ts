import type { Disk } from '../../system/disk.ts';
import type { Home } from '../../system/home.ts';

/** Folders of visits whose files are known one by one: of the newest. */
const foldersLookedInto = 30;

/** Pictures that are gone, by the ids of those whose they were. */
export interface GoneFiles {
  /** Visits without their folder, or with fewer files in it. */
  readonly visits: ReadonlySet<string>;
  readonly faces: ReadonlySet<string>;
}

/**
 * Pictures of visits and of faces that were there when a candidate came. Rows go before their files, so a row that has lost
 * its picture is nobody's retention.
 */
export class KeptFiles {
  readonly #disk: Disk;
  readonly #home: Pick<Home, 'visits' | 'people'>;
  #folders: readonly string[] = [];
  #files: ReadonlyMap<string, readonly string[]> = new Map();
  #faces: readonly string[] = [];

  private constructor(disk: Disk, home: Pick<Home, 'visits' | 'people'>) {
    this.#disk = disk;
    this.#home = home;
  }

  static async begin(disk: Disk, home: Pick<Home, 'visits' | 'people'>): Promise<KeptFiles> {
    const kept = new KeptFiles(disk, home);
    const folders = (await disk.list(home.visits)).filter(({ kind }) => kind === 'directory');
    kept.#folders = folders.map(({ name }) => name);
    const newest = folders.toSorted((one, other) => other.modifiedMs - one.modifiedMs).slice(0, foldersLookedInto);
    const files = await Promise.all(newest.map(async ({ name }) => [name, await kept.#filesOf(name)] as const));
    kept.#files = new Map(files);
    kept.#faces = await kept.#namesIn(home.people);
    return kept;
  }

  async gone(): Promise<GoneFiles> {
    const folders = new Set(await this.#namesIn(this.#home.visits));
    const gone = new Set(this.#folders.filter((name) => !folders.has(name)));
    for (const [name, files] of this.#files) {
      const left = new Set(gone.has(name) ? [] : await this.#filesOf(name));
      if (files.some((file) => !left.has(file))) gone.add(name);
    }
    const faces = new Set(await this.#namesIn(this.#home.people));
    return { visits: gone, faces: new Set(this.#faces.filter((name) => !faces.has(name)).map(withoutEnding)) };
  }

  #filesOf(visitId: string): Promise<readonly string[]> {
    return this.#namesIn(`${this.#home.visits}/${visitId}`);
  }

  /** What is still being written is no file yet. */
  async #namesIn(folder: string): Promise<readonly string[]> {
    const names = (await this.#disk.list(folder)).map(({ name }) => name);
    return names.filter((name) => !name.endsWith('.draft'));
  }
}

/** people/<face id>.jpg */
function withoutEnding(name: string): string {
  return name.replace(/\.jpg$/, '');
}
