import assert from 'node:assert/strict';
import test from 'node:test';
import { examineGroups, examineKernel, examineLink, examineMemoryGroups } from '../../src/command/examine-device.ts';

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

test('a kernel that limits no memory is told of, with the way to mend it', () => {
  const [ill] = examineMemoryGroups('cpuset cpu io pids\n');
  assert.equal(ill?.verdict, 'advice');
  assert.match(ill.advice ?? '', /cgroup_enable=memory .*\/boot\/firmware\/cmdline\.txt/);
  assert.equal(examineMemoryGroups('cpuset cpu io memory pids\n')[0]?.verdict, 'good');
  assert.deepEqual(examineMemoryGroups(''), []);
});

test('a bell that may not open cameras or buttons is told so; a machine without one is not asked', () => {
  const passwd = 'root:x:0:0:root:/root:/bin/bash\ndoorward:x:990:990:Doorward:/var/lib/doorward:/usr/sbin/nologin\n';
  const [ill] = examineGroups(passwd, 'video:x:44:pi,doorward\ngpio:x:993:pi\n');
  assert.equal(ill?.verdict, 'mend');
  assert.match(ill.message, /is not in gpio: it may not open/);
  const [well] = examineGroups(passwd, 'video:x:44:doorward\ngpio:x:993:pi,doorward\n');
  assert.equal(well?.verdict, 'good');
  assert.deepEqual(examineGroups('root:x:0:0:root:/root:/bin/bash\n', ''), []);
});

test('the link that power-on follows is looked at', () => {
  assert.deepEqual(examineLink(undefined, false), []);
  assert.equal(examineLink('slots/b', true)[0]?.verdict, 'good');
  assert.equal(examineLink('factory', true)[0]?.verdict, 'advice');
  for (const link of [undefined, 'slots/c'])
    assert.match(examineLink(link, true)[0]?.message ?? '', /power-on starts nothing/);
});
