import { Certificates } from '../access/certificates.ts';
import { certificateIssuer } from '../machine/certificate/issuer.ts';
import { machineAddresses } from '../machine/node/machine-addresses.ts';
import type { RunningRelease } from '../machine/executable/running-release.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import type { StreamingNetwork } from '../system/network.ts';
import type { Random } from '../system/random.ts';
import type { Resources } from '../system/resources.ts';
import type { Terminal } from '../system/terminal.ts';
import { ownNames } from '../web/host-names.ts';
import type * as front from './front.ts';
import type { Ground } from './ground.ts';
import { furnish, type House } from './house.ts';
import { armedTriggers, buttonOf, Loops } from './loops.ts';
import type { Recognition } from './recognition.ts';
import { nodeStorage } from '../machine/node/node-storage.ts';
import { HouseDesk } from './desk.ts';
import { packFolders } from './choose-pack.ts';
import { HousePacks } from './house-packs.ts';
import { PackChanges } from './pack-changes.ts';
import { PackComparison, type PackComparisonParts } from './pack-comparison.ts';
import { pageAddress } from './door.ts';
import { installationOf, type Installation } from './installation.ts';
import { openSenses, type Senses } from './senses.ts';
import { Caretaker } from './caretaker.ts';

export interface RoomsParts {
  readonly home: Home;
  readonly ground: Ground;
  readonly recognition: Recognition;
  readonly isOffDuty: boolean;
  readonly terminal: Terminal | undefined;
  /** Line of the bell's button, when another process has opened it. */
  readonly inheritedLine?: number | undefined;
  readonly machine: {
    readonly clock: Clock;
    readonly disk: Disk;
    readonly network: StreamingNetwork;
    readonly random: Random;
    readonly resources: Resources;
    readonly release: RunningRelease;
  };
}

/** The whole appliance above the ground. */
export interface Rooms {
  readonly home: Home;
  readonly ground: Ground;
  readonly senses: Senses;
  readonly house: House;
  readonly caretaker: Caretaker;
  readonly certificates: Certificates;
  readonly loops: Loops;
  readonly front: front.Front;
  readonly packs: HousePacks;
  /** Undefined when this is no release in a slot. */
  readonly installation: Installation | undefined;
  /** The update path, shown to people, where there is an installation. */
  readonly desk: HouseDesk | undefined;
  /** Descriptors of the lines that a candidate inherits, by name. */
  lines(): ReadonlyMap<string, number>;
}

/** Of all code the server's takes longest to load: asked for early, it is there when the database is. */
export const loadFront = (): Promise<typeof front> => import('./front.ts');

/** Builds every room. Nobody is answered yet, and nothing at the door is touched. */
export async function openRooms(parts: RoomsParts): Promise<Rooms> {
  const { ground, home, isOffDuty, machine, recognition, terminal } = parts;
  const { audit, events, log, store } = ground;
  const { settings } = ground.loaded;
  const { clock, disk, release, resources } = machine;
  const { modelsFolder } = release;
  const senses = openSenses({ recognition, modelsFolder, settings: settings.camera, isOffDuty, clock, log });
  const chronicle = audit;
  const listensAt = (): string => pageAddress(front.web, resources.hostname()); // Asked when there is something to tell: by then it is open.
  const house = furnish({ home, settings, store, senses, chronicle, events, log, terminal, listensAt, ...machine });
  const armed = isOffDuty ? ['api'] : armedTriggers(settings);
  const certificates = certificatesOf(parts);
  const caretaker = new Caretaker({
    home,
    settings,
    certificates,
    complaints: ground.complaints,
    store,
    senses,
    house,
    audit,
    verifyAudit: () => ground.verifyAudit(),
    clock,
    disk,
    resources,
    armed,
  });
  void recognition.loaded.then(() =>
    ground.complaints.push(...(recognition.complaint === undefined ? [] : [recognition.complaint])),
  );
  await caretaker.health.runOnce();
  const installation = installationOf(home, release);
  const desk = installation === undefined ? undefined : deskOf(installation, release, ground);
  const work = packWork({ ...parts, house });
  const changes = new PackChanges({ ...work, ...house, nets: recognition, wanted: settings.models.recogniser });
  const folders = packFolders(home, release);
  const comparison = new PackComparison(work);
  const packs = new HousePacks({ ground, folders, recognition, changes, comparison, isOffDuty });
  const { openFront } = await loadFront();
  const front = await openFront({ desk, home, packs, ground, senses, house, caretaker, certificates, ...machine });
  const button = buttonOf(settings, clock, parts.inheritedLine);
  const loops = new Loops({ house, ground, senses, caretaker, packs: changes, button, isOffDuty, home, clock, disk });
  const lines = (): ReadonlyMap<string, number> => linesOf(button);
  return { home, ground, senses, house, caretaker, certificates, loops, front, packs, installation, desk, lines };
}

/** Nothing is read or made before somebody needs them. */
function certificatesOf({ home, ground, machine }: RoomsParts): Certificates {
  const { web } = ground.loaded.settings;
  const { resources } = machine;
  return new Certificates({
    ...machine,
    log: ground.log.named('access'),
    issuer: certificateIssuer,
    machine: () => ({ names: ownNames(resources.hostname(), web), addresses: machineAddresses() }),
    folder: home.tls,
    files: web,
    mayWrite: () => ground.tenancy.lock !== undefined, // A candidate has none.
  });
}

function deskOf(
  installation: Installation,
  { version }: Pick<RunningRelease, 'version'>,
  { audit, loaded, log }: Ground,
): HouseDesk {
  const { releaseBytesMax } = loaded.settings.update;
  return new HouseDesk({ installation, version, storage: nodeStorage, releaseBytesMax, chronicle: audit, log });
}

/** What it takes to load another pack beside the one in use, and to embed the kept faces with it. */
function packWork(parts: RoomsParts & { readonly house: House }): PackComparisonParts {
  const { ground, home, house, machine, recognition: nets } = parts;
  const { loaded, store, tenancy } = ground;
  const { recognition } = loaded.settings;
  const { pictures } = nets;
  // A candidate has no lock.
  const mayLoadTwo = (): boolean => parts.isOffDuty || tenancy.lock !== undefined;
  return {
    ...machine,
    ...house,
    home,
    log: ground.log.named('people'),
    mayLoadTwo,
    nets,
    pictures,
    recognition,
    store,
  };
}

function linesOf(button: { descriptor(): number | undefined }): ReadonlyMap<string, number> {
  const descriptor = button.descriptor();
  return new Map(descriptor === undefined ? [] : [['button', descriptor]]);
}

/** The opposite order of the start: no new visitors, then the visits under way, then the loops, then the ground. */
export async function closeRooms({ front, ground, house, loops, packs, senses }: Rooms): Promise<void> {
  ground.events.emit({ type: 'SYSTEM_STOPPED', status: 'success', component: 'appliance' });
  loops.disarm();
  await front.web.close();
  await house.bell.close();
  await house.household.idle();
  await loops.stop();
  await packs.stop();
  await house.ledger.flush();
  await senses.recognition.stop();
  await closeGround(ground);
}

/** The last entries, the database, the right to run here: that is left to a process, or to whoever comes. */
export async function closeGround({ audit, log, store, tenancy }: Ground, heir?: number): Promise<void> {
  await audit.close();
  await store.close();
  log.info('stopped');
  if (heir === undefined) tenancy.socket?.close(); // The heir opens its own in its place.
  await tenancy.lock?.letGo(heir);
}
