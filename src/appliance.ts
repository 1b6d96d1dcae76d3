import { claimCodeToTell } from './appliance/claim.ts';
import { ApplianceCandidate } from './appliance/trial/candidate.ts';
import { playDemoIn } from './appliance/demo.ts';
import { openGround } from './appliance/ground.ts';
import { beIncumbent } from './appliance/trial/incumbency.ts';
import { verifyChain } from './appliance/audit-place.ts';
import { isOpen, openDoor, pageAddress } from './appliance/door.ts';
import { announce } from './appliance/owner-door.ts';
import { addPack, removePack, type AddPackResult } from './appliance/add-pack.ts';
import { choosePack, packFolders } from './appliance/choose-pack.ts';
import { probePack } from './appliance/probe-pack.ts';
import { openRecognition } from './appliance/recognition.ts';
import { closeGround, closeRooms, loadFront, openRooms, type Rooms, type RoomsParts } from './appliance/rooms.ts';
import { reportToService } from './appliance/service-report.ts';
import { noteMissingFolder, settingsBook } from './appliance/settings-book.ts';
import { trialPartsOf, type TrialParts } from './appliance/trial/trial-parts.ts';
import { ownLike } from './machine/node/linux-host.ts';
import { offerAsVictim } from './machine/process/memory-victim.ts';
import { openIncumbentChannel } from './machine/process/incumbent-channel.ts';
import { linuxResources } from './machine/node/linux-resources.ts';
import { nodeClock as clock } from './machine/node/node-clock.ts';
import { nodeDisk as disk } from './machine/node/node-disk.ts';
import { nodeNetwork } from './machine/node/node-network.ts';
import { nodeRandom as random } from './machine/node/node-random.ts';
import type { RunningRelease } from './machine/executable/running-release.ts';
import { letGoOfStartPages } from './machine/executable/start-pages.ts';
import { migrations } from './store/migrate.ts';
import { peekAuditAnchor, peekDeviceSettings, sqliteVersion } from './store/peek.ts';
import type { Home } from './system/home.ts';
import type { Terminal } from './system/terminal.ts';
import { linkOfText } from './telemetry/audit-entry.ts';
import type { AuditVerdict } from './telemetry/audit-verdict.ts';
import { wordsOf } from './system/error-words.ts';

/** How to start. */
export interface StartRequest {
  readonly home: Home;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Settings given on the command line, texts by `section.key`. */
  readonly settingFlags: Readonly<Record<string, string>>;
  /** Serves commands only, on a free port: no camera, no triggers, nothing announced. */
  readonly isOffDuty: boolean;
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
      /** Shown with each request by a command of the owner. */
      readonly token: string;
      /** Settings that were left out, recognition that is missing: told, and lived with. Known when the nets are loaded. */
      readonly complaints: Promise<readonly string[]>;
      /** Of the household; empty: the machine's. */
      readonly timeZone: string;
      /** Claims the house, while nobody has and there is somebody to keep out; `page`: where. */
      readonly claim?: { readonly code: string; readonly page: string } | undefined;
      /** Ends well: finishes the visits under way, then closes everything in the opposite order. */
      stop(): Promise<void>;
      /** Resolves when this process has left its duty to a committed release for good: it may end without `stop`. */
      readonly left: Promise<void>;
    }
  | Refused;

/** Nothing runs; when the machine is to blame (the home or the port is taken), another release would fare no better. */
export interface Refused {
  readonly outcome: 'refused';
  readonly message: string;
  readonly isMachineToBlame?: true;
  /** The flags cannot be used. */
  readonly isMisused?: true;
}

/** A running appliance with what its updater needs. */
export interface PoweredOn {
  readonly outcome: 'on';
  readonly rooms: Rooms;
  readonly trial: TrialParts;
  readonly complaints: Promise<readonly string[]>;
  /** Claims the house; undefined: somebody has, or there is nobody to keep out. */
  readonly claim: { readonly code: string; readonly page: string } | undefined;
}

/** The whole appliance, from the ground up. Power-on to ready is this function, top to bottom. */
export async function powerOn(request: StartRequest, machine: Machine): Promise<PoweredOn | Refused> {
  const { home, isOffDuty, terminal } = request;
  const decoding = isOffDuty ? 'here' : 'apart'; // A command has no bell that a picture could end.
  // The writer thread begins on another processor, meanwhile code is loaded on this one.
  const [opened] = await Promise.all([openGround({ request, clock, disk, random }), loadFront()]);
  if (opened.outcome === 'refused') return opened;
  const { ground } = opened;
  const folders = packFolders(home, machine.release);
  const recogniser = await choosePack(ground.store.read, folders, ground.loaded.settings.models.recogniser);
  const recognition = await openRecognition({ ...folders, recogniser }, ground.log, decoding); // Its nets load while the door opens.
  const rooms = await openRooms({ home, ground, recognition, isOffDuty, terminal, machine }).catch(wordsOf);
  if (typeof rooms === 'string') {
    await recognition.stop();
    await closeGround(ground);
    return { outcome: 'refused', message: rooms };
  }
  const { certificates, front, house, loops, senses } = rooms;
  await house.household.sweep();
  loops.takeDuty();
  loops.readLine();
  const fault = await openDoor(front.web, { ...request, ground }).then(() => undefined, wordsOf);
  if (fault !== undefined) {
    await closeRooms(rooms);
    return { outcome: 'refused', message: fault, isMachineToBlame: true };
  }
  if (isOpen(front.web)) void certificates.look(); // Whoever comes first should not wait until it is made.
  void noteMissingFolder(ground, disk); // A network folder may not answer for a long time.
  if (request.hasDemoHousehold) await playDemoIn(rooms, machine);
  const { address } = front.web;
  await announce({ ...request, front, ground });
  const { version } = machine.release;
  ground.events.emit({ type: 'SYSTEM_STARTED', status: 'success', component: 'appliance', data: { version } });
  const page = pageAddress(front.web, machine.resources.hostname());
  ground.log.info('ready', { address, page, camera: senses.camera.description, version });
  const code = isOffDuty ? undefined : await claimCodeToTell(ground, front.access);
  const claim = code === undefined ? undefined : { code, page };
  const complaints = recognition.loaded.then(() => [...ground.complaints, recognition.fault].filter(isSaid));
  return { outcome: 'on', rooms, trial: trialPartsOf(rooms, request, machine), complaints, claim };
}

