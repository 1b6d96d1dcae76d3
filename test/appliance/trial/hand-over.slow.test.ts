import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeDisk } from '../../../src/machine/node/node-disk.ts';
import type { Heartbeat } from '../../../src/update/trial-protocol.ts';
import { verifyAudit } from '../../../src/telemetry/audit-verify.ts';
import { crowd } from '../crowd.ts';
import { get, isAlive, Street, until } from '../street.ts';

interface Done {
  readonly outcome: string;
  readonly durationMs: number;
}

test('a candidate takes over under load and gives everything back: no request fails, every press has its row', async (t) => {
  const street = await Street.open(t);
  const stop = new AbortController();
  const wait = { slowestMs: 0 };
  await street.startCandidate(); // Takes minutes on a busy machine: people come when it is there.
  const asking = crowd(street.address, stop.signal, wait);
  const pressing = street.pressUntil(stop.signal);
  const times = await street.handOver();
  const { slowestMs } = wait;
  let cameraGapMs: number | undefined;
  await until(async () => {
    const heartbeat = await street.order<{ message: Pick<Heartbeat, 'requests' | 'cameraGapMs'> } | undefined>(
      'heartbeat',
    );
    cameraGapMs = heartbeat?.message.cameraGapMs;
    return heartbeat !== undefined && heartbeat.message.requests > 0 && cameraGapMs !== undefined;
  });
  await street.order('ask', { kind: 'revert', reason: 'a test' });
  const back = await street.order<Done>('take-back'); // While the candidate finishes what it has in its hands.
  assert.equal(back.outcome, 'done');
  const before = street.presses;
  await until(() => street.presses > before + 5);
  stop.abort();
  const { requests, failures } = await asking;
  const presses = await pressing;
  t.diagnostic(JSON.stringify({ ...times, cameraGapMs, takeBackMs: back.durationMs, requests, slowestMs, presses }));
  assert.deepEqual(failures, []);
  await until(() => street.presses >= presses).catch(() => t.diagnostic(street.lastWords()));
  assert.equal(street.presses, presses);
  await until(() => street.count("SELECT count(*) FROM visits WHERE phase <> 'decided'") === 0);
  await until(() => street.count("SELECT count(*) FROM notifications WHERE status = 'pending'") === 0);
  assert.equal(new Set(street.delivered).size, street.delivered.length, 'nobody is told twice');
  const sent = "SELECT count(*) FROM notifications WHERE status = 'sent' AND channel = 'webhook'";
  assert.equal(street.delivered.length, street.count(sent), 'and everybody once');
  const verdict = await verifyAudit(nodeDisk, join(street.home, 'audit'));
  assert.equal(verdict.outcome, 'whole', 'two writers would have broken the chain');
});

test('a committed candidate stays when the incumbent has left, with the lock and the door', async (t) => {
  const street = await Street.open(t);
  const stop = new AbortController();
  const asking = crowd(street.address, stop.signal);
  const pressing = street.pressUntil(stop.signal);
  await street.startCandidate();
  await street.handOver();
  await street.order('name-main');
  assert.deepEqual(await street.order('ask', { kind: 'commit' }), { kind: 'committed' });
  const { incumbent } = street;
  assert.ok(incumbent);
  const ended = once(incumbent, 'exit');
  void street.order('leave').catch(() => undefined);
  assert.deepEqual(await ended, [0, null], 'the incumbent ends by itself');
  await until(async () => (await street.running())?.pid === street.candidatePid);
  await until(async () => (await street.running())?.address === street.address);
  const before = street.presses;
  await until(() => street.presses > before + 5);
  stop.abort();
  const { failures } = await asking;
  const presses = await pressing;
  assert.deepEqual(failures, []);
  await until(() => street.presses >= presses);
  assert.equal(street.presses, presses);
  process.kill(street.candidatePid, 'SIGTERM');
  await until(() => !isAlive(street.candidatePid));
  assert.equal(
    street.count("SELECT count(*) FROM visits WHERE phase <> 'decided'"),
    0,
    'it finished what was under way',
  );
});

