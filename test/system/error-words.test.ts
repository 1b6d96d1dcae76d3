import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import test from 'node:test';
import { codeOf, meaningOf, wordsOf } from '../../src/system/error-words.ts';

function systemError(code: string, rest: object = {}): Error {
  return Object.assign(new Error(`${code}: something short, write`), { code, ...rest });
}

test('what the system calls by a code is told in words, with the place and the code', async () => {
  const missing = await readFile('/nowhere/doorward.toml').catch((error: unknown) => error);
  assert.equal(wordsOf(missing), 'there is no such file or directory (/nowhere/doorward.toml, ENOENT)');
  assert.equal(codeOf(missing), 'ENOENT');
  for (const [code, words] of [
    ['ENOSPC', /^the disk is full: remove files .*\(ENOSPC\)$/],
    ['EACCES', /^permission denied: .*\(EACCES\)$/],
    ['EROFS', /^the disk is read-only: .*\(EROFS\)$/],
  ] as const)
    assert.match(wordsOf(systemError(code)), words);
  assert.equal(meaningOf('constructor'), undefined);
});

test('a connection that was refused, at every address of a name', async () => {
  const refused = await new Promise((resolve) => {
    connect({ port: 1, host: '127.0.0.1' }).once('error', resolve);
  });
  assert.equal(wordsOf(refused), 'the connection was refused: nothing listens there (127.0.0.1 port 1, ECONNREFUSED)');
  const several = new AggregateError([refused, refused, systemError('EHOSTUNREACH', { address: '::1', port: 1 })], '');
  const both = `${wordsOf(refused)}: there is no way to that host (::1 port 1, EHOSTUNREACH)`;
  assert.equal(wordsOf(Object.assign(several, { code: 'ECONNREFUSED' })), both);
  assert.equal(wordsOf(new TypeError('fetch failed', { cause: refused })), `fetch failed: ${wordsOf(refused)}`);
});

test('own words stay as they are, and a cause that they tell already is not told twice', () => {
  const cause = systemError('ENOSPC');
  const told = new Error('cannot write /x: the disk is full: remove files or shorten retention.days', {
    cause,
  });
  assert.equal(wordsOf(told), told.message);
  const deep = new Error('cannot start', { cause: new Error('cannot open the home', { cause: 'it is a file' }) });
  assert.equal(wordsOf(deep), 'cannot start: cannot open the home: it is a file');
  assert.equal(wordsOf(Object.assign(new Error('the card says no'), { code: 'ENOSPC' })), 'the card says no');
});

test('whatever else is thrown becomes words, never [object Object], and always ends', () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const loop = new Error('round');
  loop.cause = loop;
  const table: readonly (readonly [unknown, string])[] = [
    ['gone', 'gone'],
    [undefined, 'no reason was given'],
    [null, 'no reason was given'],
    [{ message: 'from another thread' }, 'from another thread'],
    [{ status: 7 }, '{ status: 7 }'],
    [circle, '<ref *1> { self: [Circular *1] }'],
    [loop, 'round'],
    [new RangeError(''), 'RangeError'],
    [42, '42'],
    [Symbol('x'), 'Symbol(x)'],
  ];
  for (const [thrown, words] of table) assert.equal(wordsOf(thrown), words);
  assert.ok(wordsOf({ text: 'x'.repeat(10_000) }).length <= 500);
});
