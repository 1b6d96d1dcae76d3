import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { plantedFiles } from './planted-lines.ts';

test('every line that makes a release go wrong still has its place in the sources', () => {
  const files = plantedFiles(join(import.meta.dirname, '..', '..'));
  assert.ok(files.size > 4);
  const texts = [...files.values()].join('\n');
  for (const moment of ['hello', 'took-over', 'committed', 'powered-on'])
    assert.ok(texts.includes(`plantedAt('${moment}')`), moment);
  assert.match(texts, /\[foundation, [^\]]*\.\.\.plantedSchema\]/);
});
