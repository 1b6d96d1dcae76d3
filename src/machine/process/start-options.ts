/**
 * How the bell's process is started, by whatever starts it: the checkout, the unit, the executable, tests and benches. What
 * repeats these words because it cannot read them (scripts/doorward.sh, systemd/doorward.service) is held to them by a test.
 * Each line is measured by `npm run bench:look -- --options` (test/bench/README.md has the table).
 */

/**
 * Node's words. A young generation of 1 MB, because garbage of a bell that waits is not worth 16 MB; code is kept short
 * rather than inlined.
 */
export const nodeOptions: readonly string[] = ['--max-semi-space-size=1', '--optimize-for-size'];

/**
 * Blocks of so many bytes are mapped apart, and as much is kept of what was given back: pictures of people come and go.
 * What comes with every look must not lie in such blocks, or each look has the kernel clear thousands of pages: the nets
 * keep their working memory in an arena (inference-session.ts).
 */
export const keptBytes = 65_536;

/** The C library's part: read before the first line of a program, so it has to be in the environment. One arena for all threads. */
export const mallocEnvironment: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: `${keptBytes}`,
  MALLOC_TRIM_THRESHOLD_: `${keptBytes}`,
};
