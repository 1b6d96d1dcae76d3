import { FolderSource } from '../../src/update/folder-source.ts';
import type { UpdateSource } from '../../src/update/offer.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import { SimulatedSource } from './simulated-source.ts';
import { releasesUrl, stickFolder } from './update-life-releases.ts';
import { placedOf, type Story } from './update-stories.ts';

/** As the appliance has them; those of which a story says nothing are left out, because each look at them costs time. */
export function sourcesOf(machine: SimulatedMachine, story: Story): readonly UpdateSource[] {
  const at = new Set(placedOf(story).map((placed) => placed.at));
  const { disk, places } = machine;
  const pushed = { name: 'pushed by the owner', path: places.incoming, isOrdered: true };
  const stick = { name: 'stick', path: stickFolder, isOrdered: false };
  return [
    ...(at.has('pushed') ? [new FolderSource(disk, pushed)] : []),
    ...(at.has('stick') ? [new FolderSource(disk, stick)] : []),
    ...(at.has('server') ? [new SimulatedSource(machine, releasesUrl)] : []),
  ];
}
