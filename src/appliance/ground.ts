import { acquireInstanceLock, type InstanceLock } from '../machine/instance-lock.ts';
import { loadSettings, rememberSettings, settingsFolder, type LoadedSettings } from '../settings/load.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import type { Log } from '../system/log.ts';
import type { Random } from '../system/random.ts';
import type { Audit } from '../telemetry/audit.ts';
import { auditEntryOf } from '../telemetry/audit-events.ts';
import { openAudit } from '../telemetry/audit-open.ts';
import { EventStream } from '../telemetry/event-stream.ts';
import { createLog } from '../telemetry/json-log.ts';

export interface GroundRequest {
  readonly home: Home;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly settingFlags: Readonly<Record<string, string>>;
  readonly isOffStage: boolean;
  writeLog(line: string): void;
}

export interface GroundParts {
  readonly request: GroundRequest;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
}

/** What everything else stands on: the right to run here, the database, the settings, and the means to tell. */
export interface Ground {
  readonly lock: InstanceLock;
  readonly store: Store;
  readonly loaded: LoadedSettings;
  readonly log: Log;
  readonly events: EventStream;
  readonly audit: Audit;
}

export type OpenGroundResult =
  | { readonly outcome: 'opened'; readonly ground: Ground }
  | { readonly outcome: 'refused'; readonly message: string };

/** Locks the home, opens the database, and reads the settings, in this order: the device's own lie in the database. */
export async function openGround(parts: GroundParts): Promise<OpenGroundResult> {
  const { clock, disk, request } = parts;
  const locked = await acquireInstanceLock(request.home.root);
  if (locked.outcome !== 'acquired') return { outcome: 'refused', message: locked.message };
  const { lock } = locked;
  const opened = await openStore({ home: request.home, disk, clock });
  if (opened.outcome !== 'opened') {
    await lock.release();
    return { outcome: 'refused', message: opened.message };
  }
  const { store } = opened;
  const loaded = await readSettings(parts, store);
  if (loaded.flagComplaints.length > 0) {
    await store.close();
    await lock.release();
    return { outcome: 'refused', message: loaded.flagComplaints.join('\n') };
  }
  return { outcome: 'opened', ground: { lock, store, loaded, ...(await openTelling(parts, loaded)) } };
}

function readSettings({ disk, request }: GroundParts, store: Store): Promise<LoadedSettings> {
  const { environment, home, isOffStage, settingFlags } = request;
  return loadSettings({
    disk,
    home,
    folder: settingsFolder(home),
    device: store.read.deviceSettings(),
    environment,
    flags: isOffStage ? { ...settingFlags, 'web.port': '0' } : settingFlags,
  });
}

async function openTelling(
  { clock, disk, random, request }: GroundParts,
  loaded: LoadedSettings,
): Promise<Pick<Ground, 'log' | 'events' | 'audit'>> {
  const write = (line: string): void => request.writeLog(line);
  const log = createLog({ write, level: loaded.settings.log.level, clock });
  const events = new EventStream(clock, (error) => log.error('a listener failed', { error }));
  const { audit, setAside } = await openAudit({ disk, clock, random, folder: request.home.audit });
  if (setAside !== undefined)
    log.error('the audit chain was broken and is set aside', {
      folder: setAside.folder,
      reason: setAside.verdict.message,
    });
  events.subscribe((event) => {
    const entry = auditEntryOf(event);
    if (entry !== undefined)
      audit.record(entry).catch((error: unknown) => log.error('an act is not in the audit chain', { error }));
  });
  for (const complaint of loaded.complaints) log.error('settings are left out', { reason: complaint });
  await rememberSettings(disk, request.home, loaded).catch((error: unknown) =>
    log.warn('settings are not kept', { error }),
  );
  const isSound = loaded.complaints.length === 0;
  events.emit({
    type: isSound ? 'CONFIGURATION_LOADED' : 'CONFIGURATION_VALIDATION_FAILED',
    status: isSound ? 'success' : 'failure',
    component: 'settings',
  });
  return { log, events, audit };
}