for (const phase of ['hello', 'prepare', 'hand-over', 'take-over'] as const) {
  test(`a candidate killed after ${phase}: the incumbent serves, sees and hears the button again`, async (t) => {
    const street = await Street.open(t);
    await street.startCandidate();
    if (phase === 'prepare') await street.order('ask', { kind: 'prepare' });
    if (phase === 'hand-over') await street.order('hand-over');
    if (phase === 'take-over') await street.handOver();
    process.kill(street.candidatePid, 'SIGKILL');
    const waiting = get(`${street.address}/ready`, undefined).then(
      ({ status }) => status,
      () => 0, // One that the candidate had accepted goes with it.
    );
    await until(async () => (await street.order('ended')) === 'signal SIGKILL');
    const back = await street.order<Done>('take-back');
    assert.equal(back.outcome, 'done');
    t.diagnostic(`take-back ${Math.round(back.durationMs)} ms`);
    if (phase === 'hand-over') assert.equal(await waiting, 200, 'who came meanwhile has waited in the queue');
    const { framesTotal } = await street.order<{ framesTotal: number }>('gap');
    await street.press();
    await until(() => street.presses === 1);
    await until(async () => (await street.order<{ framesTotal: number }>('gap')).framesTotal > framesTotal);
    assert.equal((await get(`${street.address}/ready`, undefined)).status, 200);
  });
}

test('a candidate killed at any moment of a hand-over, again and again: nobody is refused, and every press has one row', async (t) => {
  const street = await Street.open(t);
  const stop = new AbortController();
  const pressing = street.pressUntil(stop.signal);
  let onStage = 0;
  for (const delayMs of [0, 150, 300, 600, 900, 1200, 1600, 2200]) {
    await street.startCandidate();
    const handing = street.handOver().then(
      () => 'done',
      () => 'failed',
    );
    await sleep(delayMs); // Any moment will do: none of them may matter.
    process.kill(street.candidatePid, 'SIGKILL');
    if ((await handing) === 'done') onStage += 1;
    await until(async () => (await street.order('ended')) === 'signal SIGKILL');
    assert.equal((await street.order<Done>('take-back')).outcome, 'done');
    assert.equal((await get(`${street.address}/ready`, undefined)).status, 200);
  }
  stop.abort();
  const presses = await pressing;
  await until(() => street.presses >= presses);
  assert.equal(street.presses, presses);
  t.diagnostic(`${presses} presses, all stored, ${onStage} kills of a candidate on duty`);
});

test('a candidate in probation killed around a press: the press has its row, and only one', async (t) => {
  const street = await Street.open(t, ['--button.debounceMs=10']);
  let presses = 0;
  // Before the debounce, at its end, while the row is written, and after: 25 ms after the first edge comes the second.
  for (const delayMs of [0, 8, 11, 14, 18, 40]) {
    await street.startCandidate();
    await street.handOver();
    const pressing = street.press();
    await sleep(delayMs);
    process.kill(street.candidatePid, 'SIGKILL');
    await pressing;
    presses += 1;
    await until(async () => (await street.order('ended')) === 'signal SIGKILL');
    assert.equal((await street.order<Done>('take-back')).outcome, 'done');
    await until(() => street.presses >= presses);
    assert.equal(street.presses, presses);
  }
  await until(() => street.count("SELECT count(*) FROM visits WHERE phase <> 'decided'") === 0);
});

test('while a candidate that was told to go is still there, new presses ring; what it has in its hands waits for its end', async (t) => {
  const street = await Street.open(t);
  await street.startCandidate();
  await street.handOver();
  process.kill(street.candidatePid, 'SIGSTOP');
  await street.press(); // Told to it, and not heard.
  await street.order('serve-beside');
  await street.press();
  await until(() => street.presses === 2); // What was told to it waits for it no longer than a second.
  await until(() => street.count("SELECT count(*) FROM visits WHERE phase <> 'decided'") === 0);
  assert.deepEqual(street.delivered, [], 'it may be delivering the same');
  process.kill(street.candidatePid, 'SIGKILL');
  assert.equal((await street.order<Done>('gone')).outcome, 'done');
  await until(() => street.presses === 2);
  await until(() => street.count("SELECT count(*) FROM notifications WHERE status = 'pending'") === 0);
  assert.equal(new Set(street.delivered).size, street.delivered.length);
  assert.ok(street.delivered.length >= 2, 'the ring of each press');
});

