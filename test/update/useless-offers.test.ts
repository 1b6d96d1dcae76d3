import assert from 'node:assert/strict';
import test from 'node:test';
import { emptyRecord } from '../../src/slot/trial-record.ts';
import { lookFar } from '../../src/update/check.ts';
import { chooseOffer } from '../../src/update/choose-offer.ts';
import { paused } from '../../src/update/acquire.ts';
import { emptyNotebook, type Notebook } from '../../src/update/notebook.ts';
import type { LookResult, Offer } from '../../src/update/offer.ts';
import { setAside, stillOffered } from '../../src/update/set-aside.ts';
import type { UpdateTools } from '../../src/update/update-parts.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const offerOf = (version: string): Offer => ({
  from: 'a server',
  file: version,
  version,
  isOrdered: false,
  source: { bytes: 104, read: async () => new Uint8Array(100) },
});

/** The updater's tools in front of one source, and a clock that can be put on. */
function toolsFor(look: LookResult, fraction = 0): { tools: UpdateTools; now: { ms: number } } {
  const now = { ms: 0 };
  const tools = {
    sources: [{ name: 'a server', isNear: false, look: async () => look }],
    settings: { checkIntervalMinutes: 360 },
    clock: { uptimeMs: () => now.ms },
    random: { fraction: () => fraction },
    log: { warn: () => undefined },
  } as unknown as UpdateTools;
  return { tools, now };
}

const choiceAt = (notebook: Notebook, nowMs: number, record = emptyRecord) =>
  chooseOffer(notebook, { nowMs, record, runningVersion: '1.0.0' });

test('however many of the newest cannot be had, an older one has its turn, and each of them its own again', async () => {
  const offers = ['1.1.0', '1.3.0', '1.2.0'].map(offerOf);
  const { tools } = toolsFor({ outcome: 'offers', offers });
  let notebook = await lookFar(tools, emptyNotebook);
  const tried: (string | undefined)[] = [];
  for (const wait of ['soon', 'later', 'lasting'] as const) {
    const { offer } = choiceAt(notebook, 0);
    tried.push(offer?.version);
    if (offer !== undefined) notebook = setAside(tools, notebook, { offer, reason: 'x', message: 'y', wait });
  }
  assert.deepEqual(tried, ['1.3.0', '1.2.0', '1.1.0']);
  assert.deepEqual(choiceAt(notebook, 0), { idle: 'set-aside', nextTurnMs: minuteMs });
  const at = (ms: number): string | undefined => choiceAt(notebook, ms).offer?.version;
  assert.deepEqual([at(minuteMs - 1), at(minuteMs), at(15 * minuteMs)], [undefined, '1.3.0', '1.3.0']);
  const withNew = { ...notebook, seen: [...notebook.seen, { name: 'b', offers: [offerOf('1.0.1')], restUntilMs: 0 }] };
  assert.equal(choiceAt(withNew, hourMs).offer?.version, '1.0.1', 'what was never tried comes first');
});

test('the time of an offer grows, has a bound, and differs from device to device', () => {
  const offer = offerOf('2.0.0');
  const waitsMin = (wait: 'soon' | 'later' | 'lasting', fraction: number): number[] => {
    const { tools } = toolsFor({ outcome: 'offers', offers: [] }, fraction);
    let notebook = emptyNotebook;
    return Array.from({ length: 10 }, () => {
      notebook = setAside(tools, notebook, { offer, reason: 'x', message: 'y', wait });
      return (notebook.aside[0]?.untilMs ?? 0) / minuteMs;
    });
  };
  assert.deepEqual(waitsMin('soon', 0), [1, 2, 4, 8, 16, 32, 64, 128, 256, 360]);
  assert.deepEqual(waitsMin('later', 0.8).slice(0, 6), [18, 36, 72, 144, 288, 432]);
  assert.deepEqual(waitsMin('lasting', 0).slice(0, 2), [1440, 1440]);
});

test('the order: the hand of the owner, then what was agreed to, then the newest; a hint never brings an old one', () => {
  const pushed = { ...offerOf('1.1.0'), file: 'pushed', isOrdered: true, path: '/incoming/pushed' };
  const old = offerOf('0.9.0');
  const stick = { ...offerOf('0.9.0'), file: 'stick', path: '/media/usb/doorward-0.9.0.release' };
  const seen = (...offers: Offer[]) => ({ ...emptyNotebook, seen: [{ name: 'a', offers, restUntilMs: 0 }] });
  const best = (notebook: Notebook, agreedTo?: string) =>
    choiceAt(notebook, 0, { ...emptyRecord, ...(agreedTo === undefined ? {} : { agreedTo }) }).offer?.file;
  assert.equal(best(seen(offerOf('3.0.0'), pushed, offerOf('2.0.0')), '2.0.0'), 'pushed');
  assert.equal(best(seen(offerOf('3.0.0'), offerOf('2.0.0')), '2.0.0'), '2.0.0');
  assert.equal(best(seen(offerOf('3.0.0'), offerOf('2.0.0'))), '3.0.0');
  assert.deepEqual(choiceAt(seen(old), 0), { idle: 'not-newer', nextTurnMs: Infinity });
  assert.equal(best(seen(old, stick)), 'stick', 'the name of a file may lie: it is read');
  const rejected = [{ version: '3.0.0', digest: 'd', signed: 0, file: '3.0.0', reason: 'operator', atMs: 0 }];
  assert.equal(choiceAt(seen(offerOf('3.0.0')), 0, { ...emptyRecord, rejected }).idle, 'rejected');
});

test('what nobody offers any more is forgotten, and what was put away is told of for a day: both have a bound', () => {
  const { tools } = toolsFor({ outcome: 'offers', offers: [] });
  let notebook = emptyNotebook;
  for (let number = 0; number < 500; number += 1) {
    const offer = offerOf(`2.0.${number}`);
    const why = { offer, reason: 'x', message: 'y', wait: 'lasting', isPutAway: number >= 460 } as const;
    notebook = setAside(tools, notebook, why);
  }
  assert.equal(notebook.aside.length, 400);
  const told = (nowMs: number): unknown => {
    const aside = stillOffered(notebook, nowMs).aside;
    return [aside.length, aside.every(({ isPutAway }) => isPutAway)];
  };
  assert.deepEqual([told(0), told(24 * hourMs)], [[20, true], [0, true]]); // prettier-ignore
});

test('"come again in 0 seconds" is no invitation to come every second, and nobody comes together with all others', async () => {
  const nextLookMs = async (look: LookResult, fraction: number): Promise<number> =>
    (await lookFar(toolsFor(look, fraction).tools, emptyNotebook)).nextLookMs;
  const busy = (retryMs: number): LookResult => ({ outcome: 'failed', reason: 'busy', retryMs });
  assert.equal(await nextLookMs(busy(0), 0), 60 * minuteMs);
  assert.equal(await nextLookMs(busy(5 * minuteMs), 0), 5 * minuteMs);
  assert.equal(await nextLookMs(busy(5 * minuteMs), 0.8), 6 * minuteMs);
  assert.equal(await nextLookMs({ outcome: 'offers', offers: [] }, 0.8), 432 * minuteMs);
  const pauseMs = (faults: number): number =>
    paused(toolsFor({ outcome: 'offers', offers: [] }).tools, { ...emptyNotebook, faults }, { problem: '' })
      .pauseUntilMs;
  assert.deepEqual([pauseMs(0), pauseMs(3), pauseMs(20)], [minuteMs, 8 * minuteMs, hourMs]);
});
