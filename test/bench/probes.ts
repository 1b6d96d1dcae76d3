/**
 * `npm run bench:probes`: what an incumbent's own work costs during a trial, in instructions of a Pi 4 that the emulator
 * counts: knocks and questions at the executable for a Pi, and what it looks at of its own presses and pictures, at the
 * rates that a household has. Left out: what its own presses write, the decoding of pictures, and visitors who are looked
 * at a second time. A question is taken for a read, and asking is taken to cost as much as answering. After the probation
 * nobody knocks, asks or presses.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { begin } from '../../scripts/entry.ts';
import { knockIntervalMs, knockPaths } from '../../src/appliance/trial/door-knocking.ts';
import { questionReads } from '../../src/appliance/trial/own-questions.ts';
import { knock } from '../../src/machine/process/door-knock.ts';
import { askDoor, doorAt } from '../../src/machine/process/door-question.ts';
import { resolveLayers } from '../../src/settings/resolve.ts';
import { arm64Executable } from '../image/card.ts';
import { countFrame } from './counted-frame.ts';
import { EmulatedPi, piInstructionsPerSecond } from './emulated-pi.ts';

begin({ usage: 'npm run bench:probes' });

/** The longer run's count minus the shorter one's is that of what was asked between. */
const few = 120;
const many = 360;
/** Every run is as long, so that what it does unasked is the same. */
const runMs = 120_000;
const answerMsMax = 30_000;
/** Of the questions, by the incumbent's own order. */
const questionsPerPicture = 40;
const [secondMs, minuteSeconds] = [1000, 60];
/** Three presses in a row are one visit: frames of the first burst, and some for each press that joins. */
const framesOfJoined = 3;

const { gate, camera } = resolveLayers([]).settings;
const folder = mkdtempSync(join(tmpdir(), 'doorward-probes-'));

/** Asks the executable of a Pi so often, one after the other. */
async function countAsked(
  pi: EmulatedPi,
  times: number,
  ask: (address: string, turn: number) => Promise<unknown>,
): Promise<number> {
  const home = mkdtempSync(join(folder, 'home-'));
  const program = [
    await arm64Executable(),
    'run',
    `--home=${home}`,
    '--web.port=0',
    '--camera.source=push',
    '--log.level=ERROR',
  ];
  const counted = pi.start(program);
  const instructions = counted.instructions();
  const { stdout } = counted.process;
  const [printed] = await Promise.race([once(stdout ?? process.stdin, 'data'), instructions.then(() => [''])]);
  const address = /http:\/\/[\d.]+:\d+/.exec(String(printed))?.[0];
  if (address === undefined) throw new Error(`cannot count what nobody answers: it said ${String(printed)}`);
  const endMs = performance.now() + runMs;
  for (let turn = 0; turn < times; turn += 1) await ask(address, turn);
  await sleep(Math.max(0, endMs - performance.now()));
  counted.process.kill('SIGTERM');
  return instructions;
}

async function countEach(
  pi: EmulatedPi,
  what: string,
  ask: (address: string, turn: number) => Promise<unknown>,
): Promise<number> {
  const each = ((await countAsked(pi, many, ask)) - (await countAsked(pi, few, ask))) / (many - few);
  console.log(`${what}: ${(each / 1e6).toFixed(2)} million instructions for whoever answers`);
  return each;
}

const knockOnce = (address: string, turn: number): Promise<unknown> =>
  knock(doorAt(address), knockPaths[turn % knockPaths.length] ?? '/').told;
const askOnce = (address: string, turn: number): Promise<unknown> => {
  const path = questionReads[turn % questionReads.length] ?? '/';
  return askDoor(doorAt(address), { method: 'GET', path }, answerMsMax);
};

try {
  const pi = await EmulatedPi.open(folder);
  const knocked = await countEach(pi, 'a knock', knockOnce);
  const asked = await countEach(pi, 'a question', askOnce);
  const { instructions: looked } = await countFrame(pi, 'at-the-door');
  console.log(`a look at a frame: ${Math.round(looked / 1e6)} million instructions`);
  const questionsPerSecond = gate.questionsPerMinute / minuteSeconds;
  const perSecond = {
    // Knocked and answered; asked, answered, and answered by the incumbent itself, which a picture is looked at by, too.
    'knocks': (secondMs / knockIntervalMs) * 2 * knocked,
    'questions': questionsPerSecond * 3 * asked,
    'pictures': (questionsPerSecond / questionsPerPicture) * 2 * looked,
    // By the candidate, and decided again by the incumbent; somebody stands there, and stays a stranger.
    'own presses': ((2 * (camera.burstFrames + framesOfJoined)) / gate.ownPressSeconds) * looked,
  }; // prettier-ignore
  let percentOfPi = 0;
  for (const [name, instructions] of Object.entries(perSecond)) {
    const percent = (100 * instructions) / piInstructionsPerSecond;
    percentOfPi += percent;
    console.log(`${name}: ${(instructions / 1e6).toFixed(0)} million a second, ${percent.toFixed(2)} % of a Pi 4`);
  }
  const millions = (value: number): number => Number((value / 1e6).toFixed(2));
  console.log(
    JSON.stringify({
      probesPercentOfPi: Number(percentOfPi.toFixed(2)),
      knockMInstructions: millions(knocked),
      questionMInstructions: millions(asked),
      lookMInstructions: millions(looked),
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