/** Starts the appliance for a command that runs it. */
export async function startAppliance(request: StartRequest, release: RunningRelease): Promise<StartResult> {
  const machine = theMachine(release);
  const started = await powerOn(request, machine);
  if (started.outcome === 'refused') return started;
  const { rooms, trial, complaints, claim } = started;
  const { address } = rooms.front.web;
  const { ownerToken: token } = rooms.front;
  const { timeZone } = rooms.ground.loaded.settings.household;
  if (request.isOffDuty)
    return {
      outcome: 'running',
      address,
      token,
      complaints,
      timeZone,
      stop: () => closeRooms(rooms),
      left: trial.left,
    };
  letGoOfStartPages();
  const report = reportToService(rooms, machine);
  const incumbency = beIncumbent({ rooms, request, machine, trial });
  void incumbency.left.then(() => report.end());
  const stop = async (): Promise<void> => {
    report.stop();
    await incumbency.stop();
    await closeRooms(rooms);
  };
  return { outcome: 'running', address, token, complaints, claim, timeZone, stop, left: incumbency.left };
}

/** Takes part in a trial, until it is over; refused when no appliance has started this process. */
export async function runCandidate(
  request: StartRequest,
  release: RunningRelease,
  signal: AbortSignal,
): Promise<{ readonly outcome: 'ended' } | { readonly outcome: 'refused'; readonly message: string }> {
  const channel = openIncumbentChannel();
  if (channel === undefined)
    return { outcome: 'refused', message: 'cannot be a candidate: only a running appliance starts one, for a trial' };
  const machine = theMachine(release);
  await new ApplianceCandidate({
    request,
    channel,
    machine,
    onCommitted(rooms) {
      letGoOfStartPages();
      return beIncumbent({ rooms, request, machine });
    },
  }).run(signal);
  return { outcome: 'ended' };
}

type Machine = RoomsParts['machine'];

/** Everything real that rooms are given. */
export function theMachine(release: RunningRelease): Machine {
  return { clock, disk, network: nodeNetwork(), random, resources: linuxResources(), release };
}

function isSaid(complaint: string | undefined): complaint is string {
  return complaint !== undefined;
}

/** The newest database schema that this release knows. */
export const schemaVersion = migrations.length;

export type { RunningRelease };
export { sqliteVersion };
export { fallBackIn } from './appliance/installation.ts';
export { restoreIn, snapshotsIn } from './appliance/restore.ts';
export { lookAtCamera } from './appliance/look-at-camera.ts';

/** Walks the audit chain of a home, whether or not an appliance runs there. `against`: an end that was told before. */
export async function verifyAuditOf(
  { home, environment }: Pick<StartRequest, 'home' | 'environment'>,
  against?: string,
): Promise<AuditVerdict | { readonly outcome: 'refused'; readonly message: string }> {
  const link = against === undefined ? undefined : linkOfText(against);
  if (against !== undefined && link === undefined)
    return {
      outcome: 'refused',
      message: `cannot compare with ${against}: a head is NUMBER:HASH, as this command prints it`,
    };
  const place = { disk, folder: home.audit, credentials: environment['CREDENTIALS_DIRECTORY'] };
  return verifyChain(place, await peekAuditAnchor(home, disk), link);
}

/** Changes the device's own settings while no appliance runs there. What keeps one from running, a setting too, is no matter. */
export async function changeDeviceSettings(
  {
    changes,
    ...where
  }: Pick<StartRequest, 'home' | 'environment'> & { readonly changes: Readonly<Record<string, unknown>> },
  release: Pick<RunningRelease, 'modelsFolder'>,
): Promise<{ readonly outcome: 'changed' } | Refused> {
  const request = { ...where, settingFlags: {}, isOffDuty: true, writeLog: () => {} };
  const opened = await openGround({ request, clock, disk, random });
  if (opened.outcome === 'refused') return opened;
  try {
    return await settingsBook(opened.ground, { folders: packFolders(where.home, release) }).change(changes);
  } finally {
    await closeGround(opened.ground);
  }
}

/** Adds a pack of the owner's to a home, whether or not an appliance runs there. Its net is tried in this process. */
export function addPackTo(home: Home, from: string, release: RunningRelease): Promise<AddPackResult> {
  const { modelsFolder, pid } = release;
  const probe = (addedFolder: string, name: string): Promise<string | undefined> => {
    offerAsVictim(pid); // It may take all memory, and the bell may not pay for it.
    return probePack({ folders: { modelsFolder, addedFolder }, disk, clock }, name);
  };
  return addPack({ disk, home, random, modelsFolder, probe, ownAsHome: (folder) => ownLike(folder, home.root) }, from);
}

/** Removes one. */
export function removePackOf(
  home: Home,
  name: string,
  { modelsFolder }: RunningRelease,
): ReturnType<typeof removePack> {
  return removePack({ disk, home, random, modelsFolder }, name);
}

/** The device's own settings, whether or not an appliance runs there; none where there is no database. */
export function readDeviceSettings(home: Home): Promise<Readonly<Record<string, unknown>> | string> {
  return peekDeviceSettings(home, disk);
}
