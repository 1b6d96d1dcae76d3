import { AssertionError } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Appliance, Doorward, waitFor } from '../../end-to-end/appliance-process.ts';
import type { SeededRandom } from '../../fakes/seeded-random.ts';
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

interface VisitAnswer {
  readonly id: string;
  readonly phase: string;
  readonly outcome: string | null;
  readonly personName: string | null;
  readonly reason: string | null;
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
    for (let visit = 0; visit < count; visit += 1) {
      const visitor = chosen(visitors, random);
      const kind = random.fraction() < stressShare ? (shuffled(stressKinds, random)[0] ?? clean) : clean;
      const answer = await payVisit(appliance, { eye, bell, visitor, kind, lastId }).catch(unanswered);
      lastId = answer.id === '' ? lastId : answer.id;
      paid.push({
        kind: kind.name,
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

function chosen(visitors: readonly Visitor[], random: SeededRandom): Visitor {
  const isStranger = random.fraction() < strangersShare;
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

interface Errand {
  readonly eye: Eye;
  readonly bell: string;
  readonly visitor: Visitor;
  readonly kind: StressKind;
  readonly lastId: string;
}

/** Somebody walks up, rings, and stands there until the visit is decided. */
async function payVisit(appliance: Appliance, { eye, bell, visitor, kind, lastId }: Errand): Promise<VisitAnswer> {
  const picture = await eye.read(visitor.sample.file);
  if (picture === undefined) throw new Error(`cannot read ${visitor.sample.file} a second time`);
  const scene = await sceneOf(picture, visitor.seen.face, kind.widthPx);
  const made = await kind.make(scene);
  const frames = await Promise.all(
    Array.from({ length: framesOfVisit }, (_none, at) => jpegOf(shifted(made, wander(at), wander(at + 3)), 92)),
  );
  for (let at = 0; at < emptyFrames; at += 1)
    await push(appliance, await jpegOf(new Uint8Array(made.length).fill(90 + at), 92));
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
