import { openFront } from './appliance/front.ts';
import { openGround, type Ground } from './appliance/ground.ts';
import { furnish, type House } from './appliance/house.ts';
import { openSenses, type Senses } from './appliance/senses.ts';
import { playDemo } from './appliance/demo.ts';
import { armedTriggers, startLoops, type Loops } from './appliance/loops.ts';
import { Watch } from './appliance/watch.ts';
import { linuxResources } from './machine/linux-resources.ts';
import { nodeClock as clock } from './machine/node-clock.ts';
import { nodeDisk as disk } from './machine/node-disk.ts';
import { nodeNetwork as network } from './machine/node-network.ts';
import { nodeRandom as random } from './machine/node-random.ts';
import { release } from './machine/release.ts';
import { peekDeviceSettings } from './store/peek.ts';
import type { Home } from './system/home.ts';
import type { Terminal } from './system/terminal.ts';
import { verifyAudit, type AuditVerdict } from './telemetry/audit-verify.ts';
import type { Web } from './web/server.ts';

/** How to start. */
export interface StartRequest {
  readonly home: Home;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Settings given on the command line, texts by `section.key`. */
  readonly settingFlags: Readonly<Record<string, string>>;
  /** Serves commands only, on a free port: no camera, no triggers, nothing announced. */
  readonly isOffStage: boolean;
  /** Enrols two demo visitors at the first start, and rings when somebody has come to the door. */
  readonly hasDemoHousehold: boolean;
  /** Where log lines go, newline included. */
  writeLog(line: string): void;
  /** Where visitors are announced in words. */
  readonly terminal: Terminal | undefined;
}

export type StartResult =
  | {
      readonly outcome: 'running';
      /** `http://127.0.0.1:8080` */
      readonly address: string;
      /** Settings that were left out, recognition that is missing: told, and lived with. */
      readonly complaints: readonly string[];
      /** Ends well: finishes the visits under way, then closes everything in the opposite order. */
      stop(): Promise<void>;
    }
  | { readonly outcome: 'refused'; readonly message: string };

/** The whole appliance, from the ground up. Power-on to ready is this function, top to bottom. */
export async function startAppliance(request: StartRequest): Promise<StartResult> {
  const opened = await openGround({ request, clock, disk, random });
  if (opened.outcome === 'refused') return opened;
  const { ground } = opened;
  const { audit, events, loaded, log, store } = ground;
  const { home, isOffStage, terminal } = request;
  const { settings } = loaded;
  const { modelsFolder, version } = release;

  const senses = await openSenses({ modelsFolder, settings: settings.camera, isOffStage, clock, log });
  const chronicle = audit;
  const house = furnish({ home, settings, store, senses, chronicle, events, log, terminal, ...machine });
  await house.household.sweep();
  const armed = isOffStage ? ['api'] : armedTriggers(settings);
  const watch = new Watch({
    home,
    settings,
    store,
    senses,
    house,
    audit,
    armed,
    resources: linuxResources(),
    clock,
    disk,
  });
  await watch.health.runOnce();
  const loops = startLoops({ house, ground, senses, watch, isOffStage, home, ...machine });

  const standing: Standing = { ground, senses, house, loops };
  const web = await openFront({ home, ground, senses, house, watch, ...machine }).catch(messageOf);
  if (typeof web === 'string') {
    await stopAll(standing);
    return { outcome: 'refused', message: web };
  }
  if (request.hasDemoHousehold) await playDemo({ folder: `${modelsFolder}/demo`, ...house, store, senses, disk, log });
  await ground.lock.announce({ address: web.address, token: '' });
  events.emit({ type: 'SYSTEM_STARTED', status: 'success', component: 'appliance', data: { version } });
  log.info('ready', { address: web.address, camera: senses.camera.description, version });
  const complaints = [
    ...loaded.complaints,
    ...(senses.recognitionFault === undefined ? [] : [senses.recognitionFault]),
  ];
  return { outcome: 'running', address: web.address, complaints, stop: () => stopAll({ ...standing, web }) };
}

/** Walks the audit chain of a home, whether or not an appliance runs there. */
export function verifyAuditOf(home: Home): Promise<AuditVerdict> {
  return verifyAudit(disk, home.audit);
}

/** The device's own settings, whether or not an appliance runs there; none where there is no database. */
export function readDeviceSettings(home: Home): Promise<Readonly<Record<string, unknown>>> {
  return peekDeviceSettings(home, disk);
}

const machine = { clock, disk, network, random };

/** What has to be taken down again. */
interface Standing {
  readonly ground: Ground;
  readonly senses: Senses;
  readonly house: House;
  readonly loops: Loops;
  readonly web?: Web;
}

/** The opposite order of the start: no new visitors, then the visits under way, then the loops, then the ground. */
async function stopAll({ ground, house, loops, senses, web }: Standing): Promise<void> {
  const { audit, events, lock, log, store } = ground;
  events.emit({ type: 'SYSTEM_STOPPED', status: 'success', component: 'appliance' });
  loops.disarm();
  await web?.close();
  await house.bell.close();
  await house.household.idle();
  await loops.stop();
  await house.ledger.flush();
  await senses.recognition.stop();
  await audit.close();
  await store.close();
  log.info('stopped');
  await lock.release();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
