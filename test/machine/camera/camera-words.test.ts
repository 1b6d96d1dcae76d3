import assert from 'node:assert/strict';
import test from 'node:test';
import { cameraWords } from '../../../src/machine/camera/camera-words.ts';

test('what a program complained of is said in words for people, with nothing of its innards', () => {
  const said: readonly (readonly [string, RegExp])[] = [
    ['[tcp @ 0x55aa] Connection to tcp://127.0.0.1:1?timeout=60000000 failed: Connection refused\nrtsp://127.0.0.1:1/none: Connection refused', /^nothing answers there/],
    ['[rtsp @ 0x55aa] method DESCRIBE failed: 401 Unauthorized\nrtsp://ada:s3cret@door/1: Server returned 401 Unauthorized', /^it wants another name or password$/],
    ['[http @ 0x55aa] HTTP error 404 Not Found\nhttp://door/x: Server returned 404 Not Found', /^it has no such address/],
    ['[tcp @ 0x1] Failed to resolve hostname nowhere: Name or service not known\nrtsp://nowhere/1: Input/output error', /^no machine of this name/],
    ['/dev/video0: Device or resource busy', /^another program uses it$/],
    ['[mov @ 0x5555] moov atom not found\n/a.mp4: Invalid data found when processing input', /^it sends no video/],
    ['[h264 @ 0x55d0c8a5a2c0] a fault that nobody has met (0x7ffe12345678)', /^a fault that nobody has met/],
    ['rtsp://ada:s3cret@door.local/1: never heard of it', /^never heard of it$/],
  ]; // prettier-ignore
  for (const [complaint, words] of said) {
    const shown = cameraWords(complaint, ['s3cret']) ?? '';
    assert.match(shown, words);
    assert.doesNotMatch(shown, /0x|@|s3cret/, complaint);
  }
});

test('the damage that every network does is no reason', () => {
  assert.equal(cameraWords('[h264 @ 0x55aa] error while decoding MB 12 5, bytestream -7\n', []), undefined);
  assert.equal(cameraWords('', []), undefined);
});
