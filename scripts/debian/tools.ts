/**
 * Every program that scripts and tests run, and every file of Debian that they read, with its package: `tools.json` is the
 * table. `.ci/run` installs from it, and what is missing is said from it.
 * Chosen: JSON, which a shell reads too; rejected: a list in `.ci/run`; why: nobody saw that it lacked what a test had asked for.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import packages from './tools.json' with { type: 'json' };

export type Tool = keyof typeof packages;

/** Those of root too: a user's PATH is without them, and the programs there can be named all the same. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

export function searchPath(): string {
  return [process.env['PATH'] ?? '', ...systemFolders].join(':');
}

/** Refuses before an hour is spent, and says how to go on. */
export function requireTools(...tools: readonly Tool[]): void {
  const missing = tools.filter((tool) => !isThere(tool));
  if (missing.length > 0) throw new Error(`cannot go on: ${wordsFor(missing)}`);
}

/** What to do about a program that could not be started. */
export function adviceFor(program: string): string {
  return isTool(program) ? wordsFor([program]) : `${program} is missing`;
}

export function isTool(name: string): name is Tool {
  return Object.hasOwn(packages, name);
}

export function packageOf(tool: Tool): string {
  return packages[tool];
}

function wordsFor(missing: readonly Tool[]): string {
  const wanted = [...new Set(missing.map(packageOf))];
  return `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: apt-get install ${wanted.join(' ')}`;
}

function isThere(tool: Tool): boolean {
  if (tool.startsWith('/')) return existsSync(tool);
  return searchPath()
    .split(':')
    .some((folder) => existsSync(join(folder, tool)));
}
