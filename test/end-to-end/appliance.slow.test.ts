// One visitor, from the button to every place that hears of it; and what stays when the power goes.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { demoPicture } from '../people/demo-faces.ts';
import { type, newFolder, startAppliance, waitFor, type Appliance } from './appliance-process.ts';
import { openReceiver, picturesIn } from './street.ts';

interface Visit {
  readonly id: string;
  readonly phase: string;
  readonly outcome: string | null;
  readonly personName: string | null;
  readonly reason: string | null;
  readonly frames: readonly string[];
  readonly trace: Readonly<Record<string, number>>;
  readonly notifications: readonly { kind: string; channel: string; status: string; attempts: number }[];
}

const visitsOf = async (appliance: Appliance): Promise<readonly Visit[]> =>
  (await appliance.json<{ visits: readonly Visit[] }>('/api/v1/visits')).visits;
const visitOf = (appliance: Appliance, id: string): Promise<Visit> => appliance.json(`/api/v1/visits/${id}`);

/** Whom the process called, by the system calls that it made; undefined where they cannot be watched. */
function watchCalls(file: string): readonly string[] | undefined {
  if (spawnSync('strace', ['-V']).status !== 0) return undefined;
  return ['strace', '-D', '-f', '--seccomp-bpf', '-qq', '-o', file, '-e', 'trace=connect'];
}

