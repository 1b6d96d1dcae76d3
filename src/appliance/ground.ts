import { acquireInstanceLock, type InstanceLock } from '../machine/process/instance-lock.ts';
import type { OwnerSocket } from '../machine/process/owner-socket.ts';
import { serviceManager } from '../machine/process/service-manager.ts';
import { secretsOf } from '../settings/explain.ts';
import { loadSettings, rememberSettings, settingsFolder, type LoadedSettings } from '../settings/load.ts';
import { openStore } from '../store/open.ts';
import { beginWriter, type WriterThread } from '../store/writer.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import { wordsOf } from '../system/error-words.ts';
import type { Home } from '../system/home.ts';
import type { Log } from '../system/log.ts';
import type { Random } from '../system/random.ts';
import type { ServiceManager } from '../system/service-manager.ts';
import { auditEntryOf } from '../telemetry/audit-events.ts';
import { openAudit } from '../telemetry/audit-open.ts';
import type { AuditVerdict } from '../telemetry/audit-verdict.ts';
import { EventStream } from '../telemetry/event-stream.ts';
import { createLog } from '../telemetry/json-log.ts';
import { anchorsIn, tellOpened, tellVerdict, verifyChain } from './audit-place.ts';
import { HouseChronicle } from './chronicle.ts';
import { makeRoomToStart } from './reserve.ts';

export interface GroundRequest {
  readonly home: Home;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly settingFlags: Readonly<Record<string, string>>;
  readonly isOffDuty: boolean;
  writeLog(line: string): void;
}

export interface GroundParts {
  readonly request: GroundRequest;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
}

/** What everything else stands on: the database, the settings, and the means to tell. */
export interface Ground {
  readonly store: Store;
  readonly loaded: LoadedSettings;
  /** What was said and does not hold; what is found out later is added. */
  readonly complaints: string[];
  /** The device's own settings, or why they cannot be read. */
  deviceSettings(): DeviceSettings;
  /** The settings as they would be with other settings of the device. */
  reload(device: DeviceSettings): Promise<LoadedSettings>;
  readonly log: Log;
  readonly events: EventStream;
  /** Who has started this process, and looks after it. */
  readonly service: ServiceManager;
  readonly audit: HouseChronicle;
  /** Takes the audit chain for this process. */
  takeAudit(): Promise<void>;
  /** Walks the whole of it, whoever writes it, and tells the log where it ends. */
  verifyAudit(): Promise<AuditVerdict>;
  /** The right to run in this home; a candidate takes it when it has become the incumbent. */
  readonly tenancy: { lock: InstanceLock | undefined; socket?: OwnerSocket | undefined };
}

type DeviceSettings = Readonly<Record<string, unknown>> | string;

export type OpenGroundResult =
  | { readonly outcome: 'opened'; readonly ground: Ground }
  | {
      readonly outcome: 'refused';
      readonly message: string;
      readonly isMachineToBlame?: true;
      /** The flags cannot be used: whoever typed them is there to be told. */
      readonly isMisused?: true;
    };

/** Locks the home, opens the database, and reads the settings, in this order: the device's own lie in the database. */
export async function openGround(parts: GroundParts): Promise<OpenGroundResult> {
  const writer = beginWriter(); // It takes a while to begin, and touches nothing before.
  const locked = await acquireInstanceLock(parts.request.home.root);
  if (locked.outcome !== 'acquired') {
    await writer.worker.terminate();
    return { outcome: 'refused', message: locked.message, isMachineToBlame: true };
  }
  const isDiskFull = await makeRoomToStart(parts.disk, parts.request.home);
  const shared = await shareGround(parts, { lock: locked.lock, writer });
  if (shared.outcome === 'refused') await locked.lock.letGo();
  else await shared.ground.takeAudit();
  if (isDiskFull && shared.outcome === 'opened')
    shared.ground.log.error('the disk is full: a megabyte of the reserve was given up for this start: free some space');
  return shared;
}

