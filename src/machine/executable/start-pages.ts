import { systemAddon } from './system-addon.ts';

/** By then the nets are loaded and the first frames are seen: what a start alone needs is no longer read. */
const startMsMax = 10_000;

/**
 * Gives back what only a start needs of the program's file: 60 MB of the 90 that it has read by then, and more where the
 * kernel reads in large pieces. Done at the start alone: later it would be what the next press needs, and under pressure
 * that would have to come from the card.
 */
export function letGoOfStartPages(): void {
  forgetPages();
  setTimeout(forgetPages, startMsMax).unref();
}

/** Those that were read so far. Nothing hangs on it: an addon of an older build, or none, does without. */
export function forgetPages(): void {
  try {
    systemAddon()?.forgetFilePages();
  } catch {
    // Whoever needs the addon for more than memory says what is wrong with it.
  }
}
