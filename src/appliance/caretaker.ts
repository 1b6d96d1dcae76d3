import type { Certificates, CertificateState } from '../access/certificates.ts';
import {
  checkAudit, checkCamera, checkComponents, checkDatabase, checkDisk, checkInference, checkNotifications,
  checkResources, checkSettings, checkTriggers,
  type InferenceFacts,
} from '../health/checks.ts'; // prettier-ignore
import { HealthRegistry } from '../health/registry.ts';
import { isMachineCheck, machineChecks } from '../update/judge/machine-strain.ts';
import type { Settings } from '../settings/settings-schema.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import type { Resources } from '../system/resources.ts';
import type { AuditVerdict } from '../telemetry/audit-verdict.ts';
import type { Gauges } from '../telemetry/metrics.ts';
import type { House } from './house.ts';
import type { HouseChronicle } from './chronicle.ts';
import type { Senses } from './senses.ts';
import { wordsOf as errorWords } from '../system/error-words.ts';

export interface CaretakerParts {
  readonly home: Home;
  readonly settings: Settings;
  /** About the settings; grows while the appliance starts. */
  readonly complaints: readonly string[];
  readonly certificates: Pick<Certificates, 'run' | 'state'>;
  readonly store: Store;
  readonly senses: Senses;
  readonly house: House;
  readonly audit: Pick<HouseChronicle, 'status'>;
  verifyAudit(): Promise<AuditVerdict>;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly resources: Resources;
  /** Names of what can start a visit. */
  readonly armed: readonly string[];
}

const verifyIntervalMs = 60 * 60_000;
const resourcesIntervalMs = 5000;
const processorWindowMs = 60_000;

/** Looks after the appliance: the checks behind /health, and the gauges behind /metrics. */
export class Caretaker {
  readonly health: HealthRegistry;
  readonly #parts: CaretakerParts;
  #verdict: AuditVerdict | undefined;
  /** Of the last minute, oldest first. */
  #processorTimes: readonly { readonly atMs: number; readonly ownMs: number }[] = [];
  #resources: { cpuPercent: number | undefined; temperatureCelsius: number | undefined } | undefined;

  constructor(parts: CaretakerParts) {
    this.#parts = parts;
    this.health = new HealthRegistry(parts.clock);
    this.#registerMachine();
    this.#registerRooms();
  }

  /** Until the signal: looks at the machine alone, while another process looks after the appliance. */
  async examineMachine(signal: AbortSignal): Promise<void> {
    await this.health.run(signal, machineChecks);
  }

  /** What the checks of the machine have found. */
  machine(): ReturnType<HealthRegistry['tally']> {
    return Object.fromEntries(Object.entries(this.health.tally()).filter(([name]) => isMachineCheck(name)));
  }