/** The same beside an incumbent, which has the lock and writes the audit chain. */
export async function shareGround(
  parts: GroundParts,
  { lock, writer }: { readonly lock?: InstanceLock; readonly writer?: WriterThread } = {},
): Promise<OpenGroundResult> {
  const { clock, disk, request } = parts;
  const opened = await openStore({ home: request.home, disk, clock, ...(writer === undefined ? {} : { writer }) });
  if (opened.outcome !== 'opened') {
    const { outcome, message } = opened;
    const isMachineToBlame = outcome === 'full' || outcome === 'read-only' || outcome === 'locked';
    return { outcome: 'refused', message, ...(isMachineToBlame ? { isMachineToBlame } : {}) };
  }
  const { store } = opened;
  const loaded = await readSettings(parts, store);
  if (loaded.flagComplaints.length > 0) {
    await store.close();
    return { outcome: 'refused', message: loaded.flagComplaints.join('\n'), isMisused: true };
  }
  const told = {
    complaints: [...loaded.complaints],
    deviceSettings: () => deviceSettingsOf(store),
    reload: (device: DeviceSettings) => settingsWith(parts, device),
  };
  const telling = await openTelling(parts, loaded, store);
  return { outcome: 'opened', ground: { store, loaded, tenancy: { lock }, ...told, ...telling } };
}

/** The settings that hold here, the device's own from this database. */
export function readSettings(
  parts: Pick<GroundParts, 'disk' | 'request'>,
  store: Pick<Store, 'read'>,
): Promise<LoadedSettings> {
  return settingsWith(parts, deviceSettingsOf(store));
}

/** A damaged table must not keep the bell from ringing. */
function deviceSettingsOf(store: Pick<Store, 'read'>): DeviceSettings {
  try {
    return store.read.deviceSettings();
  } catch (error) {
    return wordsOf(error);
  }
}

function settingsWith(
  { disk, request }: Pick<GroundParts, 'disk' | 'request'>,
  device: DeviceSettings,
): Promise<LoadedSettings> {
  const { environment, home, isOffDuty, settingFlags } = request;
  return loadSettings({
    disk,
    home,
    folder: settingsFolder(home),
    device,
    environment,
    flags: isOffDuty ? { ...settingFlags, 'web.address': '127.0.0.1', 'web.port': '0' } : settingFlags,
  });
}

async function openTelling(
  { clock, disk, random, request }: GroundParts,
  loaded: LoadedSettings,
  store: Store,
): Promise<Pick<Ground, 'log' | 'events' | 'service' | 'audit' | 'takeAudit' | 'verifyAudit'>> {
  const write = (line: string): void => request.writeLog(line);
  const log = createLog({ write, level: loaded.settings.log.level, clock, secrets: secretsOf(loaded) });
  const events = new EventStream(clock, (error) => log.error('a listener failed', { error }));
  const { environment } = request;
  const service = serviceManager({
    clock,
    environment,
    complain: (reason) => log.warn('the service is not told', { reason }),
  });
  const audit = new HouseChronicle();
  const place = { disk, folder: request.home.audit, credentials: environment['CREDENTIALS_DIRECTORY'] };
  const anchors = anchorsIn(store);
  const verifyAudit = async (): Promise<AuditVerdict> => {
    const verdict = await verifyChain(place, { anchor: anchors.read(), hasLived: anchors.hasLived() });
    tellVerdict(log, verdict);
    return verdict;
  };
  const takeAudit = async (): Promise<void> => {
    await audit.take(async () => {
      const opened = await openAudit({ ...place, clock, random, anchors });
      tellOpened(log, opened);
      return opened.audit;
    });
  };
  events.subscribe((event) => {
    const entry = event.isRelayed === true ? undefined : auditEntryOf(event);
    if (entry !== undefined)
      audit.record(entry).catch((error: unknown) => log.error('an act is not in the audit chain', { error }));
  });
  for (const complaint of loaded.complaints) log.error('settings are left out', { reason: complaint });
  for (const warning of loaded.warnings) log.warn('settings should be said otherwise', { reason: warning });
  await rememberSettings(disk, request.home, loaded).catch((error: unknown) =>
    log.warn('settings are not kept', { error }),
  );
  const isSound = loaded.complaints.length === 0;
  events.emit({
    type: isSound ? 'CONFIGURATION_LOADED' : 'CONFIGURATION_VALIDATION_FAILED',
    status: isSound ? 'success' : 'failure',
    component: 'settings',
  });
  return { log, events, service, audit, takeAudit, verifyAudit };
}
