// Lives of a doorbell: somebody rings, the power is cut before any effect, the database refuses, the camera dies.
// After every life the promises are checked. Run: node test/simulation/visit-life.ts [cuts] [faults]
import assert from 'node:assert/strict';
import { StoreFault } from '../../src/store/store.ts';
import { VisitWorld, type Remains } from '../visit/visit-world.ts';
import { EveryChoice, type Choices } from './choices.ts';

/** What the camera shows from the first press on, and when somebody presses again. */
interface Script {
  readonly name: string;
  /** Scene before the press, and scenes by milliseconds after it. */
  readonly before: number;
  readonly scenes: readonly (readonly [atMs: number, scene: number])[];
  readonly pressAgainMs?: number;
  readonly outcome: string;
  readonly isCameraBroken?: boolean;
}

const scripts: readonly Script[] = [
  { name: 'Ada waits at the door', before: 1, scenes: [], outcome: 'known' },
  { name: 'Ada comes after the press and presses again', before: 0, scenes: [[50, 1]], pressAgainMs: 300, outcome: 'known' },
  { name: 'Ada is glimpsed in one frame', before: 0, scenes: [[200, 1], [260, 0]], outcome: 'probably' },
  { name: 'a stranger', before: 2, scenes: [], outcome: 'stranger' },
  { name: 'nobody, and the camera shows one frame at each opening', before: 0, scenes: [], outcome: 'no-face', isCameraBroken: true },
]; // prettier-ignore

const livesMax = 3;
const lifeMs = 40_000;
const stepMs = 500;
/** A camera that shows one frame at each opening may be opened this often in a life. */
const openingsMax = 14;

/** What the household heard and saw over all lives of one story. */
interface Story {
  readonly choices: Choices;
  cutsLeft: number;
  faultsLeft: number;
  hasCut: boolean;
  hasFault: boolean;
  readonly told: string[];
  readonly presses: string[];
  readonly broken: string[];
}

/** Lives until nothing is cut any more, then checks what is left. Throws an AssertionError when a promise is broken. */
export async function liveThrough(choices: Choices, cuts: number, faults: number): Promise<void> {
  const script = scripts[choices.pick(scripts.length)] ?? scripts[0];
  assert(script !== undefined);
  const story: Story = {
    choices,
    cutsLeft: cuts,
    faultsLeft: faults,
    hasCut: false,
    hasFault: false,
    told: [],
    presses: [],
    broken: [],
  };
  let remains: Remains | undefined;
  for (let life = 0; life < livesMax; life += 1) {
    const world = new VisitWorld({ seed: life + 1, ...(remains === undefined ? {} : { remains }) });
    if (life === 0) await world.enrolEverybody();
    remains = await live(world, story, life === 0 ? script : undefined);
    if (remains === undefined) {
      check(world, story, script);
      await world.store.close();
      return;
    }
  }
  assert.fail('the story does not end');
}

/** One life. Returns what is left when the power was cut in it. */
async function live(world: VisitWorld, story: Story, script: Script | undefined): Promise<Remains | undefined> {
  const power = { isOn: true };
  wireFaults(world, story, power);
  if (script?.isCameraBroken === true) breakCamera(world);
  world.camera.scene = script?.before ?? 0;
  await world.start();
  void world.bell.finishUnfinished();
  if (script !== undefined) await play(world, script, (visitId) => power.isOn && story.presses.push(visitId));
  for (let ms = 0; ms < lifeMs && power.isOn; ms += stepMs) await world.clock.advance(stepMs);
  if (!power.isOn) return world.cutPower();
  assert.equal(world.bell.visitsUnderWay, 0, 'promise broken: a visit does not end');
  assert.ok(
    world.camera.opened <= openingsMax,
    `promise broken: a broken camera was opened ${world.camera.opened} times`,
  );
  await world.stop();
  assert.equal(world.feed.framesHeld, 0, 'promise broken: frames leak');
  return undefined;
}

async function play(world: VisitWorld, script: Script, rung: (visitId: string) => void): Promise<void> {
  const press = (): void => {
    void world.bell.ring({ source: 'button' }).then((ringing) => {
      if (ringing.outcome === 'ringing') rung(ringing.visitId);
    });
  };
  const acts: (readonly [number, () => void])[] = script.scenes.map(([atMs, scene]) => [
    atMs,
    () => (world.camera.scene = scene),
  ]);
  if (script.pressAgainMs !== undefined) acts.push([script.pressAgainMs, press]);
  press();
  let nowMs = 0;
  for (const [atMs, act] of acts.toSorted(([one], [other]) => one - other)) {
    await world.clock.advance(atMs - nowMs);
    nowMs = atMs;
    act();
  }
}

