import { resolve } from 'node:path';
import { signRoot } from '../release/root-file.ts';
import { readRoots, rootPath } from '../release/root-folder.ts';
import { shortKeyId, signRelease } from '../release/sign-release.ts';
import type { Signer } from '../release/keys.ts';
import { replaceFile } from '../system/disk.ts';
import { exitCodes, misused, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { expiresOption, readSigner, timeOf } from './release-words.ts';
import { standingLines } from './release-root.ts';

/** A signature more. */
export const releaseSignCommand: Command = {
  name: 'release sign',
  summary: 'Add a signature to a release file, or to a root of trust',
  parameters: { text: 'FILE', min: 1, max: 1 },
  description:
    'Several signers sign in turn, each with a key of their own. FILE is a release file, or DIR/N.root.json of doorward\n' +
    'release root. A release that has expired, or that devices gave up after power cuts, is offered again with --anew.',
  options: {
    key: { type: 'string', value: 'KEY', description: 'The private key, of doorward release keys (needed)' },
    anew: { type: 'boolean', description: 'Begin new signatures over the same release; those there fall away' },
    expires: expiresOption('the new signatures are good', 'as before'),
  },
  async run(context) {
    const { args, flags, terminal, workingFolder } = context;
    const key = flags.text('key');
    if (key === undefined) return misused(context, 'release sign', 'cannot sign: --key is missing');
    const expires = flags.text('expires');
    if (expires !== undefined && !flags.isSet('anew'))
      return misused(context, 'release sign', 'cannot change --expires of signatures that are there: give --anew');
    const signer = await readSigner(context, key);
    if (signer.outcome === 'refused') {
      terminal.complain(signer.message);
      return exitCodes.failed;
    }
    const file = resolve(workingFolder, args[0] ?? '');
    const rootName = /^(.*)\/([1-9]\d{0,8})\.root\.json$/.exec(file);
    if (rootName !== null)
      return signRootFile(context, { folder: rootName[1] ?? '', version: Number(rootName[2]), signer: signer.value });
    const anew = flags.isSet('anew') ? { anew: expires === undefined ? {} : { expires: timeOf(expires) } } : {};
    const signed = await signRelease({ storage: context.disk, file, signer: signer.value, ...anew });
    if (signed.outcome === 'refused') {
      terminal.complain(signed.message);
      return exitCodes.failed;
    }
    const { signatures, threshold } = signed;
    const standing =
      signatures < threshold
        ? `${signatures} of ${threshold} signatures`
        : `${signatures} of ${threshold} signatures: enough`;
    terminal.print(`signed ${file} with the key ${shortKeyId(signer.value.keyId)}: ${standing}`);
    return exitCodes.done;
  },
};

async function signRootFile(
  { disk, terminal }: CommandContext,
  { folder, version, signer }: { readonly folder: string; readonly version: number; readonly signer: Signer },
): Promise<ExitCode> {
  const read = await readRoots(disk, folder);
  const root = read.outcome === 'read' ? read.roots[version - 1] : undefined;
  const path = rootPath(folder, version);
  if (read.outcome === 'refused' || root === undefined) {
    terminal.complain(read.outcome === 'refused' ? read.message : `cannot sign ${path}: there is no such file`);
    return exitCodes.failed;
  }
  const before = read.roots[version - 2];
  const signed = signRoot(root, before, signer);
  if (typeof signed === 'string') {
    terminal.complain(`cannot sign ${path}: ${signed}`);
    return exitCodes.failed;
  }
  await replaceFile(disk, path, signed);
  terminal.print(`signed ${path} with the key ${shortKeyId(signer.keyId)}:`);
  for (const line of standingLines(signed, before)) terminal.print(line);
  return exitCodes.done;
}
