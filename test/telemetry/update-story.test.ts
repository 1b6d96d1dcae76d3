import assert from 'node:assert/strict';
import test from 'node:test';
import type { AuditEntry } from '../../src/system/audit.ts';
import type { Log } from '../../src/system/log.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { entryOfConsent, UpdateStory, type StoryStatus, type StoryTrial } from '../../src/telemetry/update-story.ts';
import { StillClock } from './still-clock.ts';

const idle: StoryStatus = { phase: 'wait' };
const offer = { version: '2.0.0' };
const trial = (phase: string) => ({ version: '2.0.0', phase });
const staging: readonly StoryStatus[] = [{ phase: 'check' }, { phase: 'stage', offer }, { phase: 'rehearse', offer }];

function ended(outcome: StoryTrial['outcome'], reason: string, more: Partial<StoryTrial> = {}): StoryTrial {
  const phases = [
    { phase: 'rehearsal', durationMs: 4000 },
    { phase: 'hand-over', durationMs: 200 },
    { phase: 'revert', durationMs: 400 },
  ];
  return {
    id: `${outcome}-${reason}`,
    version: '2.0.0',
    digest: 'd2',
    outcome,
    reason,
    message: 'why',
    phases,
    ...more,
  };
}

/** A story and everything it tells. */
class Told {
  readonly entries: AuditEntry[] = [];
  readonly logged: string[] = [];
  readonly metrics = new Metrics({
    clock: new StillClock(),
    build: { version: '1.0.0', node: 'x', recogniser: 'x' },
    gauges: () => ({}),
  });
  past: StoryTrial[] = [];
  untold: string | undefined;
  isCandidate = false;
  readonly story: UpdateStory;
  #watcher: (status: StoryStatus) => void = () => undefined;

  constructor(version = '1.0.0') {
    const say = (message: string): void => void this.logged.push(message);
    const log: Log = { debug: say, info: say, warn: say, error: say, named: () => log };
    this.story = new UpdateStory({
      desk: {
        running: { version, slot: 'a' },
        status: idle,
        subscribe: (watcher) => {
          this.#watcher = watcher;
          return () => undefined;
        },
        history: async () => this.past,
        untold: async () => this.untold,
      },
      metrics: this.metrics,
      chronicle: { record: async (entry) => void this.entries.push(entry) },
      log,
      isCandidate: () => this.isCandidate,
    });
  }

  async becomes(...all: readonly StoryStatus[]): Promise<void> {
    for (const status of all) this.#watcher(status);
    await this.story.settled();
  }

  get acts(): string[] {
    return this.entries.map(({ action, resource, result, data }) =>
      [action, resource, result, data?.['reason']].filter((word) => word !== undefined).join(' '),
    );
  }

  async lines(name: string): Promise<string[]> {
    const { body } = await this.metrics.text();
    return body.split('\n').filter((line) => line.startsWith(name));
  }
}

test('a trial that is reverted: staged, handed over, reverted, each once in the audit chain and the metrics', async () => {
  const told = new Told();
  await told.story.begin();
  assert.deepEqual(await told.lines('doorward_release_info'), ['doorward_release_info{version="1.0.0",slot="a"} 1']);
  await told.becomes(...staging, { phase: 'hand-over', trial: trial('rehearsed') });
  assert.ok((await told.lines('doorward_trial_phase')).includes('doorward_trial_phase{phase="hand-over"} 1'));
  await told.becomes({ phase: 'hand-over', trial: trial('probation') }, { phase: 'judge', trial: trial('probation') });
  assert.ok((await told.lines('doorward_trial_phase')).includes('doorward_trial_phase{phase="probation"} 1'));
  told.past = [ended('reverted', 'error-rate')];
  await told.becomes(
    { phase: 'revert', trial: trial('probation') },
    { phase: 'record', trial: trial('unrecorded') },
    idle,
  );
  assert.deepEqual(told.acts, [
    'stage-release release/2.0.0 success',
    'hand-over-to-release release/2.0.0 success',
    'revert-release release/2.0.0 success error-rate',
  ]);
  assert.ok(told.entries.every(({ event_type }) => event_type === 'system_change'));
  assert.deepEqual(await told.lines('doorward_trials_total'), [
    'doorward_trials_total{outcome="reverted",reason="error-rate"} 1',
  ]);
  assert.deepEqual(await told.lines('doorward_revert_duration_seconds_sum'), [
    'doorward_revert_duration_seconds_sum 0.4',
  ]);
  assert.deepEqual(await told.lines('doorward_handover_gap_seconds_sum'), ['doorward_handover_gap_seconds_sum 0.2']);
  assert.ok((await told.lines('doorward_trial_phase')).includes('doorward_trial_phase{phase="none"} 1'));
});

