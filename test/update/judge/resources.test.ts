import assert from 'node:assert/strict';
import test from 'node:test';
import type { Taken } from '../../../src/system/taken.ts';
import { hearTrial, judgeTrial } from '../../../src/update/judge/gate.ts';
import type { GateFacts, GateSample } from '../../../src/update/judge/gate-facts.ts';
import { facts, limits, well } from './minute-of-a-trial.ts';

const own: Taken = {
  atMs: 0, aliveMs: 600_000, processes: 1, memoryBytes: 150e6, processorMs: 60_000, threads: 14, descriptors: 60, writtenBytes: 60e6,
  first: { memoryBytes: 150e6, processorMs: 60_000 },
}; // prettier-ignore

/** A trial of so long, measured once a second, each measurement changed. */
function trial(
  seconds: number,
  change: (second: number) => Partial<Taken>,
  changed: Partial<GateFacts> = {},
): GateFacts {
  const taken = Array.from({ length: seconds }, (_, second) => ({ ...own, atMs: (second + 1) * 1000, ...change(second + 1) })); // prettier-ignore
  const nowMs = seconds * 1000;
  const { samples, baseline, ...rest } = facts();
  const last: GateSample = { ...well, atMs: nowMs, frames: nowMs / 125, memoryBytes: taken.at(-1)?.memoryBytes ?? 0 };
  const all = [...samples.filter(({ atMs }) => atMs < nowMs), last];
  return { ...rest, nowMs, asked: [], samples: all, taken, baseline: { ...baseline, taken: own }, ...changed };
}

function verdict(given: GateFacts, probationMs = 60_000): string {
  const said = judgeTrial(given, { ...limits, probationMs });
  return said.outcome === 'revert' ? said.trigger : said.outcome;
}

/** From one second of the trial to the next, until it is over or commits. */
function end(seconds: number, change: (second: number) => Partial<Taken>, probationMs = 60_000): string {
  for (let atS = 2; atS <= seconds; atS += 1) {
    const said = verdict(trial(atS, change), probationMs);
    if (said !== 'hold') return said;
  }
  return 'hold';
}

const holding = (megabytes: number): Partial<Taken> => ({ memoryBytes: megabytes * 1e6 });

test('a leak is seen by its slope before the limit is reached, fast ones sooner', () => {
  assert.equal(verdict(trial(60, () => ({}))), 'commit');
  const large = { memoryBytes: 290e6 };
  const beside = (seconds: number, change: (second: number) => Partial<Taken>): string =>
    verdict(trial(seconds, change, { baseline: { ...facts().baseline, taken: { ...own, ...large } } }));
  const fast = (second: number): Partial<Taken> => holding(290 + 8 * second);
  assert.deepEqual([29, 30].map((second) => beside(second, fast)), ['hold', 'leak'], '530 MB: the limit is 580'); // prettier-ignore
  const slow = (second: number): Partial<Taken> => holding(150 + 0.6 * second);
  assert.equal(
    verdict(trial(60, slow)),
    'commit',
    'a minute is too short for a leak that needs four to reach the limit',
  );
  assert.equal(verdict(trial(250, slow), 600_000), 'leak', 'ten are not, and the limit is not reached');
  assert.equal(
    end(20, (second) => holding(150 + 30 * second)),
    'memory',
    'one that is there at once',
  );
});

