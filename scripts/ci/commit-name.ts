import { execFileSync } from 'node:child_process';

/** The commit that is checked out, with a mark when files were changed since: then it names nothing for sure. */
export const changedMark = '+';

export function commitName(): string {
  const ask = (...words: readonly string[]): string => execFileSync('git', words, { encoding: 'utf8' }).trim();
  return `${ask('rev-parse', '--short', 'HEAD')}${ask('status', '--porcelain', '--untracked-files=no') === '' ? '' : changedMark}`;
}
