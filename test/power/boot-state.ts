/** A disk that a power cut has left, in a machine that is switched on again. */
import { join } from 'node:path';
import { deviceOn, type Materials } from '../device/installed.ts';
import { updateWorks, lastVersion } from '../device/scenario.ts';
import type { Complaint } from './judge-disk.ts';
import { disksOf } from './recorded-life.ts';

export interface StateToBoot {
  readonly materials: Materials;
  readonly mounted: string;
  readonly layer: string;
  readonly folder: string;
  readonly visits: readonly string[];
}

/** It must serve, know every visit that somebody was told of, name a face, and take the next update. */
export async function bootState({
  materials,
  mounted,
  layer,
  folder,
  visits,
}: StateToBoot): Promise<readonly Complaint[]> {
  const device = deviceOn(materials, { folder, layers: [layer], disks: disksOf(mounted) });
  const { workshop } = materials;
  const release = { version: lastVersion, file: join(workshop.folder, `doorward-${lastVersion}-linux-x64.release`) };
  try {
    try {
      await device.start();
    } catch (error) {
      return [{ kind: 'unbootable', why: String(error) }];
    }
    const kept = new Set(await device.query('SELECT id FROM visits'));
    const lost = visits.filter((id) => !kept.has(id));
    if (lost.length > 0) return [{ kind: 'dataLost', why: `${lost.length} visits are lost` }];
    await updateWorks({ device, materials, workshop, release: async () => release });
    return [];
  } catch (error) {
    return [{ kind: 'unupdatable', why: `${String(error)}\n${(await device.journal().catch(() => '')).slice(-3000)}` }];
  } finally {
    await device.close();
  }
}