test('what warms up, saws, comes and goes, or is simply larger is no leak', () => {
  const good: Record<string, (second: number) => Partial<Taken>> = {
    'more memory by a third': () => holding(195),
    'warming up': (second) => holding(150 + 100 * (1 - Math.exp(-second / 8))),
    'a collector that saws': (second) => holding(150 + (second % 12) * 8),
    'a collector that waits for long': (second) => holding(150 + (second % 80)),
    'a picture now and then': (second) => holding(second % 15 === 7 ? 250 : 160),
    'a picture that is too large for a moment': (second) => holding(second % 20 === 7 ? 400 : 160),
    'one step': (second) => holding(second > 30 ? 220 : 150),
    'noise': (second) => holding(170 + ((second * 7919) % 13)),
    'a little more with each minute': (second) => holding(150 + second / 6),
    'callers that connect one after the other': (second) => ({ descriptors: 60 + Math.min(200, 2 * second) }),
    'a backup': (second) => ({ writtenBytes: 60e6 + 20e6 * Math.max(0, Math.min(second - 20, 12)) }),
    'work that comes to an end': (second) => ({ processorMs: 60_000 + 1000 * Math.min(second, 30) }),
    'another decoder': (second) => (second > 20 ? { processes: 3, threads: 30, descriptors: 110 } : {}),
  }; // prettier-ignore
  for (const [name, change] of Object.entries(good)) {
    assert.equal(verdict(trial(60, change)), 'commit', name);
    assert.equal(end(59, change), 'hold', name);
    assert.equal(end(250, change, 600_000), 'hold', `${name}, for long`);
  }
});

test('growth that slows down is no leak', () => {
  const baseline = { ...facts().baseline, taken: { ...own, memoryBytes: 290e6 } };
  const slowing = (second: number): Partial<Taken> =>
    holding(290 + 280 * (1 - Math.exp(-Math.max(0, second - 10) / 8)));
  for (const second of [28, 29, 30, 31, 32, 40]) assert.equal(verdict(trial(second, slowing, { baseline })), 'hold');
  assert.equal(verdict(trial(60, slowing, { baseline })), 'commit');
});

test('what callers bring only keeps a trial waiting; one on its way to the limit is not committed in the middle of it', () => {
  const rising = (second: number): Partial<Taken> => holding(150 + 8 * second);
  const crowded = Array.from({ length: 91 }, (_, second) => ({
    ...well,
    atMs: second * 1000,
    frames: second,
    callers: 'crowd' as const,
  }));
  const beside = { ...facts().baseline, taken: { ...own, memoryBytes: 290e6 } };
  const asCrowded = (seconds: number): Partial<GateFacts> => ({ samples: crowded.slice(0, seconds + 1) });
  assert.equal(verdict(trial(45, rising, { ...asCrowded(45), baseline: beside })), 'hold');
  const writing = (megabytes: number) => (second: number) => ({ writtenBytes: 60e6 + megabytes * 1e6 * second });
  assert.equal(verdict(trial(90, writing(8), asCrowded(90)), 600_000), 'hold');
  assert.equal(verdict(trial(90, writing(20), asCrowded(90)), 600_000), 'leak', 'callers do not write so much');
  assert.equal(verdict(trial(45, rising, { baseline: beside })), 'leak');
  const given = trial(8, (second) => holding(150 + 12 * second));
  const said = judgeTrial(given, { ...limits, probationMs: 6000 });
  assert.ok(said.outcome === 'hold' && said.missing.some((word) => word.includes('memory')), JSON.stringify(said));
});

test('descriptors, threads, processes and written bytes that grow are leaks, and too many of them end a trial', () => {
  assert.equal(
    end(120, (second) => ({ descriptors: 60 + 22 * second }), 600_000),
    'leak',
  );
  assert.equal(
    end(120, (second) => ({ threads: 14 + 0.8 * second }), 600_000),
    'leak',
  );
  assert.equal(
    end(120, (second) => ({ writtenBytes: 60e6 + 30e6 * second }), 600_000),
    'leak',
  );
  assert.equal(verdict(trial(15, () => ({ processes: 40 }))), 'resources');
  assert.equal(verdict(trial(60, () => ({ threads: 30, processes: 3, descriptors: 240 }))), 'commit');
});

test('a release that never rests is not committed', () => {
  assert.equal(verdict(trial(60, (second) => ({ processorMs: 60_000 + 950 * second }))), 'hold');
  assert.equal(verdict(trial(60, (second) => ({ processorMs: 60_000 + 700 * second }))), 'commit');
});

