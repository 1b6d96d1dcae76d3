import { resolve } from 'node:path';
import { fileSource } from '../release/byte-source.ts';
import { checkPayload } from '../release/check-payload.ts';
import { carriedTrust, parseStoredTrust, readSoundRoot, trustFileName, type TrustState } from '../release/trust.ts';
import { verifySignatures } from '../release/verify-release.ts';
import { exitCodes, jsonOption, type Command } from './command.ts';
import type { CommandContext } from './context.ts';
import { printJson } from './reach.ts';
import { readNamed, type Read } from './release-words.ts';

/** Would a device believe it. */
export const releaseVerifyCommand: Command = {
  name: 'release verify',
  summary: 'Check the signatures of a release file and every byte of it, as a device would',
  parameters: { text: 'FILE', min: 1, max: 1 },
  description: 'Exit code 1 when a device with that root of trust would refuse it.',
  options: {
    root: {
      type: 'string',
      value: 'ROOT',
      description: 'The root that the device trusts, N.root.json; otherwise what this one has learned',
    },
    ...jsonOption,
  },
  async run(context) {
    const { args, disk, flags, terminal, workingFolder, clock } = context;
    const path = resolve(workingFolder, args[0] ?? '');
    const refused = (failure: string, message: string) => {
      if (flags.isSet('json')) printJson(context, { outcome: 'refused', failure, message });
      else terminal.complain(message);
      return exitCodes.failed;
    };
    const trust = await readTrust(context);
    if (trust.outcome === 'refused') return refused('no-root', trust.message);
    const source = await fileSource(disk, path);
    if (source === undefined) return refused('missing', `cannot read ${path}: there is no such file`);
    const verified = await verifySignatures(source, trust.value, { nowMs: clock.wallMs(), builtMs: 0 });
    if (verified.outcome === 'refused') return refused(verified.failure, verified.message);
    terminal.progress('unpacking…');
    const payload = await checkPayload(source, verified.manifest);
    terminal.progress('');
    if (payload.outcome === 'refused') return refused(payload.failure, payload.message);
    const { manifest, digest, signed } = verified;
    if (flags.isSet('json')) printJson(context, { outcome: 'verified', version: manifest.version, digest, signed });
    else terminal.print(`release ${manifest.version} is signed by enough keys, and whole: ${digest}`);
    return exitCodes.done;
  },
};

async function readTrust(context: CommandContext): Promise<Read<TrustState>> {
  const named = context.flags.text('root');
  if (named === undefined) {
    const trust = parseStoredTrust(await context.disk.read(`${context.home.root}/trust/${trustFileName}`));
    if (trust !== undefined) return { outcome: 'read', value: trust };
    return {
      outcome: 'refused',
      message: 'cannot verify: no device has learned a root of trust here: give --root N.root.json',
    };
  }
  const read = await readNamed(context, named);
  if (read.outcome === 'refused') return read;
  const root = readSoundRoot(read.value);
  if (typeof root === 'string') return { outcome: 'refused', message: `cannot trust ${named}: ${root}` };
  return { outcome: 'read', value: carriedTrust(read.value) };
}
