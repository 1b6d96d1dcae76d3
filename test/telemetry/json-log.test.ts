import assert from 'node:assert/strict';
import test from 'node:test';
import type { Log } from '../../src/system/log.ts';
import { createLog, type LogLevel } from '../../src/telemetry/json-log.ts';
import { lineBytesMax } from '../../src/telemetry/line-budget.ts';
import { StillClock } from './still-clock.ts';

function newLog(level: LogLevel = 'DEBUG'): { log: Log; lines: string[]; last: () => Record<string, unknown> } {
  const lines: string[] = [];
  const clock = new StillClock(Date.parse('2026-11-20T18:30:05.007Z'));
  const log = createLog({ write: (line) => lines.push(line), level, clock });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

test('a line has exactly the fields of the contract', () => {
  const { log, lines, last } = newLog();
  log.named('visit').info('visit decided', { correlation_id: 'visit-1', frames: 5 });
  assert.deepEqual(last(), {
    timestamp: '2026-11-20T18:30:05.007Z',
    level: 'INFO',
    logger: 'visit',
    message: 'visit decided',
    context: { correlation_id: 'visit-1', frames: 5 },
  });
  assert.equal(lines[0]?.endsWith('}\n'), true);
});

test('the levels are DEBUG, INFO, WARN and ERROR, and less than the set level is not written', () => {
  const { log, lines } = newLog('WARN');
  log.debug('one');
  log.info('two');
  log.warn('three');
  log.error('four');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { level: string }).level),
    ['WARN', 'ERROR'],
  );
});

test('an error becomes exception with type, message and traceback, causes included', () => {
  const { log, last } = newLog();
  const cause = new TypeError('the card was pulled');
  log.error('cannot save the frame', { error: new Error('disk is gone', { cause }), visitId: 'v' });
  const { exception, context } = last() as {
    exception: { type: string; message: string; traceback: string[] };
    context: unknown;
  };
  assert.equal(exception.type, 'Error');
  assert.equal(exception.message, 'disk is gone');
  assert.ok(exception.traceback.some((line) => line.includes('json-log.test.ts')));
  assert.ok(exception.traceback.includes('caused by TypeError: the card was pulled'));
  assert.deepEqual(context, { visitId: 'v' });
});

test('what is thrown without being an error is written too', () => {
  const { log, last } = newLog();
  log.error('odd', { error: 'just text' });
  assert.deepEqual(last()['exception'], { type: 'string', message: '"just text"', traceback: [] });
});

test('secrets and passwords in addresses never reach the log, however deep', () => {
  const { log, lines } = newLog();
  log.error('cannot open rtsp://ada:l0velace@x@door.local/1', {
    source: 'rtsp://ada:l0velace@door.local/1',
    headers: { Authorization: 'Bearer l0velace', cookie: 'l0velace' },
    deep: [{ webhookSecret: 'l0velace', note: 'token=l0velace&x=1' }],
    error: new Error('401 from http://ada:l0velace@door.local, password: l0velace'),
  });
  assert.doesNotMatch(lines.join(''), /l0velace/);
  assert.match(lines.join(''), /door\.local\/1/);
});

test('what the settings mark as secret is written nowhere, whatever it is called and wherever it stands', () => {
  const lines: string[] = [];
  const clock = new StillClock(0);
  const secrets = { names: new Set(['ntfyTopic']), values: ['wren-in-the-hedge', '/hooks/4711-abc'] };
  const log = createLog({ write: (line) => lines.push(line), level: 'DEBUG', clock, secrets });
  log.named('notify').warn('cannot post to https://hooks.example.org/hooks/4711-abc', {
    ntfyTopic: 'short',
    deep: [{ said: 'it is wren-in-the-hedge' }],
    error: new Error('refused: wren-in-the-hedge', { cause: new Error('at /hooks/4711-abc') }),
  });
  assert.doesNotMatch(lines.join(''), /wren|4711|short/);
  assert.match(lines.join(''), /hooks\.example\.org\[hidden\]/);
});

test('what cannot be JSON, and what is too much, is written small', () => {
  const { log, last } = newLog();
  const circle: Record<string, unknown> = {};
  circle['circle'] = circle;
  log.info('odd %s %d', {
    circle,
    big: 10n,
    face: new Float32Array(128),
    nothing: undefined,
    not: Number.NaN,
    text: 'x'.repeat(9000),
  });
  const context = last()['context'] as Record<string, unknown>;
  assert.equal(last()['message'], 'odd %s %d');
  assert.equal(context['big'], '10');
  assert.equal(context['face'], '[512 bytes]');
  assert.equal(context['not'], 'NaN');
  assert.match(String(context['text']), /^x{4000}… \(9000 characters\)$/);
});

test('a hostile name stays inside its line', () => {
  const { log, lines, last } = newLog();
  const name = 'Ada\n{"level":"ERROR"}\u001b[2J';
  log.info('person enrolled', { name });
  assert.equal(lines.join('').split('\n').length, 2);
  assert.equal((last()['context'] as { name: string }).name, name);
});

test('a flood of lines is bounded by the minute, and what was left out is counted; errors have room of their own', () => {
  const lines: string[] = [];
  const clock = new StillClock(0);
  const log = createLog({ write: (line) => lines.push(line), level: 'INFO', clock });
  const bytes = (): number => lines.join('').length;
  for (let ring = 0; ring < 5000; ring += 1) log.info('somebody is at the door', { correlation_id: `visit-${ring}` });
  assert.ok(bytes() <= lineBytesMax && bytes() > lineBytesMax - 300, `${bytes()} bytes`);
  const kept = lines.length;
  log.error('the camera is gone', {});
  assert.match(lines.at(-1) ?? '', /the camera is gone/);
  clock.nowMs += 60_000;
  log.info('all is well', {});
  const [told, after] = lines.slice(-2).map((line) => JSON.parse(line) as { message: string; context: object });
  assert.deepEqual([told?.message, told?.context], ['lines were left out', { lines: 5000 - kept }]);
  assert.equal(after?.message, 'all is well');
  log.info('and so it is', {});
  assert.match(lines.at(-1) ?? '', /and so it is/, 'told once');
});
