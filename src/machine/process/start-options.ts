/**
 * How the bell's process is started, by whatever starts it: the checkout, the unit, the executable, tests and benches. What
 * repeats these words because it cannot read them (scripts/doorward.sh, systemd/doorward.service) is held to them by a test.
 * Each is measured by leaving it out: `npm run -s bench:look -- --options`; the figures are megabytes resident of the bell.
 */

/**
 * Node's words. A young generation of 1 MB, because garbage of a bell that waits is not worth 16 (without: 245 instead of
 * 243, and more the longer it runs); code that is kept short rather than fast (without: 264). The collector, for whoever reads
 * megabytes in small pieces (collect-young.ts): with a camera that ffmpeg reads the idle bell takes 8 MB less, and three
 * quarters of the processor time, for the kernel need not clear new pages all the while.
 */
export const nodeOptions: readonly string[] = ['--max-semi-space-size=1', '--optimize-for-size', '--expose-gc'];

/**
 * Blocks of so many bytes are mapped apart, and as much is kept of what was given back: pictures of people come and go.
 * What comes with every look must not lie in such blocks, or each look has the kernel clear thousands of pages: the nets
 * keep their working memory in an arena (inference-session.ts). The nets alone take 159 MB with it and 163 without; before
 * the arena it was 149 and 173, and a look took 19 ms of a processor instead of 13.
 */
export const keptBytes = 65_536;

/**
 * The C library's part: read before the first line of a program, so it has to be in the environment. One arena for all threads
 * (without: 275).
 */
export const mallocEnvironment: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: `${keptBytes}`,
  MALLOC_TRIM_THRESHOLD_: `${keptBytes}`,
};
