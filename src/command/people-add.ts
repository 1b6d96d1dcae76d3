import { resolve } from 'node:path';
import type { Static } from 'typebox';
import { enrolledAnswer } from './answers.ts';
import type { ApiCall, ApiClient, ApiResult } from './api-client.ts';
import { exitCodes, jsonOption, misused, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { findVisit, shortIds } from './find-id.ts';
import { peopleNamed } from './find-person.ts';
import { readPicture } from './picture-file.ts';
import { failed, printJson, reach } from './reach.ts';
import { count, plain } from './text.ts';

const picturesMax = 100;

/** Teaches the appliance a face. */
export const peopleAddCommand: Command = {
  name: 'people add',
  summary: 'Enrol a person, or more faces of one, by pictures, from the camera or from a visit',
  parameters: { text: 'NAME [PICTURE…]', min: 1, max: picturesMax + 1 },
  description: 'A picture that cannot be used is refused with the reason, and the others are taken.',
  options: {
    camera: { type: 'boolean', description: 'Take whoever stands at the camera now' },
    visit: { type: 'string', value: 'ID', description: 'Take the face of a visit: its id, or the beginning of it' },
    'somebody-else': { type: 'boolean', description: 'They look like another person, and are not: enrol all the same' },
    ...jsonOption,
  },
  run: (context) => {
    const [, ...pictures] = context.args;
    const ways = [context.flags.isSet('camera'), context.flags.text('visit') !== undefined, pictures.length > 0];
    if (ways.filter(Boolean).length !== 1) {
      return Promise.resolve(
        misused(context, 'people add', 'cannot enrol without a face: give pictures, or --camera, or --visit ID'),
      );
    }
    const work = (client: ApiClient): Promise<ExitCode> => enrol(context, client);
    return context.flags.isSet('camera') ? reach(context, work, { mustRun: 'use the camera' }) : reach(context, work);
  },
};

type Enrolled = Static<typeof enrolledAnswer>;

async function enrol(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const [name = '', ...pictures] = context.args;
  const named = await peopleNamed(client, name);
  if (named.outcome !== 'answered') return failed(context, named);
  const [known, ...others] = named.body;
  if (others.length > 0) {
    context.terminal.complain(`cannot tell which ${JSON.stringify(plain(name))} is meant: rename one of them first`);
    return exitCodes.failed;
  }
  if (pictures.length > 0) return enrolPictures(context, client, known?.id);
  const call = await callWithoutPicture(context, client, known?.id);
  if ('outcome' in call) return failed(context, call);
  const enrolled = await client.ask(call, enrolledAnswer);
  if (enrolled.outcome !== 'answered') return failed(context, enrolled);
  return report(context, [enrolled.body], []);
}

/** The first picture that is taken makes the person; the others are added to them. */
async function enrolPictures(
  context: CommandContext,
  client: ApiClient,
  knownId: string | undefined,
): Promise<ExitCode> {
  const { terminal, signal } = context;
  const [name = '', ...pictures] = context.args;
  const enrolled: Enrolled[] = [];
  const refusals: string[] = [];
  for (const [index, file] of pictures.entries()) {
    if (signal.aborted) break;
    terminal.progress(`${index + 1}/${pictures.length} ${plain(file)}`);
    const personId = knownId ?? enrolled[0]?.person.id;
    const result = await enrolPicture(context, client, { name, file, personId });
    if (result.outcome === 'unreachable') return failed(context, result);
    if (result.outcome === 'answered') enrolled.push(result.body);
    else refusals.push(`${file}: ${result.message}`);
  }
  terminal.progress('');
  return report(context, enrolled, refusals);
}

async function enrolPicture(
  context: CommandContext,
  client: ApiClient,
  wish: { readonly name: string; readonly file: string; readonly personId: string | undefined },
): Promise<ApiResult<Enrolled>> {
  const read = await readPicture(context.disk, resolve(context.workingFolder, wish.file));
  if (read.outcome === 'refused') return { outcome: 'refused', status: 0, message: read.message };
  const path = wish.personId === undefined ? '/api/v1/people' : `/api/v1/people/${wish.personId}/faces`;
  const who = wish.personId === undefined ? { name: wish.name } : {};
  const likeness = context.flags.isSet('somebody-else') ? { isSomebodyElse: 'true' } : {};
  return client.ask(
    { method: 'POST', path, form: { fields: { ...who, ...likeness }, picture: read.bytes } },
    enrolledAnswer,
  );
}

async function callWithoutPicture(
  context: CommandContext,
  client: ApiClient,
  knownId: string | undefined,
): Promise<ApiCall | Exclude<ApiResult<unknown>, { readonly outcome: 'answered' }>> {
  const [name = ''] = context.args;
  const visit = context.flags.text('visit');
  if (visit !== undefined) {
    const found = await findVisit(client, visit);
    if (found.outcome !== 'answered') return found;
    const json = knownId === undefined ? { name } : { personId: knownId };
    return { method: 'POST', path: `/api/v1/visits/${encodeURIComponent(found.body)}/enrol`, json };
  }
  const json = { fromCamera: true, isSomebodyElse: context.flags.isSet('somebody-else') };
  if (knownId !== undefined) return { method: 'POST', path: `/api/v1/people/${knownId}/faces`, json };
  return { method: 'POST', path: '/api/v1/people', json: { ...json, name } };
}

function report(context: CommandContext, enrolled: readonly Enrolled[], refused: readonly string[]): ExitCode {
  const { terminal, flags } = context;
  const refusals = [...enrolled.flatMap((one) => one.refusals.map(({ message }) => message)), ...refused];
  const person = enrolled[0]?.person;
  const faces = enrolled.reduce((sum, one) => sum + one.faces.length, 0);
  if (flags.isSet('json')) printJson(context, { person: person ?? null, faces, refusals });
  else {
    for (const refusal of refusals) terminal.complain(plain(refusal));
    if (person !== undefined)
      terminal.print(`${plain(person.name)}: ${count(faces, 'face')} enrolled (${shortIds([])(person.id)})`);
    else terminal.complain('cannot enrol: no picture could be used');
  }
  return person === undefined || refusals.length > 0 ? exitCodes.failed : exitCodes.done;
}