test('a slot that was mended, and one that nobody can mend, are in the audit chain and in the metrics', async () => {
  const told = new Told();
  await told.story.begin();
  const mended = { slot: 'b', path: 'doorward', from: 'the factory release' };
  const scrub = { atMs: 5, repaired: [mended], damaged: [{ slot: 'a', message: 'lost' }] };
  await told.becomes({ phase: 'scrub' }, { phase: 'wait', scrub }, { phase: 'check', scrub });
  assert.deepEqual(told.acts, ['mend-slot slot/b success', 'mend-slot slot/a failure']);
  const lines = [...(await told.lines('doorward_scrubs_total')), ...(await told.lines('doorward_slot'))];
  assert.deepEqual(lines, [
    'doorward_scrubs_total 1',
    'doorward_slot_files_repaired_total 1',
    'doorward_slots_damaged 1',
  ]);
  await told.becomes({ phase: 'wait', scrub: { atMs: 6, repaired: [], damaged: [] } });
  assert.deepEqual(await told.lines('doorward_slots_damaged'), ['doorward_slots_damaged 0']);
});

test('what failed is said to have failed: staging, hand-over', async () => {
  const told = new Told();
  await told.story.begin();
  await told.becomes({ phase: 'stage', offer }, { phase: 'wait', problem: 'cannot stage: the disk is full' });
  await told.becomes({ phase: 'hand-over', trial: trial('rehearsed') }, { phase: 'hand-over', trial: trial('failed') });
  assert.deepEqual(told.acts, ['stage-release release/2.0.0 failure', 'hand-over-to-release release/2.0.0 failure']);
});

test('a commit is told once, by the release that was committed', async () => {
  const incumbent = new Told('1.0.0');
  const candidate = new Told('2.0.0');
  candidate.isCandidate = true;
  for (const told of [incumbent, candidate]) {
    await told.story.begin();
    await told.becomes({ phase: 'judge', trial: trial('probation') });
    told.past = [ended('committed', 'proved')];
    await told.becomes({ phase: 'commit', trial: trial('probation') }, { phase: 'leave', trial: trial('committed') });
  }
  assert.deepEqual(incumbent.acts, []);
  assert.deepEqual(candidate.acts, ['commit-release release/2.0.0 success']);
  candidate.isCandidate = false;
  await candidate.becomes({ phase: 'settle' }, idle);
  assert.equal(candidate.acts.length, 1);
});

test('trials of earlier lives are not counted again; those cut short are counted by the life that finds them', async () => {
  const told = new Told();
  told.past = [ended('reverted', 'p99'), ended('interrupted', 'power-cut', { id: 'cut-1' })];
  await told.story.begin();
  await told.becomes({ phase: 'settle' });
  assert.deepEqual(await told.lines('doorward_trials_total'), []);
  told.past = [...told.past, ended('interrupted', 'power-cut', { id: 'cut-2' })];
  await told.becomes({ phase: 'clean' }, idle);
  assert.deepEqual(await told.lines('doorward_trials_total'), [
    'doorward_trials_total{outcome="interrupted",reason="power-cut"} 1',
  ]);
  assert.deepEqual(await told.lines('doorward_release_attempts'), ['doorward_release_attempts 3']);
});

test('consent is in the audit chain with who gave it', () => {
  assert.deepEqual(entryOfConsent('x.release:1:2', 'api'), {
    event_type: 'system_change',
    actor: 'api',
    action: 'agree-to-release',
    resource: 'release-file/x.release:1:2',
    result: 'success',
  });
  assert.equal(entryOfConsent(undefined, 'api').action, 'withdraw-consent');
});

test('a way back that was taken while nobody served is told by who starts next, once, and not by who was left', async () => {
  const back = ended('reverted', 'crash-loop');
  const next = new Told();
  next.past = [ended('committed', 'proved'), back];
  next.untold = back.id;
  await next.story.begin();
  await next.becomes({ phase: 'check' });
  assert.deepEqual(next.entries.map(({ action, data }) => [action, data]), [['revert-release', { reason: 'crash-loop' }]]); // prettier-ignore
  assert.match((await next.metrics.text()).body, /outcome="reverted",reason="crash-loop"\} 1\n/);

  const left = new Told('2.0.0');
  await left.story.begin();
  left.past = [back];
  await left.becomes({ phase: 'fall-back' }, { phase: 'leave' });
  assert.deepEqual(left.entries, []);
});
