import assert from 'node:assert/strict';
import test from 'node:test';
import { CallerCount, isUpload } from '../../../src/update/judge/callers.ts';

const started = (): { seen: CallerCount; wait: (ms: number) => void } => {
  let nowMs = 10_000;
  return { seen: new CallerCount({ uptimeMs: () => nowMs }), wait: (ms) => (nowMs += ms) };
};

test('a crowd is noticed at once and forgotten after two seconds', () => {
  const { seen, wait } = started();
  for (let call = 1; call <= 5; call += 1) seen.noteCall();
  assert.equal(seen.callers, 'few');
  for (let call = 6; call <= 39; call += 1) seen.noteCall();
  assert.equal(seen.callers, 'some', 'a page with its pictures');
  seen.noteCall();
  assert.equal(seen.callers, 'crowd');
  wait(1500);
  assert.equal(seen.callers, 'crowd');
  wait(1500);
  assert.equal(seen.callers, 'few');
});

test('whoever looks twenty times a second is no crowd, for however long', () => {
  const { seen, wait } = started();
  for (let call = 1; call <= 200; call += 1) {
    seen.noteCall();
    wait(50);
    assert.notEqual(seen.callers, 'crowd');
  }
});

test('bytes of a picture are no crowd; those of a release, or of picture after picture, are while they come', () => {
  const { seen, wait } = started();
  seen.noteBytes(3_000_000);
  assert.equal(seen.callers, 'few');
  seen.noteBytes(3_000_000);
  assert.equal(seen.callers, 'crowd');
  wait(2500);
  assert.equal(seen.callers, 'few');
});

test('pictures that are looked at side by side are a crowd until they are answered, and never for as long as nobody answers', () => {
  const { seen, wait } = started();
  const answered = seen.noteUpload();
  assert.equal(seen.callers, 'some', 'one alone');
  seen.noteUpload();
  assert.equal(seen.callers, 'crowd');
  answered();
  assert.equal(seen.callers, 'some');
  seen.noteUpload();
  assert.equal(seen.callers, 'crowd');
  wait(5000);
  assert.equal(seen.callers, 'few', 'what is never answered is no excuse');
});

test('settings and words are no uploads', () => {
  assert.equal(isUpload(), false);
  assert.equal(isUpload('application/json; charset=utf-8'), false);
  assert.equal(isUpload('image/jpeg'), true);
});
