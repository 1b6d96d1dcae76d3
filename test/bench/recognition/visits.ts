import { AssertionError } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Appliance, Doorward, waitFor } from '../../end-to-end/appliance-process.ts';
import type { Pixels } from '../../../src/system/pixels.ts';
import type { SeededRandom } from '../../fakes/seeded-random.ts';
import { attackFrames, attackKinds, hasRoom, headBeforeDoor } from './attacks.ts';
import type { Eye, Seen } from './eye.ts';
import { shuffled, teachable } from './open-set.ts';
import { jpegOf, sceneOf, shifted } from './scene.ts';
import { stressKinds, type StressKind } from './stress-kinds.ts';
import { byPerson, type Sample, type Survey } from './survey.ts';

/** A visit that was paid to a running appliance, and what it said. */
export interface PaidVisit {
  readonly kind: string;
  /** Undefined of a stranger. */
  readonly expected: string | undefined;
  readonly outcome: string;
  readonly personName: string | undefined;
  readonly reason: string;
  /** A picture of the person came, not the person. */
  readonly isAttack: boolean;
  /** It was said that it may be one. */
  readonly isWarned: boolean;
}

const householdMax = 20;
const referencesMax = 3;
const framesOfVisit = 8;
const frameMs = 125;
/** On a machine that is busy a shorter one may be read as a bounce, and a longer one be a hold. */
const pressMs = 400;
/** More than the appliance keeps from before a press. */
const emptyFrames = 12;
/** The head is never quite still. */
const wanderPx = 5;
const strangersShare = 0.3;
const stressShare = 0.3;
/** Of the ordinary visits, where the picture has room; and so many attacks beside an ordinary visit. */
const beforeDoorShare = 0.25;
const attacksShare = 0.3;

interface VisitAnswer {
  readonly id: string;
  readonly phase: string;
  readonly outcome: string | null;
  readonly personName: string | null;
  readonly reason: string | null;
  readonly doubt?: string | null;
}

interface Visitor {
  readonly sample: Sample;
  readonly seen: Seen;
  /** The name under which he is enrolled; undefined of a stranger. */
  readonly expected: string | undefined;
}

/** Pays visits to an appliance in a process of its own: it is sent pictures over HTTP, and the button is pressed. */
export async function payVisits(
  { eye, found, random }: { readonly eye: Eye; readonly found: Survey; readonly random: SeededRandom },
  count: number,
  tell: (done: number) => void,
): Promise<readonly PaidVisit[]> {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-recognition-'));
  const bell = join(folder, 'bell');
  execFileSync('mkfifo', [bell]);
  const home = join(folder, 'home');
  const doorward = new Doorward([
    'run', '--home', home, '--camera.source=push', `--button.line=pipe:${bell}`, '--web.port=0', '--log.level=WARN',
    '--notify.ratePerMinute=1000',
  ]); // prettier-ignore
  try {
    const address = await waitFor('the appliance tells its address', () => {
      if (!doorward.isRunning) throw new Error(`the appliance has ended: ${doorward.err}`);
      return /^Doorward runs: (\S+)$/m.exec(doorward.out)?.[1];
    });
    const appliance = new Appliance(doorward, home, address);
    const visitors = await moveIn(appliance, found, random);
    const paid: PaidVisit[] = [];
    let lastId = '';
    const attacks = count === 0 ? 0 : Math.max(1, Math.floor(attacksShare * count));
    for (let visit = 0; visit < count + attacks; visit += 1) {
      const isAttack = visit >= count;
      const visitor = chosen(visitors, random, isAttack);
      const { kind, frames } = isAttack
        ? await attackBy(eye, { visitor, random, number: visit - count })
        : await ordinary(eye, visitor, random);
      const answer = await payVisit(appliance, { bell, frames, lastId }).catch(unanswered);
      lastId = answer.id === '' ? lastId : answer.id;
      paid.push({
        kind,
        isAttack,
        isWarned: typeof answer.doubt === 'string',
        expected: visitor.expected,
        outcome: answer.outcome ?? '',
        personName: answer.personName ?? undefined,
        reason: answer.reason ?? '',
      });
      tell(paid.length);
    }
    return paid;
  } finally {
    doorward.send('SIGTERM');
    await doorward.ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

const [clean] = stressKinds as readonly [StressKind, ...StressKind[]];

/** Enrols a household over HTTP; gives everybody who may come, with a picture that is no reference. */
async function moveIn(appliance: Appliance, found: Survey, random: SeededRandom): Promise<readonly Visitor[]> {
  const visitors: Visitor[] = [];
  const everybody = shuffled([...byPerson(found.samples)], random);
  const able = everybody.filter(([, samples]) => teachable(samples).length > 0);
  // Of few people half stay strangers.
  const size = Math.min(householdMax, Math.ceil(able.length / 2));
  for (const [at, [person, samples]] of able.slice(0, size).entries()) {
    const taught = shuffled(teachable(samples), random).slice(0, Math.min(referencesMax, samples.length - 1));
    const name = `${at + 1} ${person.name}`.slice(0, 60);
    await enrol(appliance, name, taught.map(({ sample }) => sample.file)); // prettier-ignore
    const others = samples.filter((sample) => taught.every((one) => one.sample !== sample));
    visitors.push(...others.flatMap((sample) => (sample.seen === undefined ? [] : [{ sample, seen: sample.seen, expected: name }]))); // prettier-ignore
  }
  const away = new Set(able.slice(0, size).map(([person]) => person));
  const strangers = [...found.samples.filter(({ person }) => !away.has(person)), ...found.strangers];
  visitors.push(...strangers.flatMap((sample) => (sample.seen === undefined ? [] : [{ sample, seen: sample.seen, expected: undefined }]))); // prettier-ignore
  return visitors;
}

/** The first picture makes the person, each further one is a further face. */
async function enrol(appliance: Appliance, name: string, files: readonly string[]): Promise<void> {
  let path = '/api/v1/people';
  for (const file of files) {
    const form = new FormData();
    if (path === '/api/v1/people') form.append('name', name);
    form.append('isSomebodyElse', 'true');
    form.append('picture', new Blob([readFileSync(file)]), basename(file));
    const answer = await fetch(`${appliance.address}${path}`, { method: 'POST', body: form });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`cannot enrol ${name} from ${file}: ${text}`);
    const id = /"person":\{"id":"([^"]+)"/.exec(text)?.[1] ?? '';
    path = `/api/v1/people/${id}/faces`;
  }
}

