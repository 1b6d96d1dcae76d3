import { basename, dirname, resolve } from 'node:path';
import { makeKeyPair, readPublicKey, seedBytes } from '../release/keys.ts';
import { shortKeyId } from '../release/sign-release.ts';
import { exitCodes, type Command } from './command.ts';
import { passphraseOf } from './release-words.ts';

/** A pair of keys for a signer. */
export const releaseKeysCommand: Command = {
  name: 'release keys',
  summary: 'Make a pair of keys that can sign releases or roots of trust',
  parameters: { text: 'NAME', min: 1, max: 1 },
  description:
    'Writes NAME.key, which only its owner may read and should keep off the net, and NAME.pub, which everybody may have.\n' +
    'With DOORWARD_KEY_PASSPHRASE the private key is encrypted; take a long one. A file that is there is never overwritten.',
  async run({ args, disk, random, terminal, workingFolder, environment }) {
    const path = resolve(workingFolder, args[0] ?? '');
    for (const file of [`${path}.key`, `${path}.pub`]) {
      if ((await disk.list(dirname(path))).every(({ name }) => name !== basename(file))) continue;
      terminal.complain(`cannot write ${file}: it is there already: choose another name, or move it away`);
      return exitCodes.failed;
    }
    const { privatePem, publicPem } = makeKeyPair(random.secret(seedBytes), passphraseOf({ environment }));
    await disk.write(`${path}.key`, privatePem); // Files of this disk are for their owner only.
    await disk.write(`${path}.pub`, publicPem);
    for (const file of [`${path}.key`, `${path}.pub`]) await disk.sync(file);
    await disk.syncDirectory(dirname(path));
    const key = readPublicKey(new TextEncoder().encode(publicPem));
    const id = typeof key === 'string' ? '' : shortKeyId(key.keyID);
    terminal.print(`made the key ${id}: ${path}.key (keep it secret) and ${path}.pub`);
    return exitCodes.done;
  },
};
