import { resolve } from 'node:path';
import { recognitionAnswer, type RecognitionAnswer } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { exitCodes, jsonOption, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { readPicture } from './picture-file.ts';
import { printJson, reach } from './reach.ts';
import { plain } from './text.ts';

const filesMax = 1000;

/** Tries recognition on pictures. */
export const recognizeCommand: Command = {
  name: 'recognize',
  summary: 'Say who is on pictures, and why',
  parameters: { text: 'FILE…', min: 1, max: filesMax },
  description:
    'Nothing is stored. For each face: box (left, top, width, height), score of the detector, name, reason, distances.',
  options: jsonOption,
  run: (context) => reach(context, (client) => recognizeAll(context, client)),
};

type Outcome = ({ readonly file: string } & RecognitionAnswer) | { readonly file: string; readonly error: string };

async function recognizeAll(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const { terminal, args, signal } = context;
  const isJson = context.flags.isSet('json');
  const outcomes: Outcome[] = [];
  for (const [index, file] of args.entries()) {
    if (signal.aborted) break;
    terminal.progress(`${index + 1}/${args.length} ${plain(file)}`);
    const outcome = await recognizeOne(context, client, file);
    outcomes.push(outcome);
    if (!isJson) print(context, outcome);
  }
  terminal.progress('');
  if (isJson) printJson(context, outcomes);
  return outcomes.some((outcome) => 'error' in outcome) ? exitCodes.failed : exitCodes.done;
}

async function recognizeOne(context: CommandContext, client: ApiClient, file: string): Promise<Outcome> {
  const read = await readPicture(context.disk, resolve(context.workingFolder, file));
  if (read.outcome === 'refused') return { file, error: read.message };
  const form = { fields: {}, picture: read.bytes };
  const answer = await client.ask({ method: 'POST', path: '/api/v1/recognize', form }, recognitionAnswer);
  return answer.outcome === 'answered' ? { file, ...answer.body } : { file, error: answer.message };
}

function print({ terminal }: CommandContext, outcome: Outcome): void {
  const file = plain(outcome.file);
  if ('error' in outcome) {
    terminal.complain(`${file}: ${plain(outcome.error)}`);
    return;
  }
  if (outcome.faces.length === 0) terminal.print(`${file}: no face found`);
  for (const { box, score, outcome: verdict, name, reason, candidates } of outcome.faces) {
    const place = [box.x, box.y, box.width, box.height].map(Math.round).join(', ');
    const who = name === null ? verdict : `${name} (${verdict})`;
    terminal.print(`${file}: ${plain(who)} at [${place}], score ${score.toFixed(2)}: ${plain(reason)}`);
    for (const candidate of candidates)
      terminal.print(`  ${plain(candidate.name)}: distance ${candidate.distance.toFixed(3)}`);
  }
}
