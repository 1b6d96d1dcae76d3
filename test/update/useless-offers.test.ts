import assert from 'node:assert/strict';
import test from 'node:test';
import type { ByteSource } from '../../src/release/byte-source.ts';
import { emptyRecord } from '../../src/slot/trial-record.ts';
import type { UpdateSettings } from '../../src/settings/update-settings.ts';
import { fetchOffer, lookForOffer, paused } from '../../src/update/acquire.ts';
import { check } from '../../src/update/check.ts';
import { emptyNotebook, withoutUseless } from '../../src/update/notebook.ts';
import type { LookResult, Offer } from '../../src/update/offer.ts';
import type { SignedRelease } from '../../src/update/release-acts.ts';
import type { UpdateTools } from '../../src/update/update-parts.ts';

const minuteMs = 60_000;
const offerOf = (version: string): Offer => ({
  from: 'a server',
  file: version,
  version,
  isOrdered: false,
  source: { bytes: 104, read: async () => new Uint8Array(100) },
});

/** The updater's tools in front of one source, a minute long. */
function toolsFor(look: LookResult, fraction = 0): UpdateTools {
  return {
    sources: [{ name: 'a server', look: async () => look }],
    settings: { checkIntervalMinutes: 360, bytesPerSecondMax: 0 } as UpdateSettings,
    clock: { uptimeMs: () => 0, sleep: async () => undefined, wallMs: () => 0 },
    random: { fraction: () => fraction, id: () => '' },
    storage: {
      makeDirectory: async () => undefined,
      readPart: async () => undefined,
      space: async () => ({ freeBytes: 1e12, totalBytes: 1e12 }),
      writePart: async () => undefined,
      sync: async () => undefined,
    },
    places: { incoming: '/incoming' },
  } as unknown as UpdateTools;
}

test('however many of the newest releases cannot be had, an older one has its turn, and then they have theirs', async () => {
  const offers = ['1.1.0', '1.3.0', '1.2.0'].map(offerOf);
  const { sources } = toolsFor({ outcome: 'offers', offers });
  let notebook = emptyNotebook;
  const tried: (string | undefined)[] = [];
  for (let look = 1; look <= 5; look += 1) {
    const { offer } = await check(sources, emptyRecord, notebook.postponed);
    tried.push(offer?.version);
    if (offer !== undefined) notebook = withoutUseless({ ...notebook, offer }, offer);
  }
  assert.deepEqual(tried, ['1.3.0', '1.2.0', '1.1.0', '1.3.0', '1.2.0']);
  assert.deepEqual([notebook.offer, notebook.nextLookMs], [undefined, 0]);
});

test('"come again in 0 seconds" is no invitation to come every second, and nobody comes together with all others', async () => {
  const nextLookMs = async (retryMs: number, fraction: number): Promise<number> => {
    const tools = toolsFor({ outcome: 'failed', reason: 'busy', retryMs }, fraction);
    return (await lookForOffer(tools, emptyNotebook, emptyRecord)).nextLookMs;
  };
  assert.equal(await nextLookMs(0, 0), 60 * minuteMs);
  assert.equal(await nextLookMs(5 * minuteMs, 0), 5 * minuteMs);
  assert.equal(await nextLookMs(5 * minuteMs, 0.8), 6 * minuteMs);
  const pauseMs = (retryMs: number, faults: number): number =>
    paused(toolsFor({ outcome: 'offers', offers: [] }), { ...emptyNotebook, faults }, { problem: '', retryMs })
      .pauseUntilMs;
  assert.deepEqual([pauseMs(0, 0), pauseMs(0, 3), pauseMs(10 * minuteMs, 0)], [minuteMs, 8 * minuteMs, 10 * minuteMs]);
});

test('a file that is another one than its signatures say is not fetched for ever: others have their turn', async () => {
  const tools = toolsFor({ outcome: 'offers', offers: [] });
  const source: ByteSource = { bytes: 104, read: async (_offset, length) => new Uint8Array(length) };
  const offer = { ...offerOf('2.0.0'), source };
  const chunks = { headBytes: 4, chunkBytes: 100, fileBytes: 104, sha256: ['none'] };
  const known = { offer, release: { chunks } as unknown as SignedRelease };
  let notebook = await fetchOffer(tools, { ...emptyNotebook, offer }, known);
  let chunksAsked = 0;
  while (notebook.offer !== undefined && chunksAsked < 20) {
    notebook = await fetchOffer(tools, notebook, known);
    chunksAsked += 1;
  }
  assert.equal(chunksAsked, 3);
  assert.deepEqual(notebook.postponed, ['2.0.0']);
  assert.match(notebook.problem ?? '', /the file on the server is another one/);
});