/** Before every effect the power may go; the database may refuse a write. What is told is checked against the rows. */
function wireFaults(world: VisitWorld, story: Story, power: { isOn: boolean }): void {
  const never = new Promise<never>(() => {});
  const effect = async (): Promise<void> => {
    if (power.isOn && story.cutsLeft > 0 && story.choices.pick(2) === 1) {
      story.cutsLeft -= 1;
      story.hasCut = true;
      power.isOn = false;
      world.disk.losePower();
    }
    if (!power.isOn) await never;
  };
  world.disk.before = effect;
  world.store.after = effect;
  world.store.before = async (name) => {
    await effect();
    if (story.faultsLeft === 0 || story.choices.pick(2) === 0) return;
    story.faultsLeft -= 1;
    story.hasFault = true;
    throw new StoreFault(`cannot write ${name}: the database is locked`, 'locked');
  };
  world.terminal.answer = async () => {
    await effect();
    return { outcome: 'delivered' };
  };
  world.phone.answer = world.terminal.answer;
  const { told } = world.phone;
  told.push = (news) => {
    const visit = world.store.read.visit(news.visitId);
    const isEarly = news.kind === 'name' ? visit?.phase !== 'decided' : visit === undefined;
    // Not thrown here: the notifier would take it for a channel that failed.
    if (isEarly && !story.hasFault) story.broken.push(`"${news.text}" was told before it was stored`);
    story.told.push(`${news.key}|${news.text}`);
    return Array.prototype.push.call(told, news);
  };
}

function breakCamera(world: VisitWorld): void {
  const stream = world.camera.stream.bind(world.camera);
  world.camera.stream = async (sink, signal) => {
    world.camera.mood = 'ending';
    await stream(sink, signal);
    return { outcome: 'failed', reason: 'it is broken' };
  };
}

function check(world: VisitWorld, story: Story, script: Script): void {
  assert.equal(story.broken[0], undefined, `promise broken: ${story.broken[0]}`);
  const visits = world.store.read.visits({ limit: 50 });
  const triggers = visits.flatMap(({ id }) => world.store.read.triggersOf(id));
  for (const visitId of story.presses)
    assert.ok(
      visits.some(({ id }) => id === visitId),
      'promise broken: a press that rang has no visit',
    );
  assert.ok(triggers.length >= story.presses.length, 'promise broken: a press was lost');
  assert.ok(visits.length <= 1, `promise broken: ${visits.length} visits of one visitor`);
  const keysTold = story.told.map((line) => line.split('|')[0]);
  for (const { id, phase, outcome, decision, reason, frames } of visits) {
    assert.ok(frames.length === 0 || (decision?.framesSeen ?? 0) > 0, 'promise broken: the saved frames are of no use');
    assert.equal(phase, 'decided', 'promise broken: a visit is not finished');
    assert.ok(reason !== undefined && reason !== '', 'promise broken: no reason');
    if (!story.hasCut) assert.equal(outcome, script.outcome, `promise broken: ${script.name}: ${outcome} (${reason})`);
    if (outcome === 'known') assert.ok((decision?.framesUsable ?? 0) >= 2, 'promise broken: a name on a single frame');
    for (const { idempotencyKey, status, channel } of world.store.read.notificationsOf(id)) {
      assert.equal(status, 'sent', 'promise broken: a notification was not delivered');
      assert.ok(
        channel !== 'phone' || keysTold.includes(idempotencyKey),
        'promise broken: marked as sent, but never told',
      );
    }
    const names = new Set(story.told.filter((line) => line.startsWith(`${id}:name`)));
    assert.ok(names.size <= 1, 'promise broken: two names for one visit');
  }
  const rings = triggers.map(({ id, visitId }) => `${visitId}:ring:${id}:phone`);
  for (const key of rings) assert.ok(keysTold.includes(key), 'promise broken: a stored press was never announced');
  if (!story.hasCut) assert.equal(new Set(keysTold).size, keysTold.length, 'promise broken: told twice without need');
}

/** Every life there is within so many cuts and faults. Returns how many; throws at the first broken promise. */
export async function liveEveryLife(
  cuts: number,
  faults: number,
  livesWanted = Number.POSITIVE_INFINITY,
): Promise<number> {
  const choices = new EveryChoice();
  let lives = 0;
  while (lives < livesWanted && choices.next()) {
    lives += 1;
    try {
      await liveThrough(choices, cuts, faults);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)} (choices ${choices.trace})`, {
        cause: error,
      });
    }
  }
  return lives;
}

if (import.meta.main) {
  const [, , cuts = '1', faults = '1'] = process.argv;
  const startedMs = performance.now();
  const lives = await liveEveryLife(Number(cuts), Number(faults));
  console.log(
    `${lives} lives with up to ${cuts} power cuts and ${faults} faults: all promises held (${Math.round(performance.now() - startedMs)} ms)`,
  );
}