test('the visit of a candidate that is still there is left to it, and so is the audit chain', async (t) => {
  const street = await Street.open(t, ['--camera.framesPerSecond=1']);
  await street.startCandidate();
  await street.handOver();
  await street.press();
  await until(() => street.presses === 1);
  await until(() => street.freezeCandidate()); // In the middle of its visit.
  const undecided = "SELECT count(*) FROM visits WHERE phase <> 'decided'";
  assert.equal(street.count(undecided), 1);
  await street.order('serve-beside');
  const audited = street.audited();
  await street.press();
  await until(() => street.count('SELECT count(*) FROM visits') === 2);
  await until(() => street.count("SELECT count(*) FROM visits WHERE phase = 'decided'") > 0);
  const first = 'SELECT phase FROM visits ORDER BY rowid LIMIT 1';
  assert.notEqual(street.answer(first), 'decided', 'it may be finishing the same');
  assert.equal(street.audited(), audited, 'it may be writing the same chain');
  process.kill(street.candidatePid, 'SIGKILL');
  assert.equal((await street.order<Done>('gone')).outcome, 'done');
  await until(() => street.count(undecided) === 0);
  await until(() => street.audited() !== audited);
  assert.equal((await verifyAudit(nodeDisk, join(street.home, 'audit'))).outcome, 'whole');
});

test('when the incumbent dies in probation, the candidate ends itself', async (t) => {
  const street = await Street.open(t);
  await street.startCandidate();
  await street.handOver();
  street.incumbent?.kill('SIGKILL');
  await until(() => !isAlive(street.candidatePid));
});

test('a candidate that hangs is killed, and the door is answered again', async (t) => {
  const street = await Street.open(t);
  await street.startCandidate();
  await street.handOver();
  process.kill(street.candidatePid, 'SIGSTOP');
  await street.press(); // Waits in the line.
  const waiting = get(`${street.address}/ready`, undefined);
  assert.equal(await street.order('stop', 100), undefined);
  assert.equal(await street.order('ended'), 'signal SIGKILL');
  assert.equal((await street.order<Done>('take-back')).outcome, 'done');
  assert.equal((await waiting).status, 200, 'who came meanwhile has waited in the queue');
  await until(() => street.presses === 1);
});

test('listeners of events are sent away, come back with their last id, and have missed nothing', async (t) => {
  const street = await Street.open(t);
  const first = await street.listen(undefined);
  await street.press();
  await until(() => first.types.includes('DOORBELL_PRESSED'));
  await street.startCandidate();
  await street.handOver();
  await first.ended;
  await street.press();
  await until(() => street.presses === 2);
  const second = await street.listen(first.lastId());
  await until(() => second.types.includes('DOORBELL_PRESSED'));
  assert.ok(
    second.ids.every((id) => id > first.lastId()),
    'ids go on counting',
  );
  second.close();
});

test('with the models let go presses still ring, and after the take-back visitors are looked at again', async (t) => {
  const street = await Street.open(t);
  const decided = (): number => street.count("SELECT count(*) FROM visits WHERE phase = 'decided'");
  await street.order('make-room');
  await street.press();
  await until(() => street.presses === 1);
  await until(() => decided() === 1);
  assert.equal((await street.order<Done>('take-back')).outcome, 'done');
  await street.press();
  await until(() => decided() === 2);
  assert.equal(street.count("SELECT count(*) FROM visits WHERE outcome = 'stranger'"), 1);
});

test('the rehearsal decides the same visits from the same frames in the same way', async (t) => {
  const street = await Street.open(t);
  await street.press();
  await until(() => street.count("SELECT count(*) FROM visits WHERE phase = 'decided'") === 1);
  interface Material {
    outcome: string;
    directory: string;
    decisions: { visitId: string; outcome: string; personId?: string }[];
  }
  const material = await street.order<Material>('material', 20);
  assert.equal(material.outcome, 'prepared');
  assert.equal(material.decisions.length, 1);
  await street.startCandidate();
  const visitIds = material.decisions.map(({ visitId }) => visitId);
  const { directory } = material;
  const report = await street.order<Record<string, unknown>>('ask', { kind: 'rehearse', directory, visitIds });
  assert.deepEqual(report['failures'], []);
  const decided = material.decisions.map(({ visitId, outcome, personId }) => ({
    visitId, outcome, ...(personId === undefined ? {} : { personId }),
  })); // prettier-ignore
  assert.deepEqual(report['decisions'], decided);
  assert.equal((await street.order<{ requests: number }>('baseline')).requests, 0, 'nobody at the door has noticed');
});

test('nobody but an appliance starts a candidate', () => {
  const main = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');
  const { status, stderr } = spawnSync(process.execPath, [main, 'candidate'], { encoding: 'utf8', timeout: 120_000 });
  assert.equal(status, 2);
  assert.match(stderr, /cannot be a candidate: only a running appliance starts one/);
});
