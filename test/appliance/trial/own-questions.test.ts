import assert from 'node:assert/strict';
import test from 'node:test';
import { chooseFrom, namesIn } from '../../../src/appliance/trial/own-pictures.ts';
import { OwnQuestions, type OwnQuestionsParts } from '../../../src/appliance/trial/own-questions.ts';
import type { DoorAnswer, DoorRequest } from '../../../src/machine/process/door-question.ts';
import { nodeClock } from '../../../src/machine/node/node-clock.ts';
import type { Candidate } from '../../../src/system/candidate.ts';

const answered = (status: number, body = ''): DoorAnswer => ({ outcome: 'answered', status, body: Buffer.from(body) });
const late: DoorAnswer = { outcome: 'late' };
const beat = { kind: 'heartbeat', sequence: 1, frames: 0, checks: {}, requests: 0, errors: 0, memoryBytes: 1 };

function candidateSaying(said: object = {}): Candidate {
  return { lastHeartbeat: () => ({ atMs: 0, message: { ...beat, ...said } }) } as unknown as Candidate;
}
/** Ada on one picture, and what the two sides answer. */
function questionsOf(changed: Partial<OwnQuestionsParts> = {}): OwnQuestions {
  return new OwnQuestions({
    callers: () => 'few',
    clock: nodeClock,
    askOwn: async () => answered(200),
    askDoor: async () => answered(200, JSON.stringify({ faces: [{ outcome: 'known', personId: 'ada' }] })),
    pictures: { next: async () => ({ path: 'ada.jpg', bytes: new Uint8Array(9) }), look: async () => ['ada'] },
    setting: () => undefined,
    hasFrames: true,
    ...changed,
  });
}
const name = ({ method, path }: DoorRequest): string => `${method} ${path}`;

test('within one round every kind of route is asked of both, and this process first', async () => {
  const order: string[] = [];
  let isStored = false;
  const noteWrite = ({ body }: DoorRequest): void => void (isStored = body === 'set' ? true : body === 'remove' ? false : isStored); // prettier-ignore
  const questions = questionsOf({
    setting: () => ({ set: 'set', remove: 'remove', isStored: () => isStored }),
    askOwn: async (asked) => (order.push(`own ${name(asked)}`), noteWrite(asked), answered(200)),
    askDoor: async (asked) => (order.push(`door ${name(asked)}`), noteWrite(asked), answered(200, '{"faces":[]}')),
  });
  const kinds: (string | undefined)[] = [];
  for (let turn = 0; turn < 8; turn += 1) kinds.push((await questions.ask(candidateSaying()))?.kind);
  assert.deepEqual(new Set(kinds), new Set(['picture', 'read', 'stream', 'view', 'write']));
  assert.ok(order.indexOf('own PATCH /api/v1/settings') < order.indexOf('door PATCH /api/v1/settings'));
  assert.ok(order.includes('door POST /api/v1/recognize') && order.includes('door GET /api/v1/events'));
  for (let turn = 0; turn < 32; turn += 1) kinds.push((await questions.ask(candidateSaying()))?.kind);
  for (let turn = 0; turn < 24; turn += 1) kinds.push((await questions.ask(candidateSaying()))?.kind);
  const times = (kind: string): number => kinds.filter((one) => one === kind).length;
  assert.deepEqual([times('picture'), times('write')], [4, 2], 'what costs most rests when it was answered');
  assert.equal(isStored, false, 'what was written is gone');
});

test('a write that is not in the database afterwards is a fault, and so is one that stays', async () => {
  const wellWith = async (stored: (body: unknown) => boolean | undefined): Promise<boolean | undefined> => {
    let isStored = false;
    const take = async ({ body }: DoorRequest): Promise<DoorAnswer> => ((isStored = body === 'set'), answered(200));
    const there = async ({ body }: DoorRequest): Promise<DoorAnswer> => {
      isStored = stored(body) ?? isStored;
      return answered(200);
    };
    const setting = { set: 'set', remove: 'remove', isStored: () => isStored };
    const questions = questionsOf({ setting: () => setting, askOwn: take, askDoor: there });
    await questions.ask(candidateSaying());
    const asked = await questions.ask(candidateSaying());
    assert.deepEqual([asked?.kind, isStored], ['write', false]);
    return asked?.candidate?.isWell;
  };
  assert.equal(await wellWith((body) => body === 'set'), true);
  assert.equal(await wellWith(() => undefined), false, 'it says so, and does nothing');
  assert.equal(await wellWith((body) => (body === 'set' ? true : undefined)), false, 'it does not take it back');
});

test('an empty answer, an empty list and a part that is missing are poorer than what the incumbent says', async () => {
  const seen = async (own: string, there: string): Promise<boolean | undefined> => {
    const askDoor = async (): Promise<DoorAnswer> => answered(200, there);
    const one = await questionsOf({ askOwn: async () => answered(200, own), askDoor }).ask(candidateSaying());
    return one?.candidate?.isWell;
  };
  assert.equal(await seen('<html>', ''), false);
  assert.equal(await seen('{"visits":[1]}', '{"visits":[]}'), false);
  assert.equal(await seen('{"visits":[],"next":null}', '{"visits":[]}'), false);
  assert.equal(await seen('{"visits":[]}', '{"visits":[1],"more":1}'), true);
});

