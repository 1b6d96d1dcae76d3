/** The table of tools against Debian's own word: each is there, and belongs to the package that the table names. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import test from 'node:test';
import packages from '../../scripts/debian/tools.json' with { type: 'json' };

const folders = ['/usr/bin', '/usr/sbin', '/bin', '/sbin'];

/** Every name that the file has: /bin and /usr/bin are one folder, and dpkg knows one of them; some names are links. */
function pathsOf(tool: string): readonly string[] {
  const places = tool.startsWith('/') ? [tool] : folders.map((folder) => `${folder}/${tool}`);
  return places.filter((path) => existsSync(path)).flatMap((path) => [path, realpathSync(path)]);
}

/** The packages that have each of these files. */
function ownersOf(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const { stdout } = spawnSync('dpkg', ['--search', ...paths], { encoding: 'utf8' });
  const lines = stdout.split('\n').filter((line) => !line.startsWith('diversion'));
  return new Map(lines.map((line) => /^(.*): (\/.*)$/.exec(line)).map((found) => [found?.[2] ?? '', (found?.[1] ?? '').split(', ')])); // prettier-ignore
}

test('every tool of the table is there, and of its package', () => {
  const tools = Object.entries(packages).map(([tool, wanted]) => ({ tool, wanted, paths: pathsOf(tool) }));
  const owners = ownersOf(tools.flatMap(({ paths }) => paths));
  const wrong = tools.flatMap(({ tool, wanted, paths }) => {
    const names = paths.flatMap((path) => owners.get(path) ?? []);
    return names.includes(wanted) ? [] : [`${tool} is of ${names.join(', ') || 'nothing here'}, not of ${wanted}`];
  });
  assert.deepEqual(wrong, []);
});
