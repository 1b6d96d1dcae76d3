import type { Clock } from '../system/clock.ts';
import type { UpdateStatus } from '../update/notebook.ts';
import type { Rooms, RoomsParts } from './rooms.ts';
import { VitalSigns, type Organ } from './vital-signs.ts';

/** What the service manager hears of the process that is the main one. */
export interface ServiceReport {
  /** This process stops, because it was told to. */
  stop(): void;
  /** Another process is the main one. */
  end(): void;
}

/** Looks are no further apart than this. */
const lookIntervalMs = 5000;
/** Of the watchdog's patience: a look may come late. */
const looksPerWatchdog = 3;
/** A slow card may take its time; its thread does not end by itself. */
const writerSilenceMsMax = 60_000;
/** The inference thread is started again by itself, with pauses: only when that does not help. */
const inferenceSilenceMsMax = 5 * 60_000;
const bellSilenceMsMax = 30_000;
/** Every step of a visit has its own deadline; together they are far below this. */
const visitMsMax = 5 * 60_000;

/** Tells the service manager that the appliance is ready, and from then on that it lives and how it is. */
export function reportToService(
  rooms: Rooms,
  { clock, release }: Pick<RoomsParts['machine'], 'clock' | 'release'>,
): ServiceReport {
  const { service, log } = rooms.ground;
  const life = new AbortController();
  const signs = new VitalSigns(clock, organsOf(rooms, clock));
  const status = (): string =>
    serviceStatus({ version: release.version, camera: rooms.house.feed.status(), update: rooms.desk?.status });
  service.ready(status());
  const unsubscribe = rooms.desk?.subscribe(() => service.status(status()));
  const look = async (): Promise<void> => {
    const intervalMs = Math.min(lookIntervalMs, (service.watchdogMs ?? Infinity) / looksPerWatchdog);
    for (let before = ''; !life.signal.aborted; await clock.sleep(intervalMs, life.signal)) {
      const silent = signs.silent().join(', ');
      if (silent === '') service.alive();
      else if (silent !== before) log.error('the watchdog is not fed any more: a restart follows', { silent });
      before = silent;
      service.status(status());
    }
  };
  const end = (): void => {
    unsubscribe?.();
    life.abort();
  };
  if (service.isListening) void look();
  return {
    stop() {
      service.stopping();
      end();
    },
    end,
  };
}

function organsOf({ ground, house, senses }: Rooms, clock: Clock): readonly Organ[] {
  return [
    { name: 'writer thread', silenceMsMax: writerSilenceMsMax, ask: () => ground.store.ping() },
    { name: 'inference thread', silenceMsMax: inferenceSilenceMsMax, ask: () => senses.recognition.ping() },
    {
      name: 'bell',
      silenceMsMax: bellSilenceMsMax,
      async ask() {
        const { oldestStartMs } = house.bell;
        if (oldestStartMs !== undefined && clock.uptimeMs() - oldestStartMs > visitMsMax)
          throw new Error('a visit does not end');
        await Promise.resolve();
      },
    },
  ];
}

export interface ServiceStatusFacts {
  readonly version: string;
  readonly camera: { readonly state: string; readonly reason?: string };
  readonly update: UpdateStatus | undefined;
}

/** One line for `systemctl status`: which release, how its camera is, and where an update stands. */
export function serviceStatus({ version, camera, update }: ServiceStatusFacts): string {
  const why = camera.reason === undefined ? '' : ` (${camera.reason})`;
  const trial = update?.trial === undefined ? '' : `; ${update.trial.version} on trial: ${update.trial.phase}`;
  return `release ${version}; camera ${camera.state}${why}${trial}`;
}
