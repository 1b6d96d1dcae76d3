/** Puts the appliance into the tree of an image, by its own command `doorward install`. */
import { join } from 'node:path';

import { runTool } from './tools.ts';

export interface Appliance {
  /** The single executable, as `npm run package` makes it. */
  readonly executable: string;
  /** root.json of the owner whose releases the device takes; without one it takes none. */
  readonly rootOfTrust: string | undefined;
}

export async function putAppliance({ executable, rootOfTrust }: Appliance, tree: string): Promise<void> {
  const checkout = join(import.meta.dirname, '..', '..');
  const seconds = await runTool('git', ['log', '-1', '--format=%ct'], { folder: checkout });
  const trust = rootOfTrust === undefined ? [] : ['--root-of-trust', rootOfTrust];
  const words = [join(checkout, 'src', 'main.ts'), 'install', '--root', tree, '--from', executable, ...trust];
  await runTool(process.execPath, words, { environment: { SOURCE_DATE_EPOCH: seconds.trim() } });
}
