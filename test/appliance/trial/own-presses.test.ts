import assert from 'node:assert/strict';
import test from 'node:test';
import { ownChannel } from '../../../src/appliance/trial/own-bell.ts';
import { clearOwnVisits, OwnPresses, type OwnPressesParts } from '../../../src/appliance/trial/own-presses.ts';
import { homeAt } from '../../../src/system/home.ts';
import { abilitiesOf, type PressNote } from '../../../src/update/trial-protocol.ts';
import { MemoryDisk } from '../../fakes/memory-disk.ts';
import { PlainStore } from '../../fakes/plain-store.ts';
import { SteppedClock } from '../../fakes/stepped-clock.ts';
import { decided, notification, trigger } from '../../store/samples.ts';

const home = homeAt('/home');

/** A trial whose candidate does with a press what the test says. */
class Trial {
  readonly clock = new SteppedClock();
  readonly store = new PlainStore();
  readonly disk = new MemoryDisk();
  readonly told: string[] = [];
  readonly warnings: string[] = [];
  act: (id: string) => Promise<void> = async () => {};
  readonly parts = {
    store: this.store,
    disk: this.disk,
    home,
    clock: this.clock,
    random: { id: () => `own-${this.told.length + 1}` },
    log: { warn: (message: string) => void this.warnings.push(message) },
    restMs: 20_000,
    hasFrames: () => true,
    decide: async () => ({ visitId: 'v', outcome: 'known', personId: 'ada' }),
    telling: { countOf: () => 1, isQuiet: false },
    tell: (note: PressNote) => {
      if (note.kind !== 'press') return;
      assert.ok(this.store.read.isOwnPress(note.id), 'it is known to be nobody’s before it is told');
      this.told.push(note.id);
      void this.act(note.id);
    },
  } as unknown as OwnPressesParts;
  readonly presses = new OwnPresses(this.parts);

  async open(id: string): Promise<void> {
    const visit = { id: `visit-of-${id}`, source: 'button', startedMs: 1 } as const;
    const ring = notification(`ring-of-${id}`, { visitId: visit.id, channel: ownChannel });
    await this.store.write('openVisit', { visit, trigger: trigger(visit.id, { id }), notifications: [ring] });
  }

  async decide(id: string): Promise<void> {
    const frame = `visits/visit-of-${id}/frame-0.jpg`;
    await this.disk.makeDirectory(`${home.visits}/visit-of-${id}`);
    await this.disk.write(`${home.root}/${frame}`, 'a frame');
    await this.store.write('saveFrames', { visitId: `visit-of-${id}`, frames: [frame] });
    await this.store.write('decideVisit', decided(`visit-of-${id}`, { picture: undefined, thumbnail: undefined }));
  }

  async deliver(id: string): Promise<void> {
    const [ring] = this.store.read.notificationsOf(`visit-of-${id}`);
    await this.store.write('notificationSent', { id: ring?.id ?? '', atMs: 1 });
    this.presses.noteDelivered(ring?.idempotencyKey ?? '');
  }
}
const whole = (trial: Trial) => async (id: string) => {
  await trial.open(id);
  await trial.decide(id);
  await trial.deliver(id);
};

test('within ten seconds, and then again and again, a press goes all its way, and nothing of it stays', async () => {
  const trial = new Trial();
  trial.act = whole(trial);
  await trial.clock.advance(10_000);
  const { named, ...facts } = trial.presses.facts;
  assert.deepEqual(facts, { made: 1, well: 1, slowestMs: 100, newest: { kind: 'well' } });
  const twice = [{ outcome: 'known', personId: 'ada' }, { outcome: 'stranger' }];
  assert.deepEqual(named?.map(({ own, candidate }) => [own, candidate]), [twice, twice, twice]); // prettier-ignore
  assert.deepEqual([trial.store.read.visit('visit-of-own-1'), await trial.disk.list(home.visits)], [undefined, []]);
  await trial.clock.advance(50_000);
  assert.deepEqual([trial.presses.facts.made, trial.presses.facts.well], [3, 3]);
  const finished = trial.presses.finish();
  await trial.clock.advance(0);
  await finished;
  assert.equal(trial.clock.sleepers, 0);
});

test('what a candidate does not do with a press is said, whatever it tells', async () => {
  const wordsAfter = async (act: (trial: Trial) => (id: string) => Promise<void>): Promise<string> => {
    const trial = new Trial();
    trial.act = act(trial);
    await trial.clock.advance(22_000);
    const { newest } = trial.presses.facts;
    trial.presses.stop();
    return newest !== undefined && 'words' in newest ? newest.words : 'none';
  };
  assert.match(await wordsAfter(() => async () => {}), /had no row/);
  assert.match(await wordsAfter((trial) => async (id) => trial.presses.noteStored(id)), /though it said/);
  const forgetsThird = (trial: Trial) => async (id: string) => {
    if (!id.endsWith('3')) await trial.open(id);
  };
  assert.match(await wordsAfter(forgetsThird), /had no row/);
  assert.match(await wordsAfter((trial) => (id) => trial.open(id)), /not decided/);
  const unheard = (trial: Trial) => async (id: string) => (await trial.open(id), trial.decide(id));
  assert.match(await wordsAfter(unheard), /of 3 notifications 0 had arrived/);
  const onlySaid = (trial: Trial) => async (id: string) => {
    await unheard(trial)(id);
    trial.presses.noteDelivered(trial.store.read.notificationsOf(`visit-of-${id}`)[0]?.idempotencyKey ?? '');
  };
  assert.match(await wordsAfter(onlySaid), /of 3 notifications 0 had arrived/, 'and the outbox knows it');
});

test('a trial that is cut short leaves a visit; the next incumbent removes it, with its mark', async () => {
  const trial = new Trial();
  trial.act = (id) => trial.open(id);
  await trial.clock.advance(3500);
  trial.presses.stop();
  await trial.clock.advance(1000);
  assert.ok(trial.store.read.visit('visit-of-own-1'));
  await clearOwnVisits(trial.parts);
  assert.deepEqual(
    [trial.store.read.visit('visit-of-own-1'), trial.store.read.isOwnPress('own-1')],
    [undefined, false],
  );
  assert.deepEqual(trial.warnings, []);
});

test('who knows the whole protocol is taken at that; who is older, at what it says', () => {
  const all = {
    hearsPresses: true,
    takesQuestions: true,
    keepsOwnApart: true,
    takesRequests: true,
    judgesCallers: true,
  };
  const unjudged = { ...all, judgesCallers: false };
  assert.deepEqual(abilitiesOf({ kind: 'prepared', step: 2, hearsPresses: false }), {
    ...unjudged,
    takesRequests: false,
  });
  assert.deepEqual(abilitiesOf({ kind: 'prepared', step: 3 }), unjudged);
  assert.deepEqual(abilitiesOf({ kind: 'prepared', step: 4 }), all);
  assert.deepEqual(abilitiesOf({ kind: 'prepared', step: 5 }), all);
  const older = abilitiesOf({ kind: 'prepared', hearsPresses: true });
  const little = { takesQuestions: false, keepsOwnApart: false, takesRequests: false, judgesCallers: false };
  assert.deepEqual(older, { hearsPresses: true, ...little });
});