/** Whoever holds up a picture holds up one of somebody of the household. */
function chosen(visitors: readonly Visitor[], random: SeededRandom, isAttack: boolean): Visitor {
  const isStranger = random.fraction() < strangersShare && !isAttack;
  const some = visitors.filter(({ expected }) => (expected === undefined) === isStranger);
  const from = some.length > 0 ? some : visitors;
  const one = from[Math.floor(random.fraction() * from.length)];
  if (one === undefined) throw new Error('cannot pay a visit: nobody can be enrolled');
  return one;
}

/** A press that leads to no visit is counted, and ends nothing. */
function unanswered(fault: unknown): VisitAnswer {
  if (!(fault instanceof AssertionError)) throw fault;
  return { id: '', phase: '', outcome: 'unanswered', personName: null, reason: null };
}

/** What the camera sees of a visitor, frame by frame. */
interface Shown {
  readonly kind: string;
  readonly frames: readonly Uint8Array[];
}

async function ordinary(eye: Eye, { sample, seen }: Visitor, random: SeededRandom): Promise<Shown> {
  const picture = await readAgain(eye, sample);
  const isUnderStress = random.fraction() < stressShare;
  if (!isUnderStress && random.fraction() < beforeDoorShare && hasRoom(picture, seen)) {
    const frames = await attackFrames(headBeforeDoor, { picture, seen }, { random, frames: framesOfVisit });
    return { kind: headBeforeDoor.name, frames: thereAndBack(frames) };
  }
  const kind = isUnderStress ? (shuffled(stressKinds, random)[0] ?? clean) : clean;
  const made = await kind.make(await sceneOf(picture, seen.face, kind.widthPx));
  const frames = Array.from({ length: framesOfVisit }, (_none, at) => shifted(made, wander(at), wander(at + 3)));
  return { kind: kind.name, frames };
}

interface Attack {
  readonly visitor: Visitor;
  readonly random: SeededRandom;
  readonly number: number;
}

async function attackBy(eye: Eye, { visitor, random, number }: Attack): Promise<Shown> {
  const { sample, seen } = visitor;
  const kind = attackKinds[number % attackKinds.length];
  if (kind === undefined) throw new Error('there is no kind of attack');
  const picture = await readAgain(eye, sample);
  const frames = await attackFrames(kind, { picture, seen }, { random, frames: framesOfVisit });
  return { kind: kind.name, frames: thereAndBack(frames) };
}

async function readAgain(eye: Eye, { file }: Sample): Promise<Pixels> {
  const picture = await eye.read(file);
  if (picture === undefined) throw new Error(`cannot read ${file} a second time`);
  return picture;
}

/** A hand goes back the way it came, and does not jump. */
function thereAndBack(frames: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...frames, ...frames.slice(1, -1).toReversed()];
}

interface Errand {
  readonly bell: string;
  readonly frames: readonly Uint8Array[];
  readonly lastId: string;
}

/** Somebody walks up, rings, and stands there until the visit is decided. */
async function payVisit(appliance: Appliance, { bell, frames: shown, lastId }: Errand): Promise<VisitAnswer> {
  const frames = await Promise.all(shown.map((frame) => jpegOf(frame, 92)));
  const bytes = shown[0]?.length ?? 0;
  for (let at = 0; at < emptyFrames; at += 1)
    await push(appliance, await jpegOf(new Uint8Array(bytes).fill(90 + at), 92));
  const leaving = new AbortController();
  const standing = (async (): Promise<void> => {
    for (let at = 0; !leaving.signal.aborted; at += 1) {
      const next = sleep(frameMs);
      await push(appliance, frames[at % frames.length] ?? Buffer.alloc(0));
      await next;
    }
  })();
  try {
    await sleep(5 * frameMs);
    appendFileSync(bell, '1');
    await sleep(pressMs);
    appendFileSync(bell, '0');
    return await waitFor('a visit is decided', async () => {
      await sleep(100);
      const { visits } = await appliance.json<{ visits: readonly VisitAnswer[] }>('/api/v1/visits?limit=1');
      const [newest] = visits;
      return newest !== undefined && newest.id !== lastId && newest.phase === 'decided' ? newest : undefined;
    });
  } finally {
    leaving.abort();
    await standing;
  }
}

async function push(appliance: Appliance, jpeg: Uint8Array): Promise<void> {
  const answer = await fetch(`${appliance.address}/api/v1/frames`, {
    method: 'POST',
    body: Buffer.from(jpeg),
    headers: { 'content-type': 'image/jpeg' },
  });
  await answer.arrayBuffer();
  if (![202, 503].includes(answer.status)) throw new Error(`cannot push a frame: ${answer.status}`);
}

function wander(at: number): number {
  return Math.round(wanderPx * Math.sin(at * 1.7));
}