test('the button is pressed: the ring is announced, the name follows, and everybody hears of it who should', async (t) => {
  const folder = newFolder(t);
  const home = join(folder, 'home');
  const [enrolment = ''] = await picturesIn(join(folder, 'enrolment'), 'red');
  await picturesIn(join(folder, 'street'), 'redElsewhere');
  const enrolled = await type(['--home', home, 'people', 'add', 'Ada', enrolment]);
  assert.deepEqual([enrolled.code, enrolled.err], [0, '']);

  const secret = 'between you and me';
  const receiver = await openReceiver(t, { secret, refusals: 2 });
  const bell = join(folder, 'bell');
  execFileSync('mkfifo', [bell]);
  const calls = join(folder, 'calls');
  const appliance = await startAppliance(t, {
    home,
    through: watchCalls(calls),
    environment: { DOORWARD_NOTIFY_WEBHOOK_SECRET: secret },
    settings: {
      'camera.source': `folder:${join(folder, 'street')}`,
      'button.line': `pipe:${bell}`,
      'notify.webhookUrl': receiver.url,
    },
  });
  await waitFor('pictures flow', async () => (await appliance.get('/api/v1/snapshot.jpg')).status === 200);
  appendFileSync(bell, '1');
  await waitFor('the ring', () => appliance.process.out.includes('Somebody is at the door'));
  appendFileSync(bell, '0');
  await waitFor('the name', () => appliance.process.out.includes('\nAda is at the door\n'));
  const { out } = appliance.process;
  assert.ok(out.indexOf('Somebody is at the door') < out.indexOf('Ada is at the door'));

  const [visit] = await visitsOf(appliance);
  assert.ok(visit !== undefined);
  await t.test(
    'the webhook is signed, keeps its keys, tells the ring before the name, and is tried again',
    async () => {
      const accepted = (kind: string) =>
        receiver.deliveries.find(({ body, status }) => status === 200 && body.kind === kind);
      await waitFor('both deliveries', () => accepted('ring') !== undefined && accepted('name') !== undefined);
      assert.ok(receiver.deliveries.every(({ isSigned }) => isSigned));
      assert.equal(accepted('ring')?.body.text, 'Somebody is at the door');
      assert.equal(accepted('name')?.body.text, 'Ada is at the door', 'by default, and not only by what was set');
      const { body } = accepted('name') ?? {};
      for (const address of [body?.visitUrl, body?.pictureUrl])
        assert.equal((await fetch(String(address))).status, 200, `${address} leads to what it says`);
      const first = (kind: string) => receiver.deliveries.findIndex(({ body }) => body.kind === kind);
      assert.ok(first('ring') < first('name'), JSON.stringify(receiver.deliveries));
      for (const { body, key } of receiver.deliveries) assert.equal(key, accepted(body.kind)?.key);
      assert.equal(new Set(receiver.deliveries.map(({ key }) => key)).size, 2);
      await waitFor('the outbox is empty', async () =>
        (await visitOf(appliance, visit.id)).notifications.every(({ status }) => status === 'sent'),
      );
    },
  );
  await t.test('the visit keeps who it was, why, its frames and its latencies', async () => {
    const whole = await visitOf(appliance, visit.id);
    assert.deepEqual([whole.phase, whole.outcome, whole.personName], ['decided', 'known', 'Ada']);
    assert.match(
      whole.reason ?? '',
      /^Ada: distance 0\.\d\d \(0\.50 allowed\), nobody else is near, \d of \d frames agree$/,
    );
    assert.ok(whole.frames.length > 0);
    for (const path of [...whole.frames, `/api/v1/visits/${visit.id}/thumbnail.jpg`])
      assert.equal((await appliance.get(path)).status, 200, path);
    const { stored = NaN, rung = NaN, firstFrame = NaN, detected = NaN, named = NaN } = whole.trace;
    assert.ok(
      stored <= rung && rung <= named && firstFrame <= detected && detected <= named,
      JSON.stringify(whole.trace),
    );
  });
  await t.test('the metrics of the contract count it', async () => {
    const { text } = await appliance.get('/metrics');
    const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    assert.match(text, /^doorbell_triggers_total\{trigger_source="button",time_of_day="\w+"\} 1$/m);
    assert.match(text, /^face_recognition_requests_total\{result_type="\w+",confidence_bucket="\w+"\} 1$/m);
    assert.match(text, /^notifications_sent_total\{channel="webhook",notification_type="name",status="\w+"\} 1$/m);
    assert.equal(value('known_faces_database_size'), 1);
    for (const name of [
      'pipeline_events_total', 'pipeline_processing_duration_seconds_bucket', 'pipeline_queue_size', 'pipeline_worker_health',
      'system_memory_usage_bytes', 'system_memory_total_bytes', 'system_disk_usage_percent', 'user_sessions_active',
      'http_requests_total', 'http_request_duration_seconds_bucket',
    ]) assert.match(text, new RegExp(`^${name}(\\{.*\\})? [\\d.e+-]+$`, 'm'), name); // prettier-ignore
    for (const name of [
      'face_recognition_accuracy',
      'errors_total',
      'security_events_total',
      'system_cpu_usage_percent',
    ])
      assert.match(text, new RegExp(`^# TYPE ${name} `, 'm'), name);
    assert.doesNotMatch(text, /Ada/);
  });
  await t.test('it ends well, and its log is lines of the contract that one id ties together', async () => {
    const { code, err } = await appliance.stop();
    assert.equal(code, 0, err);
    for (const line of err.trimEnd().split('\n')) {
      assert.ok(line.startsWith('{'), line);
      const { timestamp, level, logger, message, context } = JSON.parse(line) as Record<string, unknown>;
      assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.ok(['DEBUG', 'INFO', 'WARN', 'ERROR'].includes(String(level)), line);
      assert.ok(typeof logger === 'string' && typeof message === 'string' && typeof context === 'object', line);
    }
    const ofVisit = appliance.process.log().filter(({ context }) => context['correlation_id'] === visit.id);
    const messages = ofVisit.map(({ message }) => message);
    assert.ok(messages.indexOf('somebody is at the door') >= 0, messages.join());
    assert.ok(
      ofVisit.some(({ context }) => context['kind'] === 'name'),
      JSON.stringify(ofVisit),
    );
    assert.doesNotMatch(err, /Ada/, 'nobody can erase a name from a log');
    assert.ok(new Set(ofVisit.map(({ logger }) => logger)).size > 1, 'visit and notify speak of the same visit');
    assert.ok(!existsSync(join(home, 'running.json')));
  });
  await t.test('nothing was called but the webhook that its owner named', () => {
    if (!existsSync(calls)) return t.diagnostic('system calls cannot be watched here');
    const called = readFileSync(calls, 'utf8')
      .split('\n')
      .filter((line) => /sa_family=AF_INET6?/.test(line));
    assert.ok(called.length > 0, 'the watch saw no delivery: it is blind');
    const elsewhere = called.filter(
      (line) => !line.includes(`sin_port=htons(${receiver.port}), sin_addr=inet_addr("127.0.0.1")`),
    );
    assert.deepEqual(elsewhere, []);
  });
});

