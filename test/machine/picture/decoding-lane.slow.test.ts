// Real processes that decode real pictures, and die of them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import sharp from 'sharp';
import { DecodingLane, type LaneOptions } from '../../../src/machine/picture/decoding-lane.ts';
import { openOutsidePictures, roomForOne } from '../../../src/machine/picture/outside-pictures.ts';
import type { DecodeResult } from '../../../src/system/inference.ts';
import { hostilePictures } from '../../hostile/hostile-pictures.ts';

const patienceMs = 60_000;

function newLane(t: TestContext, options: Partial<LaneOptions> = {}): DecodingLane {
  const lane = new DecodingLane({
    cpuMsMax: patienceMs, wallMsMax: patienceMs, startMsMax: patienceMs, idleMsMax: patienceMs, niceness: 0, waitingMax: 4,
    room: async () => () => undefined, complain: (message) => assert.fail(message), ...options,
  }); // prettier-ignore
  t.after(() => lane.stop());
  return lane;
}

function picture(width = 64, height = 32): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#a04020' } })
    .jpeg()
    .toBuffer();
}

async function isRead(lane: DecodingLane): Promise<void> {
  const result = await lane.decode(await picture());
  assert.ok(result.outcome === 'decoded', JSON.stringify(result));
  assert.deepEqual([result.picture.width, result.picture.height], [64, 32]);
}

function pidOf({ pid }: DecodingLane): number {
  assert.ok(pid !== undefined, 'a process decodes');
  return pid;
}

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** A picture whose decoding has begun and cannot go on. */
async function held(
  t: TestContext,
  options: Partial<LaneOptions> = {},
): Promise<{ lane: DecodingLane; pid: number; result: Promise<DecodeResult> }> {
  const weighed = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const lane = newLane(t, {
    ...options,
    room: async () => {
      weighed.resolve();
      await go.promise;
      return () => undefined;
    },
  });
  await lane.decode(Buffer.concat([await picture(), Buffer.alloc(1)]).subarray(0, 60)); // Starts it.
  const pid = pidOf(lane);
  const result = lane.decode(await picture());
  await weighed.promise;
  process.kill(pid, 'SIGSTOP');
  go.resolve();
  return { lane, pid, result };
}

test('a process killed in the middle of a picture costs that picture, and the next one is read', async (t) => {
  const { lane, pid, result } = await held(t);
  process.kill(pid, 'SIGKILL');
  const refused = await result;
  assert.ok(refused.outcome === 'too-costly', refused.outcome);
  assert.match(refused.message, /^cannot read picture: the process that decodes it was ended: SIGKILL/);
  await isRead(lane);
  assert.notEqual(lane.pid, pid);
});

test('a picture that takes too long ends its process, and the next one is read', async (t) => {
  const { lane, pid, result } = await held(t, { wallMsMax: 3000 });
  const refused = await result;
  assert.ok(refused.outcome === 'too-costly', refused.outcome);
  assert.match(refused.message, /it took longer than 3 s/);
  assert.equal(isAlive(pid), false);
  await isRead(lane);
});

test('a picture that takes too much of the processor ends its process', async (t) => {
  const lane = newLane(t, { cpuMsMax: 40 });
  const data = Buffer.alloc(2900 * 2900 * 3);
  const slow = await sharp(data, { raw: { width: 2900, height: 2900, channels: 3 } })
    .png({ progressive: true })
    .toBuffer();
  const refused = await lane.decode(slow);
  assert.ok(refused.outcome === 'too-costly', refused.outcome);
  assert.match(refused.message, /it took more than 0\.04 s of a processor/);
});

test('a process is limited by the kernel, has the lowest claim to memory, and knows nothing secret', async (t) => {
  process.env['DOORWARD_SECRET_OF_TEST'] = 'hush';
  t.after(() => delete process.env['DOORWARD_SECRET_OF_TEST']);
  const lane = newLane(t, { niceness: 19 });
  const reading = isRead(lane);
  const of = (file: string): string => readFileSync(`/proc/${pidOf(lane)}/${file}`, 'utf8');
  const limitBytes = (): number => Number(/^Max data size +(\d+) /m.exec(of('limits'))?.[1]);
  const usedBytes = (): number => Number(/^VmData:\s+(\d+)/m.exec(of('status'))?.[1] ?? 0) * 1024;
  while (lane.pid === undefined) await nextTurn();
  let mostBytes = 0; // Seen of it before its limit, or after: this process looks when it has a processor.
  for (; Number.isNaN(limitBytes()); await nextTurn()) mostBytes = Math.max(mostBytes, usedBytes());
  await reading;
  mostBytes = Math.max(mostBytes, usedBytes());
  assert.ok(limitBytes() <= mostBytes + 90 * 1024 ** 2, `${limitBytes()} of ${mostBytes} bytes`);
  const leftMb = (limitBytes() - usedBytes()) / 1024 ** 2;
  assert.ok(leftMb > 40, `${leftMb} MB are left to it`);
  assert.match(of('limits'), /^Max cpu time +600 /m);
  assert.match(of('limits'), /^Max core file size +0 /m);
  assert.equal(of('oom_score_adj').trim(), '1000');
  assert.equal(of('stat').split(') ')[1]?.split(' ')[16], '19', 'its niceness');
  assert.doesNotMatch(of('environ'), /hush|HOME=/);
});

