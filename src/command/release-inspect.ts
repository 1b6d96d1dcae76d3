import { resolve } from 'node:path';
import { fileSource } from '../release/byte-source.ts';
import { inspectRelease, type Inspection } from '../release/inspect-release.ts';
import { unpackedBytes } from '../release/manifest.ts';
import { shortKeyId } from '../release/sign-release.ts';
import { isoTime } from '../system/iso-time.ts';
import { exitCodes, jsonOption, type Command } from './command.ts';
import { printJson } from './reach.ts';
import { bytesText, count, table } from './text.ts';

/** What is in a release file. */
export const releaseInspectCommand: Command = {
  name: 'release inspect',
  summary: 'Show what a release file says of itself',
  parameters: { text: 'FILE', min: 1, max: 1 },
  description: 'Believes what it reads; whether it may be believed is for doorward release verify.',
  options: jsonOption,
  async run(context) {
    const { args, disk, flags, terminal, workingFolder } = context;
    const path = resolve(workingFolder, args[0] ?? '');
    const source = await fileSource(disk, path);
    const result = source === undefined ? undefined : await inspectRelease(source);
    if (result?.outcome !== 'read') {
      terminal.complain(result?.message ?? `cannot read ${path}: there is no such file`);
      return exitCodes.failed;
    }
    if (flags.isSet('json')) printJson(context, result.inspection);
    else for (const line of linesOf(result.inspection)) terminal.print(line);
    return exitCodes.done;
  },
};

function linesOf({ manifest, digest, signed, expires, roots, signatures, threshold, bytes }: Inspection): string[] {
  const { hardware, schema, files, goldenFaces } = manifest;
  const signers = signatures.length === 0 ? '' : ` (${signatures.map(shortKeyId).join(', ')})`;
  return table([
    ['release', `${manifest.name} ${manifest.version}`],
    ['for', `${manifest.architecture}, ${hardware.length === 0 ? 'all hardware' : hardware.join(', ')}`],
    ['follows', `${manifest.follows} or later`],
    ['database', `opens schema ${schema.lowest} to ${schema.highest}`],
    ['starts with', manifest.entry.join(' ')],
    ['made', isoTime(manifest.createdMs)],
    ['content', `${count(files.length, 'file')}, ${bytesText(unpackedBytes(manifest))}; packed ${bytesText(bytes)}`],
    ['golden faces', String(goldenFaces.length)],
    ['digest', digest],
    ['signatures', `${signatures.length} of ${threshold}${signers}, version ${signed}, good until ${expires}`],
    ['roots', `${roots[0] ?? 0} to ${roots.at(-1) ?? 0}`],
  ]);
}
