import assert from 'node:assert/strict';
import test from 'node:test';
import { RealVisitLooks, type RealVisitsParts } from '../../../src/appliance/trial/real-visits.ts';
import type { Visit } from '../../../src/store/records.ts';
import type { VisitDecision } from '../../../src/store/store.ts';
import { homeAt } from '../../../src/system/home.ts';
import type { RehearsedDecision } from '../../../src/update/duty.ts';
import type { RealVisits } from '../../../src/update/judge/real-visits.ts';
import { MemoryDisk } from '../../fakes/memory-disk.ts';
import { PlainStore } from '../../fakes/plain-store.ts';
import { RecordingLog } from '../../fakes/recorders.ts';
import { SteppedClock } from '../../fakes/stepped-clock.ts';
import { decided, notification, openVisit, person, trigger } from '../../store/samples.ts';

const home = homeAt('/home');
const ada = { outcome: 'known', personId: 'ada' } as const;

/** A candidate that has the door; this process sees Ada on every frame. */
class Trial {
  readonly clock = new SteppedClock();
  readonly store = new PlainStore();
  readonly disk = new MemoryDisk();
  readonly log = new RecordingLog();
  acts: string[] = [];
  decided: string[] = [];
  isSetAlike = true;
  own: Omit<RehearsedDecision, 'visitId'> | undefined = ada;
  whileLooking = async (): Promise<void> => {};
  looks: RealVisitLooks | undefined;

  /** From now on it looks. */
  begin(): void {
    const ring = (channel: string) => () => [notification('ring', { channel })];
    this.looks = new RealVisitLooks({
      reads: this.store.read, clock: this.clock, disk: this.disk, home, log: this.log,
      telling: { notifier: { ofRing: ring('webhook'), ofName: () => [] }, rules: { ratePerMinute: 10, quietHours: '', timeZone: 'UTC' } },
      decide: async (visit: Visit, mayLook) => {
        this.decided.push(visit.id);
        await mayLook();
        await this.whileLooking();
        return this.own === undefined ? undefined : { ...this.own, visitId: visit.id };
      },
      acts: async () => new Set(this.acts.splice(0)),
      refresh: () => {},
      isSetAlike: async () => this.isSetAlike,
      hasFrames: () => true,
      isHindered: () => false,
    } as RealVisitsParts); // prettier-ignore
  }

  async visit(id: string, fields: Partial<VisitDecision> = {}, files: readonly string[] = ['frame-0.jpg']): Promise<void> {
    await openVisit(this.store, id);
    await this.store.write('addNotifications', { notifications: [notification(`ring-${id}`, { visitId: id, channel: 'webhook' })] });
    const paths = ['frame-0.jpg'].map((name) => `visits/${id}/${name}`);
    await this.store.write('saveFrames', { visitId: id, frames: paths });
    await this.disk.makeDirectory(`${home.visits}/${id}`);
    for (const name of files) await this.disk.write(`${home.visits}/${id}/${name}`, 'picture');
    const whole = { picture: paths[0], thumbnail: undefined, ...ada, ...fields };
    await this.store.write('decideVisit', decided(id, whole));
  } // prettier-ignore

  /** What is known so long after. */
  async after(ms = 0): Promise<RealVisits> {
    assert(this.looks !== undefined);
    const signal = new AbortController().signal;
    for (let lookedMs = 0; lookedMs <= ms; lookedMs += 500) {
      const looking = this.looks.look(signal);
      await this.clock.advance(500);
      await looking;
    }
    return this.looks.facts;
  }
}

async function trial(): Promise<Trial> {
  const begun = new Trial();
  for (const id of ['ada', 'grace']) await begun.store.write('addPerson', person(id));
  await begun.visit('before');
  begun.begin();
  return begun;
}

const whole = { looked: 1, lacking: 0 };

test('a visit that the candidate has finished is decided again, once; what was there before is not, nor are own presses', async () => {
  const one = await trial();
  await one.store.write('addOwnPress', { triggerId: 'trigger-of-own' });
  await one.visit('own');
  await one.visit('v1', { personId: 'grace' });
  const named = [{ own: ada, farness: undefined, candidate: { outcome: 'known', personId: 'grace' } }];
  assert.deepEqual(await one.after(2000), { visits: 1, named, told: whole, kept: whole, gone: 0 });
  assert.deepEqual(one.decided, ['v1']);
});

test('one that is under way is waited for, and one that is never decided is not kept', async () => {
  const one = await trial();
  await openVisit(one.store, 'v1');
  assert.equal((await one.after(20_000)).visits, 0);
  const { visits, kept } = await one.after(60_000);
  assert.deepEqual([visits, kept], [1, { looked: 1, lacking: 1, words: 'it was never decided' }]);
});

test('without frames, or where this process cannot look, nothing is compared', async () => {
  const one = await trial();
  one.own = undefined;
  await one.visit('v1');
  assert.deepEqual(await one.after(1000), { visits: 1, named: [], told: whole, kept: whole, gone: 0 });
  const other = await trial();
  await openVisit(other.store, 'v2');
  await other.store.write('decideVisit', decided('v2', { picture: undefined, thumbnail: undefined }));
  const { named, kept } = await other.after(12_000);
  assert.deepEqual([named, kept.words, other.decided], [[], 'it has no frames, and the camera gives some', []]);
});

