import { refusalOfSource } from '../machine/camera/cameras.ts';
import { faultOfListening } from '../machine/process/listening-socket.ts';
import type { PackFolders } from '../machine/inference/model-pack.ts';
import { complaintAboutChanges, explainSettings } from '../settings/explain.ts';
import type { Disk } from '../system/disk.ts';
import { wordsOf } from '../system/error-words.ts';
import { whyNotListening } from '../web/guard.ts';
import type { SettingsBook } from '../web/parts.ts';
import { complaintAboutPack } from './choose-pack.ts';
import type { Ground } from './ground.ts';

type Changes = Readonly<Record<string, unknown>>;

type BookGround = Pick<Ground, 'complaints' | 'deviceSettings' | 'events' | 'loaded' | 'reload' | 'store'>;

export interface BookOptions {
  /** Where the model packs are that a setting may name. */
  readonly folders: PackFolders;
  /** Where the bell listens itself. */
  readonly ownPort?: () => number;
}

/** The settings as people see and change them, whether or not the bell runs. */
export function settingsBook(ground: BookGround, { folders, ownPort }: BookOptions): SettingsBook {
  const { complaints, events, loaded, store } = ground;
  return {
    explain: () => explainSettings(loaded),
    complaints: () => [...complaints, ...loaded.warnings],
    async change(changes, actor) {
      const message =
        (await complaintAbout(ground, changes, ownPort?.())) ??
        (await complaintAboutPack(folders, changes['models.recogniser']));
      if (message !== undefined) return { outcome: 'refused', message };
      const before = ground.deviceSettings();
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) await store.write('removeDeviceSetting', { key });
        else await store.write('setDeviceSetting', { key, value });
      }
      if (isNews(ground, changes, typeof before === 'string' ? {} : before))
        events.emit({
          type: 'CONFIGURATION_CHANGED',
          status: 'success',
          component: 'settings',
          ...(actor === undefined ? {} : { data: { actor } }),
        });
      return { outcome: 'changed' };
    },
  };
}

/** Whether a value comes or goes that is not the one that holds. */
function isNews(ground: BookGround, changes: Changes, before: Changes): boolean {
  const holds = new Map(explainSettings(ground.loaded).map(({ key, value }) => [key, JSON.stringify(value)]));
  return Object.entries(changes).some(([key, value]) => {
    const moved = value ?? before[key];
    return moved !== undefined && JSON.stringify(moved) !== holds.get(key);
  });
}

/** Judged as the next start will judge it: alone, together with what files and environment say, and by this machine. */
async function complaintAbout(
  ground: BookGround,
  changes: Changes,
  ownPort: number | undefined,
): Promise<string | undefined> {
  const before = ground.deviceSettings();
  const device = typeof before === 'string' ? {} : before;
  return (
    complaintAboutChanges(changes, device) ??
    (await newComplaint(ground, device, changes)) ??
    (await refusalOfMachine(changes, ownPort))
  );
}

async function newComplaint(ground: BookGround, device: Changes, changes: Changes): Promise<string | undefined> {
  const after = Object.fromEntries(Object.entries({ ...device, ...changes }).filter(([, value]) => value !== null));
  const [was, willBe] = await Promise.all([ground.reload(device), ground.reload(after)]);
  return [...willBe.refused].find(([key, complaint]) => was.refused.get(key) !== complaint)?.[1];
}

async function refusalOfMachine(changes: Changes, ownPort: number | undefined): Promise<string | undefined> {
  const { 'camera.source': source, 'web.port': port } = changes;
  const refusal = typeof source === 'string' ? refusalOfSource(source) : undefined;
  if (refusal !== undefined || typeof port !== 'number' || port === ownPort) return refusal;
  const fault = await faultOfListening(port);
  return fault === undefined ? undefined : `cannot use web.port = ${port}: ${whyNotListening(fault)}`;
}

/** A stick that is not plugged in is no fault, and a slip of the pen looks the same: it is said, and nothing more. */
export async function noteMissingFolder({ loaded, log }: Ground, disk: Pick<Disk, 'space'>): Promise<void> {
  const { watchedFolder: folder } = loaded.settings.update;
  if (folder === '') return;
  const reason = await disk.space(folder).then(() => undefined, wordsOf);
  if (reason !== undefined)
    log.warn('update.watchedFolder is not there now: no release comes from it', { folder, reason });
}
