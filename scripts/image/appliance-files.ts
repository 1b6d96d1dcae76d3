/** Puts the appliance into the tree of an image. */
import { chmodSync, chownSync, copyFileSync, cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { runTool } from './tools.ts';

export async function putAppliance(release: string, tree: string): Promise<void> {
  const at = (path: string): string => join(tree, path);
  const owner = 900;
  await runTool('systemd-sysusers', [`--root=${tree}`, '-'], {
    input: `g doorward ${owner}\nu doorward ${owner} - /var/lib/doorward\n`,
  });
  for (const place of ['opt/doorward/slots/a', 'opt/doorward/factory']) {
    mkdirSync(at(place), { recursive: true });
    copyFileSync(join(release, 'doorward'), at(`${place}/doorward`));
    chmodSync(at(`${place}/doorward`), 0o755);
  }
  symlinkSync('slots/a', at('opt/doorward/current'));
  for (const place of ['opt/doorward/lib', 'opt/doorward/slots/b', 'etc/doorward', 'var/lib/doorward'])
    mkdirSync(at(place), { recursive: true });
  for (const place of [
    'opt/doorward',
    'opt/doorward/slots',
    'opt/doorward/slots/a',
    'opt/doorward/slots/b',
    'opt/doorward/lib',
    'var/lib/doorward',
  ])
    chownSync(at(place), owner, owner);
  for (const unit of ['doorward.service', 'doorward.socket', 'doorward-fall-back.service'])
    cpSync(join('systemd', unit), at(`etc/systemd/system/${unit}`));
  await runTool('systemctl', [`--root=${tree}`, 'enable', 'doorward.service', 'doorward.socket']);
}