test('pictures that are missing or empty are given ten seconds to come', async () => {
  const one = await trial();
  await one.visit('v1', { thumbnail: 'visits/v1/thumbnail.jpg' });
  await one.visit('v2', {}, []);
  assert.equal((await one.after(8000)).visits, 0);
  await one.disk.write(`${home.visits}/v1/thumbnail.jpg`, 'picture');
  await one.disk.write(`${home.visits}/v2/frame-0.jpg`, '');
  const { kept } = await one.after(4000);
  assert.deepEqual(kept, {
    looked: 2,
    lacking: 1,
    words: 'visits/v2/frame-0.jpg not on the disk',
  });
});

test('an outbox with less than the rules demand is seen, but not where settings are others than this process has', async () => {
  const lacks = async (isSetAlike: boolean): Promise<RealVisits> => {
    const one = await trial();
    one.isSetAlike = isSetAlike;
    await one.visit('v1');
    await one.store.write('addTrigger', { trigger: trigger('v1', { id: 'again' }), notifications: [] });
    return one.after(1000);
  };
  assert.deepEqual((await lacks(true)).told, { looked: 1, lacking: 1, words: '1 of 2 by webhook (ring)' });
  const { told, named, kept } = await lacks(false);
  assert.deepEqual([told, named, kept], [{ looked: 0, lacking: 0 }, [], whole]);
});

test('a row that goes without a cause is missed, and one that people let go is not', async () => {
  const one = await trial();
  await one.visit('v1');
  await one.visit('v2');
  await one.after(1000);
  await one.store.write('removeVisit', { visitId: 'v1' });
  assert.equal((await one.after(1000)).gone, 0, 'its cause is written down later');
  assert.equal((await one.after(4000)).gone, 1);
  await one.store.write('removeVisit', { visitId: 'v2' });
  one.acts = ['forget-visit visit/v2'];
  assert.equal((await one.after(4000)).gone, 1);
  const full = await trial();
  for (const id of ['v1', 'v2']) await full.visit(id);
  await full.after(1000);
  for (const visitId of ['before', 'v1']) await full.store.write('removeVisit', { visitId });
  assert.equal((await full.after(5000)).gone, 0, 'the oldest go where there are too many');
});

test('visits that people have had a hand in are not compared, whenever they had it; what the appliance does itself is nobody’s', async () => {
  const one = await trial();
  one.acts = ['enrol person/eve'];
  await one.visit('v1');
  assert.equal((await one.after(1000)).visits, 0);
  one.whileLooking = async () => void (one.acts = ['remove-face face/f1']);
  await one.visit('v2');
  assert.equal((await one.after(1000)).visits, 0);
  one.whileLooking = async () => {};
  one.acts = ['notify visit/v3', 'change-settings settings'];
  await one.visit('v3');
  assert.equal((await one.after(1000)).named.length, 1);
});

test('what the household says of a visit later is heard', async () => {
  const one = await trial();
  await one.visit('v1', { personId: 'grace' });
  await one.after(1000);
  const reason = 'You said that this was Name of ada.';
  await one.store.write('correctVisit', { visitId: 'v1', personId: 'ada', outcome: 'known', reason });
  const [named] = (await one.after(1000)).named;
  assert.deepEqual(named?.stored, { ...ada, isHouseholds: true });
  assert.equal(named?.candidate?.personId, 'grace');
});

test('visits that go out by no channel are noticed after a minute, where it worked before and for as long as none goes out', async () => {
  const dueMs = 0;
  const unsentOf = async (tell: (one: Trial) => Promise<unknown>, worked = true): Promise<RealVisits['unsent']> => {
    const one = await trial();
    if (worked) await one.store.write('notificationSent', { id: 'ring-before', atMs: 1 });
    one.begin();
    for (const id of ['v1', 'v2', 'v3']) await one.visit(id);
    assert.equal((await one.after(55_000)).unsent, undefined);
    await tell(one);
    return (await one.after(10_000)).unsent;
  };
  const nobody = async (): Promise<void> => undefined;
  const open = { channel: 'webhook', visits: 3 };
  assert.deepEqual(await unsentOf(nobody), { ...open, isTried: false });
  const fail = (one: Trial): Promise<unknown> => one.store.write('notificationFailed', { id: 'ring-v2', error: 'no answer', dueMs }); // prettier-ignore
  assert.deepEqual(await unsentOf(fail), { ...open, isTried: true });
  assert.equal(await unsentOf(nobody, false), undefined, 'it did not work before');
  assert.equal(await unsentOf((one) => one.store.write('notificationSent', { id: 'ring-v3', atMs: 2 })), undefined);
  assert.equal(await unsentOf(async (one) => {
    for (const id of ['ring-v1', 'ring-v2', 'ring-v3']) await one.store.write('notificationSuppressed', { id, reason: 'quiet' });
  }), undefined); // prettier-ignore
});
