import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { mallocEnvironment, nodeOptions } from '../../../src/machine/process/start-options.ts';

const checkout = join(import.meta.dirname, '..', '..', '..');
const environment = Object.entries(mallocEnvironment)
  .map(([name, value]) => `${name}=${value}`)
  .join(' ');

/** The settings of the C library in a text, and Node's words in it. */
function said(file: string): { readonly malloc: readonly string[]; readonly node: readonly string[] } {
  const text = readFileSync(join(checkout, file), 'utf8').replaceAll(/^#.*$/gm, '');
  const lines = text.split('\n').filter((line) => line.includes('MALLOC_'));
  return {
    malloc: lines.map((line) => line.slice(line.indexOf('MALLOC_')).trim()),
    node: /exec node (.*?) "/.exec(text)?.[1]?.split(' ') ?? [],
  };
}

test('the checkout and the unit start the bell with the words that stand in one place', () => {
  assert.deepEqual(said('scripts/doorward.sh'), { malloc: [environment], node: nodeOptions });
  assert.deepEqual(said('systemd/doorward.service'), { malloc: [environment], node: [] });
});
