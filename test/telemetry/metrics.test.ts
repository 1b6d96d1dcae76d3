import assert from 'node:assert/strict';
import test from 'node:test';
import type { EventData, EventType, PipelineEvent } from '../../src/system/event.ts';
import { confidenceBucket, timeOfDay } from '../../src/telemetry/buckets.ts';
import { Metrics, type Gauges } from '../../src/telemetry/metrics.ts';
import { StillClock } from './still-clock.ts';

function newMetrics(gauges: () => Gauges = () => ({}), clock = new StillClock()): Metrics {
  const build = { version: '0.1.0', node: '24.21.0', recogniser: 'face_recognition-int8-1' };
  return new Metrics({ clock, build, gauges, timeZone: 'UTC' });
}

function event(type: EventType, data: EventData = {}, status: PipelineEvent['status'] = 'success'): PipelineEvent {
  return { type, status, component: 'visit', data };
}

/** Values by `name{labels}`. */
async function scrape(metrics: Metrics): Promise<Map<string, number>> {
  const { body } = await metrics.text();
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

const contract = [
  'pipeline_events_total counter', 'pipeline_processing_duration_seconds histogram', 'pipeline_queue_size gauge',
  'pipeline_worker_health gauge', 'face_recognition_requests_total counter', 'face_recognition_accuracy gauge',
  'known_faces_database_size gauge', 'system_cpu_usage_percent gauge', 'system_memory_usage_bytes gauge',
  'system_memory_total_bytes gauge', 'system_disk_usage_percent gauge', 'doorbell_triggers_total counter',
  'notifications_sent_total counter', 'user_sessions_active gauge', 'errors_total counter',
  'security_events_total counter', 'http_requests_total counter', 'http_request_duration_seconds histogram',
]; // prettier-ignore

test('every metric of the contract is published with its type, in the text format', async () => {
  const { body, contentType } = await newMetrics().text();
  const types = body
    .split('\n')
    .filter((line) => line.startsWith('# TYPE '))
    .map((line) => line.slice(7));
  assert.deepEqual(
    types.filter((type) => !type.startsWith('doorward_')),
    contract,
  );
  assert.match(contentType, /^text\/plain; version=0\.0\.4/);
});

test('events are counted by type and status', async () => {
  const metrics = newMetrics();
  metrics.count(event('FRAME_CAPTURED'));
  metrics.count(event('FRAME_CAPTURED'));
  metrics.count(event('FRAME_CAPTURED', {}, 'failure'));
  const values = await scrape(metrics);
  assert.equal(values.get('pipeline_events_total{event_type="FRAME_CAPTURED",status="success"}'), 2);
  assert.equal(values.get('pipeline_events_total{event_type="FRAME_CAPTURED",status="failure"}'), 1);
});

test('a trigger is counted with its source and the local time of day', async () => {
  const clock = new StillClock(Date.parse('2026-11-20T05:59:59Z'));
  const metrics = newMetrics(() => ({}), clock);
  for (const time of ['05:59', '06:00', '11:59', '12:00', '17:59', '18:00', '21:59', '22:00']) {
    clock.nowMs = Date.parse(`2026-11-20T${time}:00Z`);
    metrics.count(event('DOORBELL_PRESSED', { triggerSource: 'button' }));
  }
  const values = await scrape(metrics);
  for (const part of ['morning', 'afternoon', 'evening', 'night']) {
    assert.equal(values.get(`doorbell_triggers_total{trigger_source="button",time_of_day="${part}"}`), 2, part);
  }
});

test('the hour is the household’s, not that of UTC', async () => {
  const clock = new StillClock(Date.parse('2026-07-01T20:30:00Z'));
  const parts = { clock, build: { version: '1', node: '24', recogniser: 'r' }, gauges: () => ({}) };
  const metrics = new Metrics({ ...parts, timeZone: 'Europe/Berlin' });
  metrics.count(event('DOORBELL_PRESSED', { triggerSource: 'api' }));
  assert.equal((await scrape(metrics)).get('doorbell_triggers_total{trigger_source="api",time_of_day="night"}'), 1);
});

test('motion is counted by the visit that it begins, a press by its ring, and neither twice', async () => {
  const metrics = newMetrics();
  metrics.count(event('EVENT_CREATED', { triggerSource: 'motion' }));
  metrics.count(event('EVENT_CREATED', { triggerSource: 'button' }));
  metrics.count(event('DOORBELL_PRESSED', { triggerSource: 'button' }));
  const values = await scrape(metrics);
  const counts = [...values].filter(([name]) => name.startsWith('doorbell_triggers_total')).map(([, count]) => count);
  assert.deepEqual(counts, [1, 1]);
});

test('midnight is hour 0, and night', () => {
  assert.equal(timeOfDay(0), 'night');
});

test('recognitions are counted by result and bucket of confidence', async () => {
  const metrics = newMetrics();
  metrics.count(event('FACE_RECOGNIZED', { outcome: 'known', confidence: 0.9 }));
  metrics.count(event('FACE_RECOGNIZED', { outcome: 'probably', confidence: 0.89 }));
  metrics.count(event('FACE_UNKNOWN', { confidence: 0.5 }));
  metrics.count(event('NO_FACES_DETECTED'));
  const values = await scrape(metrics);
  const name = 'face_recognition_requests_total';
  assert.equal(values.get(`${name}{result_type="known",confidence_bucket="high"}`), 1);
  assert.equal(values.get(`${name}{result_type="probably",confidence_bucket="medium"}`), 1);
  assert.equal(values.get(`${name}{result_type="stranger",confidence_bucket="low"}`), 1);
  assert.equal(values.get(`${name}{result_type="no_face",confidence_bucket="very_low"}`), 1);
  assert.deepEqual([0.9, 0.7, 0.5, 0.49, undefined].map(confidenceBucket), [
    'high',
    'medium',
    'low',
    'very_low',
    'very_low',
  ]);
});

test('a watched person is a security event, whose series begins with 0 so that an alert sees the first', async () => {
  const metrics = newMetrics();
  const series = 'security_events_total{event_type="watched_person",source="visit",action_taken="alarm"}';
  assert.equal((await scrape(metrics)).get(series), 0);
  metrics.count(event('FACE_BLACKLISTED', { confidence: 0.95 }));
  assert.equal((await scrape(metrics)).get(series), 1);
});

test('notifications and errors are counted by what they are', async () => {
  const metrics = newMetrics();
  const data = { channel: 'webhook', notificationKind: 'name' };
  metrics.count(event('NOTIFICATION_SENT', data));
  metrics.count(event('NOTIFICATION_FAILED', { ...data, errorType: 'unreachable', severity: 'high' }, 'failure'));
  const values = await scrape(metrics);
  const labels = 'channel="webhook",notification_type="name"';
  assert.equal(values.get(`notifications_sent_total{${labels},status="sent"}`), 1);
  assert.equal(values.get(`notifications_sent_total{${labels},status="failed"}`), 1);
  assert.equal(values.get('errors_total{component="visit",error_type="unreachable",severity="high"}'), 1);
});

test('durations go into the histogram of their stage, in seconds; those since the press also into their own', async () => {
  const metrics = newMetrics();
  metrics.count(event('FRAME_PROCESSED', { stage: 'detect', durationMs: 40 }));
  metrics.count(event('DOORBELL_PRESSED', { stage: 'ring', durationMs: 120 }));
  metrics.count(event('EVENT_ENRICHED', { stage: 'visit', durationMs: 700 }));
  metrics.count(event('PERFORMANCE_METRIC', { stage: 'notified', durationMs: 900 }));
  const values = await scrape(metrics);
  const stage = 'pipeline_processing_duration_seconds';
  assert.equal(values.get(`${stage}_bucket{le="0.01",stage="detect",worker_id="visit"}`), 0);
  assert.equal(values.get(`${stage}_bucket{le="0.05",stage="detect",worker_id="visit"}`), 1);
  assert.equal(values.get(`${stage}_sum{stage="detect",worker_id="visit"}`), 0.04);
  assert.equal(values.get('doorward_press_to_ring_seconds_bucket{le="0.15"}'), 1);
  assert.equal(values.get('doorward_press_to_name_seconds_sum'), 0.7);
  assert.equal(values.get('doorward_press_to_notified_seconds_count'), 1);
});

test('the origin’s gauge fault: a gauge is set at every scrape, never added to', async () => {
  const metrics = newMetrics(() => ({
    knownFaces: 5, cpuPercent: 12, outboxPending: 3,
    memory: { usedBytes: 100, totalBytes: 400, ownBytes: 50 },
    disks: [{ mountPoint: '/', usedPercent: 40 }],
    queues: [{ name: 'notifications', workerType: 'notify', size: 3 }],
    workers: [{ id: 'inference', type: 'thread', isHealthy: false }],
  })); // prettier-ignore
  await scrape(metrics);
  const values = await scrape(metrics);
  assert.equal(values.get('known_faces_database_size'), 5);
  assert.equal(values.get('system_cpu_usage_percent'), 12);
  assert.equal(values.get('system_memory_usage_bytes'), 100);
  assert.equal(values.get('system_disk_usage_percent{mount_point="/"}'), 40);
  assert.equal(values.get('pipeline_queue_size{queue_name="notifications",worker_type="notify"}'), 3);
  assert.equal(values.get('pipeline_worker_health{worker_id="inference",worker_type="thread"}'), 0);
  assert.equal(values.get('doorward_outbox_pending'), 3);
});

test('a figure that nobody knows is absent, also when it was known before', async () => {
  let gauges: Gauges = { cpuPercent: 12, disks: [{ mountPoint: '/', usedPercent: 40 }], isAuditVerified: true };
  const metrics = newMetrics(() => gauges);
  assert.equal((await scrape(metrics)).get('doorward_audit_verified'), 1);
  gauges = {};
  const values = await scrape(metrics);
  for (const name of [
    'system_cpu_usage_percent',
    'system_disk_usage_percent{mount_point="/"}',
    'doorward_audit_verified',
  ]) {
    assert.equal(values.has(name), false, name);
  }
  assert.equal(
    [...values.keys()].some((name) => name.startsWith('face_recognition_accuracy')),
    false,
  );
});

test('the origin’s counter fault: counters only go up, also when their source begins again', async () => {
  let framesTotal = 10;
  const metrics = newMetrics(() => ({
    camera: { framesTotal, restarts: 1, gapMsMax: 1500, startMs: 250 },
    inferenceBusyMs: 2000,
  }));
  await scrape(metrics);
  const second = await scrape(metrics);
  assert.equal(second.get('doorward_camera_frames_total'), 10); // The same facts twice are no new frames.
  assert.equal(second.get('doorward_camera_restarts_total'), 1);
  assert.equal(second.get('doorward_inference_seconds_total'), 2);
  assert.equal(second.get('doorward_camera_gap_seconds_max'), 1.5);
  assert.equal(second.get('doorward_camera_start_seconds'), 0.25);
  framesTotal = 4;
  assert.equal((await scrape(metrics)).get('doorward_camera_frames_total'), 14);
});

test('requests are counted by the pattern of their route', async () => {
  const metrics = newMetrics();
  metrics.httpRequest({ method: 'GET', endpoint: '/api/v1/people/:id', status: 200, durationMs: 20 });
  metrics.httpRequest({ method: 'BREW', endpoint: 'unmatched', status: 404, durationMs: 1 });
  const values = await scrape(metrics);
  assert.equal(values.get('http_requests_total{method="GET",endpoint="/api/v1/people/:id",status="200"}'), 1);
  assert.equal(values.get('http_requests_total{method="other",endpoint="unmatched",status="404"}'), 1);
  assert.equal(values.get('http_request_duration_seconds_sum{method="GET",endpoint="/api/v1/people/:id"}'), 0.02);
});

test('labels are bounded: whoever invents values fills one series called other', async () => {
  const metrics = newMetrics();
  for (let count = 0; count < 500; count += 1) {
    metrics.httpRequest({ method: 'GET', endpoint: `/invented/${count}`, status: 404, durationMs: 1 });
  }
  const values = await scrape(metrics);
  const series = [...values.keys()].filter((name) => name.startsWith('http_requests_total'));
  assert.equal(series.length, 51);
  assert.equal(values.get('http_requests_total{method="GET",endpoint="other",status="404"}'), 450);
});

test('no name of a person reaches a label', async () => {
  const metrics = newMetrics();
  metrics.count(
    event('FACE_RECOGNIZED', { name: 'Ada Lovelace', personId: 'person-1', visitId: 'visit-1', confidence: 1 }),
  );
  const { body } = await metrics.text();
  assert.doesNotMatch(body, /Ada|person-1|visit-1/);
});
