import { basename, dirname } from 'node:path';
import { nodeClock as clock } from '../machine/node/node-clock.ts';
import { nodeStorage as storage } from '../machine/node/node-storage.ts';
import type { RunningRelease } from '../machine/executable/running-release.ts';
import { placesAt, type Places } from '../slot/places.ts';
import type { Slot } from '../slot/slot.ts';
import type { Home } from '../system/home.ts';
import { fallBack, type FallBackResult } from '../update/fall-back.ts';
import { mendLibraries, type MendedLibrary } from './mend-libraries.ts';

/** The slot that this process runs from, and everything beside it. */
export interface Installation {
  readonly slot: Slot;
  readonly places: Places;
}

/**
 * A release updates itself when it runs from a slot, wherever the slots are. A checkout is changed by the hand of whoever
 * works in it, and power-on starts it without asking the link: an update that it took would be undone, or would go back
 * behind what was committed, at its next start. So it takes none, and says so.
 */
export function installationOf(home: Home, { directory }: Pick<RunningRelease, 'directory'>): Installation | undefined {
  const slot = basename(directory);
  const slots = dirname(directory);
  if ((slot !== 'a' && slot !== 'b') || basename(slots) !== 'slots') return undefined;
  return { slot, places: placesAt(dirname(slots), home.root) };
}

const factoryName = 'factory';

/** What people hear where nothing updates itself. */
export function whyNoUpdates({ directory }: Pick<RunningRelease, 'directory'>): string {
  return basename(directory) === factoryName
    ? 'cannot update: the factory release serves, because neither slot can be written: mend the disk, then stop it and run: doorward fall-back'
    : `cannot update: ${directory} is not a slot of an installation: install a release, and update that`;
}

/** The way back after a crash loop: power-on starts another release from now on. Any release of the device can do it. */
export async function fallBackIn(
  home: Home,
  release: Pick<RunningRelease, 'directory'>,
): Promise<FallBackResult & { readonly mended: readonly MendedLibrary[] }> {
  const { directory } = release;
  const isFactory = basename(directory) === factoryName;
  const places = isFactory ? placesAt(dirname(directory), home.root) : installationOf(home, release)?.places;
  if (places === undefined) {
    const message = `cannot fall back: ${directory} is neither a slot nor the factory release`;
    return { outcome: 'refused', message, mended: [] };
  }
  const mended = await Array.fromAsync(mendLibraries({ storage, places }));
  return { ...(await fallBack({ storage, places, clock, isBlameless: mended.length > 0 })), mended };
}
