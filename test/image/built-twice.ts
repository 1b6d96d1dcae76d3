/** npm run -s image:twice -- [BOARD]: makes the same image twice, from the packages on, and compares. The last line is JSON. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { boardNames, boardOf } from '../../scripts/image/board.ts';
import { sha256Of } from '../../scripts/image/disk.ts';
import { makeImage } from '../../scripts/image/make-image.ts';
import { begin, Misused } from '../../scripts/entry.ts';

const checkout = join(import.meta.dirname, '..', '..');
const buildFolder = join(checkout, '.build');
const [name = 'virt-arm64'] = begin({ usage: 'npm run image:twice -- [BOARD]', words: 1 }).positionals;
const board = boardOf(name);
if (board === undefined) throw new Misused(`there is no board ${name}, there are ${boardNames.join(', ')}`);
const executable = join(buildFolder, `linux-${board.releaseArchitecture}`, 'release', 'doorward');
if (!existsSync(executable)) throw new Error(`there is no ${executable}: npm run package -- --arch ${board.releaseArchitecture}`); // prettier-ignore

/** The tree of packages is made anew too; the packages themselves and the tools are kept. */
async function build(): Promise<string> {
  if (board === undefined) return '';
  rmSync(join(buildFolder, `image-${board.architecture}`), { recursive: true, force: true });
  mkdirSync(buildFolder, { recursive: true });
  const outFolder = mkdtempSync(join(buildFolder, 'twice-'));
  try {
    const parts = {
      board,
      kernelFolder: undefined,
      appliance: { executable, rootOfTrust: undefined },
      buildFolder,
      outFolder,
      zstdLevel: 1,
    };
    const { path } = await makeImage({ ...parts, report: (line) => console.log(line) });
    return await sha256Of(path);
  } finally {
    rmSync(outFolder, { recursive: true });
  }
}

const [first, second] = [await build(), await build()];
console.log(first === second ? 'both builds have the same bytes' : 'the builds differ');
process.exitCode = first === second ? 0 : 1;
console.log(JSON.stringify({ board: board.name, isIdentical: first === second, sha256: first }));
