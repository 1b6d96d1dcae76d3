import { explainSettings } from '../../settings/explain.ts';
import type { Rooms } from '../rooms.ts';

/** A write of the incumbent's own: a setting is given the value that it has, and loses it again. Nothing changes for anybody. */
export interface OwnSetting {
  /** The bodies of two changes, one after the other. */
  readonly set: string;
  readonly remove: string;
  /** Whether the device has a value of its own for it, as this process reads the database. */
  readonly isStored: () => boolean;
}

/** A setting that the device has no value of its own for; undefined when there is none, or nobody can say. */
export function ownSetting(ground: Rooms['ground']): OwnSetting | undefined {
  const device = ground.deviceSettings();
  if (typeof device === 'string') return undefined;
  const free = explainSettings(ground.loaded).find(
    ({ key, value, isSecret }) => !(key in device) && !isSecret && typeof value === 'number',
  );
  if (free === undefined) return undefined;
  const { key, value } = free;
  const isStored = (): boolean => {
    const now = ground.deviceSettings();
    return typeof now !== 'string' && key in now;
  };
  return { set: JSON.stringify({ [key]: value }), remove: JSON.stringify({ [key]: null }), isStored };
}