  /** Until the signal: runs the checks, verifies the audit chain once an hour, and looks after the certificate. */
  async run(signal: AbortSignal): Promise<void> {
    const { certificates } = this.#parts;
    await Promise.all([this.health.run(signal), this.#verifyAudit(signal), certificates.run(signal)]);
  }

  async gauges(): Promise<Gauges> {
    const { certificates, disk, home, house, resources, senses, store } = this.#parts;
    const counts = store.read.counts();
    const memory = resources.memory();
    const space = await disk.space(home.root);
    const camera = house.feed.status();
    const { busyMs, spentMs, waiting } = senses.recognition.stats();
    const { cpuPercent, temperatureCelsius } = this.#resources ?? {};
    return {
      knownFaces: counts.referenceFaces,
      ...(cpuPercent === undefined ? {} : { cpuPercent }),
      ...(temperatureCelsius === undefined ? {} : { temperatureCelsius }),
      memory: {
        usedBytes: memory.totalBytes - memory.availableBytes,
        totalBytes: memory.totalBytes,
        ownBytes: memory.ownBytes,
      },
      disks: [{ mountPoint: home.root, usedPercent: usedPercent(space) }],
      queues: [
        { name: 'inference', workerType: 'recognition', size: waiting },
        { name: 'outbox', workerType: 'notification', size: counts.pendingNotifications },
        { name: 'visits', workerType: 'visit', size: house.bell.visitsUnderWay },
        { name: 'ledger', workerType: 'store', size: house.ledger.waiting },
      ],
      workers: this.#components().map(({ name, isRunning }) => ({ id: name, type: name, isHealthy: isRunning })),
      sessionsActive: 0,
      camera,
      inferenceBusyMs: busyMs,
      lookPartsMs: spentMs,
      databaseBytes: counts.databaseBytes,
      outboxPending: counts.pendingNotifications,
      ...certificateOf(certificates.state),
      ...accuracyOf(house.selfTest.last),
      ...(this.#verdict === undefined ? {} : { isAuditVerified: this.#verdict.outcome === 'whole' }),
    };
  }

  /** Share of the whole machine that this process took over the last minute, in percent; undefined until it is known. */
  processorPercent(): number | undefined {
    const [first, last] = [this.#processorTimes.at(0), this.#processorTimes.at(-1)];
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return undefined;
    return (100 * (last.ownMs - first.ownMs)) / (last.atMs - first.atMs) / this.#parts.resources.processors();
  }

  #noteProcessor(): void {
    const { clock, resources } = this.#parts;
    const now = { atMs: clock.uptimeMs(), ownMs: resources.ownProcessorMs() };
    const recent = this.#processorTimes.filter(({ atMs }) => atMs >= now.atMs - processorWindowMs);
    this.#processorTimes = [...recent, now];
  }

  #registerMachine(): void {
    const { disk, home, resources } = this.#parts;
    this.health.register({
      name: 'system_resources',
      intervalMs: resourcesIntervalMs,
      check: async () => {
        const temperatureCelsius = await resources.temperatureCelsius();
        this.#resources = { cpuPercent: resources.cpuPercent(), temperatureCelsius };
        this.#noteProcessor();
        const { availableBytes, totalBytes } = resources.memory();
        const memoryPercent = 100 * (1 - availableBytes / totalBytes);
        return checkResources({ ...this.#resources, memoryPercent });
      },
    });
    this.health.register({
      name: 'disk',
      check: async () => checkDisk({ mountPoint: home.root, ...(await disk.space(home.root)) }),
    });
  }

  #registerRooms(): void {
    const { armed, audit, house, senses, settings } = this.#parts;
    const { health } = this;
    health.register({ name: 'application_components', check: () => checkComponents(this.#components()) });
    health.register({ name: 'database_connectivity', isNeeded: true, check: () => this.#checkDatabase() });
    health.register({ name: 'camera', check: () => checkCamera(house.feed.status()) });
    health.register({
      name: 'inference',
      isNeeded: true,
      check: () => checkInference(inferenceFacts(senses)),
    });
    health.register({
      name: 'notifications',
      check: () => {
        const pending = this.#parts.store.read.counts().pendingNotifications;
        return checkNotifications({ pending, pendingMax: settings.notify.pendingMax });
      },
    });
    health.register({ name: 'settings', check: () => checkSettings(this.#parts) });
    health.register({ name: 'triggers', isNeeded: true, check: () => checkTriggers({ armed }) });
    health.register({
      name: 'audit',
      check: () => {
        const { fault } = audit.status();
        return checkAudit({
          isWhole: this.#verdict === undefined ? undefined : this.#verdict.outcome === 'whole',
          message: wordsOf(this.#verdict),
          ...(fault === undefined ? {} : { fault }),
        });
      },
    });
  }

  #components(): readonly { readonly name: string; readonly isRunning: boolean; readonly reason?: string }[] {
    const { house, senses } = this.#parts;
    const { recognitionFault } = senses;
    const camera = house.feed.status();
    const inference = { name: 'inference', isRunning: recognitionFault === undefined };
    return [
      { name: 'bell', isRunning: true },
      { name: 'camera', isRunning: camera.state !== 'failed', ...reasonOf(camera.reason) },
      { ...inference, ...reasonOf(recognitionFault) },
      { name: 'ledger', isRunning: house.ledger.waiting === 0, ...reasonOf('writes wait for the disk') },
    ];
  }

  #checkDatabase(): ReturnType<typeof checkDatabase> {
    const { clock, store } = this.#parts;
    const startedMs = clock.uptimeMs();
    try {
      store.read.counts();
      return checkDatabase({ outcome: 'answered', durationMs: clock.uptimeMs() - startedMs });
    } catch (error) {
      return checkDatabase({ outcome: 'failed', reason: errorWords(error) });
    }
  }

  async #verifyAudit(signal: AbortSignal): Promise<void> {
    const { clock, senses } = this.#parts;
    while (!signal.aborted) {
      this.#verdict = await this.#parts.verifyAudit();
      await senses.recognition.loaded;
      await this.health.runOnce(); // Said at once: a trial waits for every check to be well.
      await clock.sleep(verifyIntervalMs, signal);
    }
  }
}

/** None as long as nobody has come by TLS. */
function certificateOf(certificate: CertificateState | undefined): Pick<Gauges, 'certificate'> {
  return certificate === undefined ? {} : { certificate };
}

/** None before a self-test has tried something. */
function accuracyOf(selfTest: House['selfTest']['last']): Pick<Gauges, 'accuracy'> {
  if (selfTest === undefined || selfTest.cases === 0) return {};
  return { accuracy: { recogniser: selfTest.recogniser, share: selfTest.right / selfTest.cases } };
}

function inferenceFacts({ recognition, recognitionFault }: Senses): InferenceFacts {
  if (recognitionFault !== undefined) return { outcome: 'failed', reason: recognitionFault };
  const { loading, recogniser } = recognition.inference;
  return loading === undefined ? { outcome: 'loaded', recogniser } : { outcome: 'loading' };
}

function usedPercent({ freeBytes, totalBytes }: { freeBytes: number; totalBytes: number }): number {
  return 100 * (1 - freeBytes / totalBytes);
}

function reasonOf(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}

function wordsOf(verdict: AuditVerdict | undefined): string {
  if (verdict === undefined) return 'not verified yet';
  if (verdict.outcome === 'broken') return verdict.message;
  const { begunAnew, entries } = verdict;
  const anew = begunAnew === undefined ? '' : `; begun anew at ${begunAnew.timestamp}, see doorward audit verify`;
  return `${entries} entries, all whole${anew}`;
}