test('what was acknowledged outlives SIGKILL: each ring has its row and is finished; people and visits stay', async (t) => {
  const folder = newFolder(t);
  const home = join(folder, 'home');
  const [enrolment = ''] = await picturesIn(join(folder, 'enrolment'), 'red');
  await picturesIn(join(folder, 'street'), 'redElsewhere');
  const settings = { 'camera.source': `folder:${join(folder, 'street')}`, 'notify.ratePerMinute': '1000' };
  let appliance = await startAppliance(t, { home, settings });
  assert.equal((await appliance.type('people', 'add', 'Ada', enrolment)).code, 0);
  const acknowledged = new Set<string>();
  // Each life ends at another step: as soon as the ring is acknowledged, when it is rung, when it is captured, later.
  for (const delayMs of [0, 60, 150, 400]) {
    await waitFor('pictures flow', async () => (await appliance.get('/api/v1/snapshot.jpg')).status === 200);
    const { visitId } = await appliance.post<{ visitId: string }>('/api/v1/trigger', {});
    acknowledged.add(visitId);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await appliance.kill();
    appliance = await startAppliance(t, { home, settings });
  }
  const decided = async (): Promise<readonly Visit[] | undefined> => {
    const visits = await visitsOf(appliance);
    return visits.every(({ phase }) => phase === 'decided') ? visits : undefined;
  };
  const visits = await waitFor('every visit is finished', decided);
  assert.deepEqual(new Set(visits.map(({ id }) => id)), acknowledged);
  for (const { outcome, reason } of visits) assert.ok(outcome !== null && reason !== null);
  assert.ok(
    visits.some(({ personName }) => personName === 'Ada'),
    JSON.stringify(visits),
  );

  const before = (await appliance.type('people', 'list')).out;
  assert.match(before, /^Ada +household +1 face/);
  assert.equal((await appliance.stop()).code, 0);
  const later = await type(['--home', home, 'visits']);
  assert.deepEqual([later.code, later.out.split('\n').length - 1], [0, acknowledged.size], later.err);
  assert.equal((await type(['--home', home, 'people', 'list'])).out, before);
  assert.equal((await type(['--home', home, 'audit', 'verify'])).code, 0);
});

test('pictures pushed over HTTP are looked at as any others; a stranger stays one until named', async (t) => {
  const folder = newFolder(t);
  const appliance = await startAppliance(t, { home: join(folder, 'home') });
  const walking = new AbortController();
  const picture = await demoPicture('green');
  const walk = (async (): Promise<number> => {
    let taken = 0;
    while (!walking.signal.aborted) {
      const { status } = await fetch(`${appliance.address}/api/v1/frames`, {
        method: 'POST', body: Buffer.from(picture), headers: { 'content-type': 'image/jpeg' },
      }); // prettier-ignore
      assert.ok([202, 503].includes(status), `${status}`);
      if (status === 202) taken += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return taken;
  })();
  await waitFor('pictures flow', async () => (await appliance.get('/api/v1/snapshot.jpg')).status === 200);
  const rung = await appliance.type('ring');
  assert.match(
    rung.out,
    /^ringing…\nA stranger is at the door \(stranger\): nobody enrolled looks like this, \d frames\n$/,
  );
  const strangers = await appliance.type('strangers');
  const id = /(\S+)$/.exec(strangers.out.trimEnd())?.[1] ?? '';
  assert.match(strangers.out, /^last seen .* +1 visit +\S+\n$/);
  const named = await appliance.type('strangers', 'name', id, 'Grace');
  assert.match(named.out, /^Grace: 1 past visit, \d faces? enrolled \(\S+\)\n$/, named.err);
  assert.equal((await appliance.type('strangers')).out, 'No strangers.\n');
  assert.match((await appliance.type('visits')).out, /Grace/);
  assert.match((await appliance.type('ring')).out, /\nGrace is at the door \(known\)/);
  walking.abort();
  assert.ok((await walk) > 0);
});