test('a fault, a missing page, a cut connection and silence are told apart from a refusal', async () => {
  const seen = async (there: DoorAnswer, own = answered(200)): Promise<unknown> => {
    const one = await questionsOf({ askOwn: async () => own, askDoor: async () => there }).ask(candidateSaying());
    return one?.candidate === undefined ? one?.candidate : (one.candidate.isRefused ?? one.candidate.isWell);
  };
  assert.equal(await seen(answered(500)), false);
  assert.equal(await seen(answered(404)), false);
  assert.equal(await seen(answered(404), answered(404)), true);
  assert.equal(await seen(answered(401)), true, 'it may ask who it is that asks');
  assert.equal(await seen({ outcome: 'cut' }), false);
  assert.equal(await seen(answered(429)), true);
  assert.equal(await seen(late), undefined);
});

test('what the candidate failed at is asked of both, every second time; never what does not end or is no address', async () => {
  const asked: string[] = [];
  const questions = questionsOf({ askDoor: async (one) => (asked.push(one.path), answered(200, '{"faces":[]}')) });
  const failed = ['/api/v1/visits/7', 'http://elsewhere/', '/a b', '/api/v1/events?x'];
  await questions.ask(candidateSaying({ failed }));
  for (let turn = 0; turn < 15; turn += 1) await questions.ask(candidateSaying());
  assert.equal(asked.filter((path) => path === '/api/v1/visits/7').length, 1);
  assert.ok(!asked.includes('http://elsewhere/') && !asked.includes('/a b') && !asked.includes('/api/v1/events?x'));
});

test('where this process does not answer there is nothing to compare', async () => {
  const asked: string[] = [];
  const askDoor = async (one: DoorRequest): Promise<DoorAnswer> => (asked.push(one.path), answered(200));
  assert.equal(await questionsOf({ askOwn: async () => late, askDoor }).ask(candidateSaying()), undefined);
  assert.deepEqual(asked, []);
});

test('names on a picture are held side by side; where the nets were let go, none are', async () => {
  const picture = async (changed: Partial<OwnQuestionsParts> = {}): ReturnType<OwnQuestions['ask']> => {
    const questions = questionsOf(changed);
    for (let turn = 0; turn < 7; turn += 1) await questions.ask(candidateSaying());
    return questions.ask(candidateSaying());
  };
  const seen = await picture({ callers: () => 'crowd' });
  assert.deepEqual([seen?.kind, seen?.what, seen?.callers], ['picture', 'ada.jpg', 'crowd']);
  assert.deepEqual(seen?.names, { own: ['ada'], candidate: ['ada'] });
  assert.equal((await picture({ askDoor: async () => answered(200, 'no JSON') }))?.candidate?.isWell, false);
  const pictures = { next: async () => ({ path: 'ada.jpg', bytes: new Uint8Array(9) }), look: async () => undefined };
  assert.equal(await picture({ pictures }), undefined);
});

test('where the incumbent itself takes seconds, the candidate is waited for four times as long', async () => {
  const waitsFor = async (ownMs: number): Promise<readonly number[]> => {
    let nowMs = 0;
    const waits: number[] = [];
    const questions = questionsOf({
      clock: { ...nodeClock, uptimeMs: () => nowMs },
      askOwn: async () => ((nowMs += ownMs), answered(200)),
      askDoor: async (_asked, timeoutMs) => (waits.push(timeoutMs), answered(200, '{"faces":[]}')),
      pictures: {
        next: async () => ({ path: 'ada.jpg', bytes: new Uint8Array(9) }),
        look: async () => ((nowMs += ownMs * 2), ['ada']),
      },
    });
    for (let turn = 0; turn < 8; turn += 1) await questions.ask(candidateSaying());
    return [waits.at(0) ?? 0, waits.at(-1) ?? 0];
  };
  assert.deepEqual(await waitsFor(20), [2500, 10_000]);
  assert.deepEqual(await waitsFor(2000), [8000, 16_000]);
});

test('pictures of the known and of others take turns; a name is one of a known or probable face', () => {
  const visit = (outcome: 'known' | 'stranger', picture: string) => ({ outcome, picture }); // prettier-ignore
  const visits = [visit('known', '1'), visit('known', '2'), visit('stranger', '3'), visit('known', '4')];
  assert.deepEqual(chooseFrom(visits), ['1', '3', '2', '4']);
  const faces = [
    { outcome: 'known', personId: 'ada' },
    { outcome: 'stranger', personId: null },
    { outcome: 'probably', personId: 'eve' },
  ];
  assert.deepEqual(namesIn(Buffer.from(JSON.stringify({ faces }))), ['ada', 'eve']);
  assert.equal(namesIn(Buffer.from('{"faces":1}')), undefined);
});
