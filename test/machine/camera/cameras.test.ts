import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import test from 'node:test';
import { networkVideo, redact } from '../../../src/machine/camera/camera-address.ts';
import { openCamera } from '../../../src/machine/camera/cameras.ts';
import { cameraParts, watch } from './camera-bench.ts';

const options = { ...cameraParts(), demoFolder: '/nowhere/demo' };

function described(source: string): string {
  const opened = openCamera(source, options);
  return opened.outcome === 'opened' ? opened.camera.description : opened.message;
}

test('each kind of camera is opened by its source', () => {
  assert.equal(described('demo'), 'demo visitors');
  assert.equal(described('push'), 'pictures pushed over HTTP');
  assert.equal(described('folder:/pictures/of mine'), 'folder /pictures/of mine');
  assert.equal(described('/videos/door.mp4'), 'video /videos/door.mp4');
  assert.equal(described('door.mp4'), `video ${resolve('door.mp4')}`);
  assert.equal(described('/dev/video0'), 'camera /dev/video0');
  assert.equal(described('rtsp://door.local:8554/1'), 'camera rtsp://door.local:8554/1');
  const push = openCamera('push', options);
  assert.ok(push.outcome === 'opened' && push.push !== undefined);
  const demo = openCamera('demo', options);
  assert.ok(demo.outcome === 'opened' && demo.demo !== undefined);
});

test('anything else is refused with a list of what is possible, and without its secrets', () => {
  const refused = ['', 'dmeo', 'folder:', 'ftp://a:secret@b/c', 'concat:a|b', 'data:secret', 'rtsp://', 'a\0.mp4'];
  for (const source of refused) {
    const result = openCamera(source, options);
    assert.equal(result.outcome, 'refused', source);
    assert.match(
      result.message,
      /^cannot use camera\.source .*demo, push, none, folder:PATH, .*rtsp:\/\/.*\/dev\/video0$/,
    );
    assert.doesNotMatch(result.message, /secret/);
  }
});

test('no camera at all is a camera that fails at once with its reason', async () => {
  const opened = openCamera('none', options);
  assert.ok(opened.outcome === 'opened');
  const { end } = await watch(opened.camera, 1);
  assert.deepEqual(end, { outcome: 'failed', reason: 'cannot see: camera.source is none' });
});

test('ffmpeg may open nothing but what the source names', () => {
  const input = networkVideo('https://door.local/live.m3u8')?.input ?? [];
  const allowed = input[input.indexOf('-protocol_whitelist') + 1]?.split(',') ?? [];
  assert.ok(allowed.includes('https') && !allowed.includes('file') && !allowed.includes('concat'));
  for (const source of ['-i', '-f lavfi', '-version.mp4']) {
    const opened = openCamera(source, options);
    if (opened.outcome === 'opened') assert.match(opened.camera.description, /^video \//, 'an option became a path');
  }
});

test('a password is shown nowhere, however it is written', () => {
  const addresses = [
    'rtsp://ada:p%40ss%20w@door.local/1',
    'rtsp://ada:p@ss%20w@door.local/1',
    'http://door.local/video?user=ada&pwd=p%40ss%20w',
    'rtsp://door.local/user=ada_password=p%40ss%20w_channel=1.sdp',
  ];
  for (const address of addresses) {
    const source = networkVideo(address);
    assert.ok(source !== undefined, address);
    assert.doesNotMatch(source.description, /ss( |%20)w/, address);
    const complaint = `${address}: 401; ${URL.parse(address)?.href ?? ''} refused; Server said p@ss w, p%40ss%20w`;
    const shown = redact(complaint, source.secrets);
    if (address.includes('channel')) continue;
    assert.doesNotMatch(shown, /ss( |%20)w/, shown);
    assert.match(shown, /401/);
  }
});
