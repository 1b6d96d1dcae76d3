import { createHash } from 'node:crypto';
import { failed } from './reach.ts';
import { exitCodes, type ExitCode } from './command.ts';
import type { ApiResult } from './api-client.ts';
import type { CommandContext } from './context.ts';
import { releaseOnDisk } from './push-release.ts';
import { plain } from './text.ts';

const partBytes = 1024 * 1024;
const worldReadable = 0o644;
const faultStatusMin = 500;

/** An appliance whose web server is at fault, rather than one that says no. */
export function isSick(answer: Exclude<ApiResult<unknown>, { outcome: 'answered' }>): boolean {
  return answer.outcome === 'unreachable' || answer.status >= faultStatusMin;
}

/**
 * Lays the release file where pushed ones come to lie, without the web server: the way past a release that answers nobody
 * any more. The updater looks there every minute, and judges it like any other.
 */
export async function layRelease(
  context: CommandContext,
  path: string,
  why: Exclude<ApiResult<unknown>, { outcome: 'answered' }>,
): Promise<ExitCode> {
  const { disk, terminal, home } = context;
  const file = await releaseOnDisk(context, path);
  if (file === undefined) return failed(context, why);
  const folder = `${home.root}/incoming`;
  const draft = `${folder}/laid.part`;
  await disk.makeDirectory(folder);
  await disk.write(draft, '');
  const hash = createHash('sha256');
  for (let offset = 0; offset < file.bytes; offset += partBytes) {
    const content = (await disk.readPart(path, offset, partBytes)) ?? new Uint8Array();
    hash.update(content);
    await disk.writePart(draft, offset, content);
  }
  if (!hash.digest().equals(file.sha256)) {
    terminal.complain(`cannot lay ${path} into ${folder}: it has changed meanwhile`);
    return exitCodes.failed;
  }
  await disk.setMode(draft, worldReadable); // The bell's user reads it, whoever typed this.
  await disk.sync(draft);
  await disk.rename(draft, `${folder}/pushed-${file.name}`);
  await disk.syncDirectory(folder);
  terminal.complain(plain(why.message));
  terminal.print(
    `laid ${file.name} into ${folder} instead: it is looked at within a minute; see journalctl -u doorward`,
  );
  return exitCodes.done;
}
