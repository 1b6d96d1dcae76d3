import assert from 'node:assert/strict';
import test from 'node:test';
import { RequestFigures } from '../../../src/update/judge/request-figures.ts';

test('requests and errors are counted for good, times over the last minute', () => {
  let nowMs = 0;
  const figures = new RequestFigures({ uptimeMs: () => nowMs });
  assert.deepEqual(figures.summary(), { requests: 0, errors: 0 }, 'no request, no time');
  figures.note({ method: 'GET', endpoint: '/api/v1/visits', status: 500, durationMs: 900 });
  nowMs = 61_000;
  for (let request = 1; request <= 100; request += 1)
    figures.note({ method: 'GET', endpoint: '/', status: 200, durationMs: request });
  assert.deepEqual(figures.summary(), { requests: 101, errors: 1, meanMs: 50.5, p99Ms: 100 });
});

test('a watcher that is told of trouble got the right answer', () => {
  const figures = new RequestFigures({ uptimeMs: () => 0 });
  figures.note({ method: 'GET', endpoint: '/health', status: 503, durationMs: 1 });
  figures.note({ method: 'GET', endpoint: '/api/v1/frames', status: 503, durationMs: 1 });
  assert.equal(figures.summary().errors, 0, 'and what is told to come again is no fault either');
});

test('reads that failed are told once, so that the incumbent can ask the same', () => {
  const figures = new RequestFigures({ uptimeMs: () => 0 });
  const failed = {
    method: 'GET',
    endpoint: '/api/v1/visits/:id',
    address: '/api/v1/visits/7?x',
    status: 500,
    durationMs: 1,
  };
  figures.note(failed);
  figures.note({ ...failed, method: 'POST', address: '/api/v1/trigger' });
  figures.note({ ...failed, status: 503, address: '/api/v1/snapshot.jpg' });
  assert.deepEqual(figures.takeFailed(), ['/api/v1/visits/7?x']);
  assert.deepEqual(figures.takeFailed(), []);
});
