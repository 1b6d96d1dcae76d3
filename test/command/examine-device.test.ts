import assert from 'node:assert/strict';
import test from 'node:test';
import { examineKernel } from '../../src/command/examine-device.ts';

const pi = 'Raspberry Pi 4 Model B Rev 1.4';

test('on a Pi the doctor says plainly which kernel has no driver for its camera modules', () => {
  const debian =
    'Linux version 6.12.107+deb13-arm64 (debian-kernel@lists.debian.org) (gcc 14) #1 SMP Debian 6.12.107-1';
  const [finding] = examineKernel(pi, debian);
  assert.equal(finding?.verdict, 'advice');
  assert.match(finding.message, /Debian’s kernel has no driver for the Pi’s own camera modules/);
  const own =
    'Linux version 6.12.47+rpt-rpi-v8 (serge@raspberrypi.com) (gcc 14 (Debian 14.2.0-19)) #1 SMP PREEMPT Debian 1:6.12.47-1+rpt1';
  assert.deepEqual(
    examineKernel(pi, own).map(({ verdict }) => verdict),
    ['good'],
  );
  assert.deepEqual(examineKernel('', debian), []);
});