test('a thread that runs in a circle is seen, however little time it gets, and work that comes to an end is waited for', () => {
  const working = (waits: (second: number) => number) => (second: number): Partial<Taken> =>
    second % 5 === 0 ? { workers: { main: { processorMs: 100 * second, waits: 50 * second }, one: { processorMs: 100 * second, waits: waits(second) } } } : {};
  assert.equal(verdict(trial(60, working(() => 3))), 'hold');
  assert.equal(verdict(trial(70, working(() => 3))), 'resources');
  assert.equal(verdict(trial(70, working((second) => (second > 20 ? 4 : 3)))), 'hold');
  assert.equal(verdict(trial(70, working((second) => (second > 65 ? 4 : 3)))), 'commit', 'it has waited once');
  assert.equal(verdict(trial(70, (second) => (second % 5 === 0 ? { workers: { one: { processorMs: 100, waits: 3 } } } : {}))), 'commit', 'it sleeps');
}); // prettier-ignore

test('a release listens nowhere that its incumbent does not, and has the door in one hand', () => {
  const door = '0100A8C0:8080';
  const baseline = { ...facts().baseline, taken: { ...own, openAddresses: [door] } };
  const looking = (open: (second: number) => Partial<Taken>): string =>
    verdict(trial(60, (second) => (second % 5 === 0 ? { openAddresses: [door], sharedSockets: 0, ...open(second) } : {}), { baseline }));
  assert.equal(looking(() => ({})), 'commit');
  const stray = { openAddresses: [door, '00000000:9000'] };
  assert.equal(looking((second) => (second === 30 ? stray : {})), 'commit', 'a moment');
  assert.equal(looking((second) => (second === 60 ? stray : {})), 'hold', 'just now');
  assert.equal(looking((second) => (second > 40 ? stray : {})), 'resources');
  assert.equal(looking((second) => (second === 60 ? { sharedSockets: 1 } : {})), 'hold', 'a child that is being started');
  assert.equal(looking((second) => (second > 40 ? { sharedSockets: 1 } : {})), 'resources');
}); // prettier-ignore

test('figures of its own that are less than was measured end a trial', () => {
  const saying = (megabytes: number, processorMs: number): string => {
    const words = Array.from({ length: 240 }, (_, beat) => ({
      ...well, atMs: (beat + 1) * 250, frames: 400 + beat, memoryBytes: megabytes * 1e6, processorMs,
    })); // prettier-ignore
    return verdict(trial(60, () => ({}), { samples: words }));
  };
  assert.equal(saying(120, 61_000), 'commit');
  assert.equal(saying(250, 90_000), 'commit', 'files, and its children');
  assert.equal(saying(60, 60_000), 'own-figures');
  assert.equal(saying(150, 1000), 'own-figures');
});

test('what was not measured yet, or is hidden, is never well', () => {
  assert.equal(verdict(trial(60, () => ({}), { taken: [] })), 'hold');
  const hiding = trial(60, () => ({})).taken?.map(({ descriptors: _hidden, ...taken }) => taken) ?? [];
  assert.equal(verdict(trial(60, () => ({}), { taken: hiding })), 'hold');
});

test('the processor time on a strained machine is the measured one', () => {
  const strained = { system_resources: { status: 'unhealthy', runs: 0 }, database: { status: 'healthy', runs: 12 } };
  const samples = Array.from({ length: 60 }, (_, second) => ({
    ...well, atMs: second * 1000, processorMs: 60_000, frames: 400 + second,
    checks: { ...strained, system_resources: { status: 'unhealthy', runs: second } },
  })); // prettier-ignore
  const baseline = { ...facts().baseline, checks: ['database', 'system_resources'], processors: 2, processorPercent: 5, taken: own };
  const taking = (share: number): string =>
    verdict(trial(60, (second) => ({ first: { memoryBytes: 150e6, processorMs: 61_000 + share * 1000 * second } }), { samples, baseline }));
  assert.equal(taking(1.2), 'processor');
  assert.equal(taking(0.05), 'hold', 'strained by somebody else');
}); // prettier-ignore

test('its evidence stands beside each word', () => {
  const { judges } = hearTrial(
    trial(60, () => ({})),
    limits,
  );
  const said = judges.find(({ judge }) => judge === 'leak');
  assert.match(said?.evidence?.saw ?? '', /memory 150 MB, the incumbent 150 MB; descriptors 60/);
});
