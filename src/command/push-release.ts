import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { pushedAnswer } from './answers.ts';
import type { ApiClient, ApiResult } from './api-client.ts';
import type { CommandContext } from './context.ts';
import { bytesText } from './text.ts';

const partBytes = 1024 * 1024;
/** Times in a row without a byte more that arrived. */
const attemptsMax = 30;
const retryDelayMs = 1000;
const conflict = 409;

export type PushResult =
  /** `name`: what the appliance calls the file. */
  { readonly outcome: 'pushed'; readonly name: string } | Exclude<ApiResult<unknown>, { readonly outcome: 'answered' }>;

interface ReleaseOnDisk {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of the whole file: so that an earlier push of another file is never continued. */
  readonly sha256: Uint8Array;
}

/** Sends a release file part by part, from where an earlier push stopped, with progress for people. */
export async function pushRelease(context: CommandContext, client: ApiClient, path: string): Promise<PushResult> {
  const file = await releaseOnDisk(context, path);
  if (file === undefined) return refused(`cannot push ${path}: there is no such file, or it is empty`);
  let attempts = 0;
  for (;;) {
    const answer = await pushOn(context, client, file);
    if (answer.outcome === 'pushed') return answer;
    // A connection that was cut, or its remains: what has arrived is there, and the next attempt goes on after it.
    const mayPass = answer.outcome === 'unreachable' || answer.status === conflict;
    attempts = answer.hasMoved ? 1 : attempts + 1;
    if (!mayPass || !answer.isUnderWay || attempts > attemptsMax || context.signal.aborted) return answer;
    await context.clock.sleep(retryDelayMs, context.signal);
  }
}

type Pushed =
  | Extract<PushResult, { outcome: 'pushed' }>
  | (Exclude<PushResult, { outcome: 'pushed' }> & {
      /** The appliance had answered before: it takes release files. */
      readonly isUnderWay: boolean;
      readonly hasMoved: boolean;
    });

async function pushOn(context: CommandContext, client: ApiClient, file: ReleaseOnDisk): Promise<Pushed> {
  const { disk, terminal } = context;
  const { name, bytes, sha256 } = file;
  const path = `/api/v1/update/files/${name}`;
  const here = await client.ask({ method: 'GET', path }, pushedAnswer);
  if (here.outcome !== 'answered') return { ...here, isUnderWay: here.outcome === 'unreachable', hasMoved: false };
  const { isComplete, total, sha256: said } = here.body;
  const isSame = !isComplete && total === bytes && said === Buffer.from(sha256).toString('hex');
  const digest = `sha-256=:${Buffer.from(sha256).toString('base64')}:`;
  const begin = isSame ? here.body.bytes : 0;
  for (let offset = begin; offset < bytes; offset += partBytes) {
    terminal.progress(`pushing ${name}: ${Math.floor((100 * offset) / bytes)} % of ${bytesText(bytes)}`);
    const content = await disk.readPart(file.path, offset, partBytes);
    if (content === undefined || content.length !== Math.min(partBytes, bytes - offset))
      return { ...refused(`cannot push ${file.path}: it has changed meanwhile`), isUnderWay: false, hasMoved: false };
    const range = `bytes ${offset}-${offset + content.length - 1}/${bytes}`;
    const part = { content, headers: { 'content-range': range, 'repr-digest': digest } };
    const sent = await client.ask({ method: 'PUT', path, part }, pushedAnswer);
    if (sent.outcome !== 'answered') return { ...sent, isUnderWay: true, hasMoved: offset > begin };
  }
  terminal.progress('');
  return { outcome: 'pushed', name };
}

/** The file to be pushed, read once; undefined when there is none, or nothing in it. */
export async function releaseOnDisk(
  { disk, terminal }: CommandContext,
  path: string,
): Promise<ReleaseOnDisk | undefined> {
  const entry = (await disk.list(dirname(path))).find(({ name, kind }) => name === basename(path) && kind === 'file');
  if (entry === undefined || entry.bytes === 0) return undefined;
  terminal.progress(`reading ${entry.name}…`);
  const hash = createHash('sha256');
  for (let offset = 0; offset < entry.bytes; offset += partBytes)
    hash.update((await disk.readPart(path, offset, partBytes)) ?? new Uint8Array());
  terminal.progress('');
  return { path, name: nameFor(entry.name), bytes: entry.bytes, sha256: hash.digest() };
}

/** The name as the appliance takes it. */
function nameFor(name: string): string {
  const plainName = name
    .replace(/\.release$/, '')
    .replaceAll(/[^A-Za-z0-9._+-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 80);
  return `${plainName === '' ? 'file' : plainName}.release`;
}

function refused(message: string): Extract<PushResult, { outcome: 'refused' }> {
  return { outcome: 'refused', status: 0, message };
}