test('a process that somebody ended while it was idle costs no picture', async (t) => {
  const lane = newLane(t);
  for (let round = 0; round < 3; round += 1) {
    await isRead(lane);
    process.kill(pidOf(lane), 'SIGKILL');
  }
  await isRead(lane);
});

test('a process ends when it has no work, and when its lane stops', async (t) => {
  const lane = newLane(t, { idleMsMax: 1 });
  await isRead(lane);
  const pid = pidOf(lane);
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
  await isRead(lane);
  assert.notEqual(lane.pid, pid);
  const last = pidOf(lane);
  await lane.stop();
  assert.equal(isAlive(last), false);
  const late = await lane.decode(await picture());
  assert.equal(late.outcome, 'unavailable');
});

test('a picture under way when its lane stops is not blamed for it', async (t) => {
  const { lane, result } = await held(t);
  await lane.stop();
  assert.deepEqual(await result, { outcome: 'unavailable', message: 'cannot read picture: Doorward is ending' });
});

test('a start that the machine has no time for is waited for as long as an upload may wait', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const outside = openOutsidePictures((message) => assert.fail(message));
  t.after(() => outside.stop());
  const { uploads } = outside;
  const file = await picture();
  const result = uploads.decode(file);
  while (uploads.pid === undefined) await Promise.resolve();
  const { pid } = uploads;
  process.kill(pid, 'SIGSTOP');
  t.mock.timers.tick(40_000);
  process.kill(pid, 'SIGCONT');
  assert.deepEqual([(await result).outcome, uploads.pid], ['decoded', pid]);
});

test('a start that takes too long says so, and costs no later picture', async (t) => {
  const complaints: string[] = [];
  const lane = newLane(t, { startMsMax: 1, complain: (message) => complaints.push(message) });
  const refused = await lane.decode(await picture());
  assert.ok(refused.outcome === 'unavailable', refused.outcome);
  assert.match(refused.message, /cannot be started: it was not ready within 0\.001 s$/);
  assert.equal(complaints.length, 1);
});

test('the signals that end the house leave its picture under way alone', async (t) => {
  const lane = newLane(t);
  await isRead(lane);
  const pid = pidOf(lane);
  for (const signal of ['SIGINT', 'SIGTERM']) process.kill(pid, signal);
  await isRead(lane);
  assert.equal(lane.pid, pid);
});

test('a lane that rests has no process, and the next picture is read all the same', async (t) => {
  const lane = newLane(t);
  const under = lane.decode(await picture());
  await lane.rest();
  assert.deepEqual([(await under).outcome, lane.pid], ['decoded', undefined]);
  await isRead(lane);
});

test('more pictures than may wait are told so; those that wait are read in order', async (t) => {
  const lane = newLane(t, { waitingMax: 2 });
  const file = await picture();
  const results = await Promise.all(Array.from({ length: 5 }, () => lane.decode(file)));
  assert.deepEqual(results.map(({ outcome }) => outcome), ['decoded', 'decoded', 'decoded', 'busy', 'busy']); // prettier-ignore
});

test('large pictures of both lanes wait for each other, small ones do not', async () => {
  const room = roomForOne();
  const large = 60 * 1024 * 1024;
  const order: string[] = [];
  const leave = await room(large);
  const second = room(large).then((leaveSecond) => {
    order.push('second');
    leaveSecond();
  });
  (await room(1))();
  order.push('small');
  leave();
  await second;
  assert.deepEqual(order, ['small', 'second']);
});

test('no hostile picture is an error of ours, and none leaves a lane that cannot read the next one', async (t) => {
  const lane = newLane(t);
  const outcomes = new Set<string>();
  for (const { name, bytes, expect } of await hostilePictures({ few: true })) {
    const result = await lane.decode(bytes);
    outcomes.add(result.outcome);
    if (expect !== undefined) assert.match(result.outcome, expect, `${name}: ${JSON.stringify(result).slice(0, 200)}`);
    if (result.outcome !== 'decoded') assert.match(result.message, /^cannot read picture: /, name);
  }
  for (const outcome of ['too-large', 'corrupt', 'not-a-picture', 'too-costly', 'animated', 'empty'])
    assert.ok(outcomes.has(outcome), `none was ${outcome}`);
  await isRead(lane);
});

test('the memory of a file may be given back while its picture is decoded, and that of a refused one', async (t) => {
  const weighed = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const lane = newLane(t, {
    room: async () => {
      weighed.resolve();
      await go.promise;
      return () => undefined;
    },
  });
  const file = Uint8Array.from(await picture());
  const isRead = Promise.withResolvers<void>();
  const result = lane.decode(file, undefined, () => isRead.resolve());
  await Promise.all([weighed.promise, isRead.promise]);
  file.buffer.transfer(0);
  go.resolve();
  assert.equal((await result).outcome, 'decoded');
  for (const bytes of [
    Uint8Array.of(),
    Buffer.from('no picture'),
    await picture().then((whole) => whole.subarray(0, 60)),
  ]) {
    const isRefused = Promise.withResolvers<void>();
    assert.notEqual((await lane.decode(bytes, undefined, () => isRefused.resolve())).outcome, 'decoded');
    await isRefused.promise;
  }
});
