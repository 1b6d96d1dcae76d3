import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { usbCamera } from '../../../src/machine/camera/usb-camera.ts';
import { chooseFormat } from '../../../src/machine/camera/usb-formats.ts';
import { cameraParts, watch } from './camera-bench.ts';

const webcam = `
[video4linux2,v4l2 @ 0x55d] Raw       :     yuyv422 :           YUYV 4:2:2 : 640x480 352x288 320x240 800x600
[video4linux2,v4l2 @ 0x55d] Compressed:       mjpeg :          Motion-JPEG : 640x480 1280x720 1920x1080
[video4linux2,v4l2 @ 0x55d] Compressed: Unsupported :                 Z16  : 1280x720
/dev/video0: Immediate exit requested`;
const hd = { width: 1280, height: 720 };

test('a size that a camera gives only as JPEG is asked for as JPEG', () => {
  assert.deepEqual(chooseFormat(webcam, hd), { inputFormat: 'mjpeg', ...hd });
});

test('a small picture is taken raw: it needs no decoding', () => {
  const small = { width: 640, height: 480 };
  assert.deepEqual(chooseFormat(webcam, small), { inputFormat: 'yuyv422', ...small });
});

test('a size between two takes the larger, one beyond all the largest, and a range any', () => {
  assert.deepEqual(chooseFormat(webcam, { width: 1000, height: 700 }), { inputFormat: 'mjpeg', ...hd });
  const huge = { width: 1920, height: 1920 };
  assert.deepEqual(chooseFormat(webcam, huge), { inputFormat: 'mjpeg', width: 1920, height: 1080 });
  const range = '[v4l2 @ 0x1] Raw       :     yuv420p :     Planar YUV 4:2:0 : {32-2592, 2}x{32-1944, 2}';
  assert.deepEqual(chooseFormat(range, hd), { inputFormat: 'yuv420p', ...hd });
  assert.equal(chooseFormat('cannot open video device', hd), undefined);
});

test('a USB camera is asked what it can, and opened in the best of its formats', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-usb-'));
  t.after(() => rm(folder, { recursive: true }));
  const program = join(folder, 'ffmpeg');
  const asked = `case "$*" in *-list_formats*) cat "${folder}/listing" >&2; exit 1;; esac`;
  await writeFile(join(folder, 'listing'), webcam);
  await writeFile(program, `#!/bin/sh\n${asked}\necho "$*" > "${folder}/words"\nhead -c 4608 /dev/zero\n`);
  await chmod(program, 0o755);
  const camera = usbCamera('/dev/video0', cameraParts({ ...hd, width: 64, height: 48 }), program);
  assert.equal(camera.description, 'camera /dev/video0');
  await watch(camera, 1);
  assert.match(
    await readFile(join(folder, 'words'), 'utf8'),
    / -video_size 320x240 -input_format yuyv422 -i \/dev\/video0 /,
  );
});
