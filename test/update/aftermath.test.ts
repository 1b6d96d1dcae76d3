import assert from 'node:assert/strict';
import test from 'node:test';
import { emptyRecord } from '../../src/slot/trial-record.ts';
import { verifyOffer } from '../../src/update/acquire.ts';
import { emptyNotebook } from '../../src/update/notebook.ts';
import type { Offer } from '../../src/update/offer.ts';
import { writeDown } from '../../src/update/trial.ts';
import type { Trial, UpdateTools } from '../../src/update/update-parts.ts';
import type { UpdateFacts } from '../../src/update/update-state.ts';

const source = { bytes: 1, read: async () => new Uint8Array(1) };
const pushed: Offer = {
  from: 'the owner',
  file: 'pushed',
  isOrdered: true,
  path: '/incoming/pushed-1.release',
  source,
};

/** The updater's tools, and what they have removed. */
function toolsWith(parts: object): { tools: UpdateTools; removed: string[]; written: unknown[] } {
  const removed: string[] = [];
  const written: unknown[] = [];
  const tools = {
    storage: { remove: async (path: string) => void removed.push(path) },
    places: { incoming: '/incoming' },
    clock: { uptimeMs: () => 1000, wallMs: () => 0 },
    random: { fraction: () => 0 },
    log: { warn: () => undefined },
    recordFile: { write: async (record: unknown) => void written.push(record) },
    ...parts,
  } as unknown as UpdateTools;
  return { tools, removed, written };
}

test('a release that can never be right is put away, and one on a stick is left where its owner has it', async () => {
  const refusal = { outcome: 'refused', failure: 'signatures-missing', message: 'cannot use it', kind: 'final' };
  const refuse = async (path: string): Promise<readonly string[]> => {
    const { tools, removed, written } = toolsWith({ releases: { verify: async () => refusal } });
    const after = await verifyOffer(tools, emptyNotebook, { offer: { ...pushed, path }, record: emptyRecord });
    assert.deepEqual([after.verified, written.length, after.refusal?.message], [undefined, 0, 'cannot use it']);
    assert.deepEqual(after.aside.map(({ isPutAway }) => isPutAway), [removed.length > 0]); // prettier-ignore
    return removed;
  };
  assert.deepEqual(await refuse('/incoming/pushed-1.release'), ['/incoming/pushed-1.release']);
  assert.deepEqual(await refuse('/media/usb/doorward-2.0.0.release'), []);
});

test('a trial that failed through no fault of the release is tried again, but not at once', async () => {
  const after = async (isItsFault: boolean): Promise<unknown> => {
    const failure = { reason: 'machine-strained', message: 'busy', isItsFault } as const;
    const state = { phase: 'unrecorded', failure, seen: { figures: {} } } as const;
    const trial = { state, offer: pushed, phases: [] } as unknown as Trial;
    const { tools, removed } = toolsWith({});
    const facts = { record: emptyRecord } as UpdateFacts;
    const seen = [{ name: 'the owner', offers: [pushed], restUntilMs: 0 }];
    const done = await writeDown(tools, { ...emptyNotebook, seen, trial }, { trial, facts });
    const asides = done.aside.map(({ untilMs }) => untilMs);
    return [done.trial, done.seen[0]?.offers.length, done.pauseUntilMs, asides, removed.length > 0];
  };
  const soonMs = 1000 + 15 * 60_000;
  assert.deepEqual(await after(false), [undefined, 1, soonMs, [soonMs], false]);
  assert.deepEqual(await after(true), [undefined, 0, 0, [], true]);
});
