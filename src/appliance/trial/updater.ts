import { nodeProcesses } from '../../machine/process/node-processes.ts';
import { nodeStorage as storage } from '../../machine/node/node-storage.ts';
import { hardwareNames } from '../../machine/executable/running-release.ts';
import { carriedRootName, manifestName, parseManifest } from '../../release/manifest.ts';
import { readSoundRoot } from '../../release/trust.ts';
import type { DeviceFacts } from '../../release/verify-release.ts';
import type { Places } from '../../slot/places.ts';
import { TrialRecordFile } from '../../slot/trial-record-file.ts';
import type { Candidates } from '../../system/candidate.ts';
import type { Duty } from '../../update/duty.ts';
import { FolderSource } from '../../update/folder-source.ts';
import { HttpSource } from '../../update/http-source.ts';
import type { UpdateSource } from '../../update/offer.ts';
import { releaseActs } from '../../update/release-acts.ts';
import { Updater } from '../../update/update.ts';
import type { UpdateSettings } from '../../settings/update-settings.ts';
import { whyNoUpdates } from '../installation.ts';
import { mendLibraries } from '../mend-libraries.ts';
import type { Rooms, RoomsParts } from '../rooms.ts';

export interface UpdaterParts {
  readonly rooms: Rooms;
  readonly duty: Duty;
  readonly candidates: Candidates;
  readonly machine: RoomsParts['machine'];
}

export type OpenedUpdater =
  | { readonly outcome: 'opened'; readonly updater: Updater }
  | { readonly outcome: 'refused'; readonly message: string };

/** The updater of a running appliance. Refused, with the reason for people, when what runs cannot be replaced. */
export async function openUpdater({ rooms, duty, candidates, machine }: UpdaterParts): Promise<OpenedUpdater> {
  const { ground, installation } = rooms;
  if (installation === undefined) return { outcome: 'refused', message: whyNoUpdates(machine.release) };
  const { slot, places } = installation;
  const directory = places.slot[slot];
  const manifest = parseManifest((await storage.read(`${directory}/${manifestName}`)) ?? new Uint8Array());
  if (typeof manifest === 'string') return refused(`${directory}/${manifestName} is not well: ${manifest}`);
  const carriedRoot = await storage.read(`${directory}/${carriedRootName}`);
  if (carriedRoot === undefined) return refused(`the root of trust ${directory}/${carriedRootName} is missing`);
  const root = readSoundRoot(carriedRoot);
  if (typeof root === 'string')
    return refused(`the root of trust ${directory}/${carriedRootName} is not well: ${root}`);
  const { update, gate, household } = ground.loaded.settings;
  const settings = { ...update, gate, ...household };
  await storage.makeDirectory(places.incoming);
  const { version } = manifest;
  const facts = factsOf({ rooms, places, settings, runs: { version, builtMs: manifest.createdMs } });
  const updater = new Updater({
    ...machine,
    storage,
    places,
    duty,
    candidates,
    processes: await nodeProcesses(),
    releases: releaseActs({ storage, directory: places.trust, carriedRoot, facts: () => facts(machine) }),
    sources: sourcesOf(settings, places, machine),
    settings,
    running: { slot, version },
    log: ground.log.named('update'),
    mendLibraries: (rest) => mendLibraries({ storage, places, rest }),
  });
  return { outcome: 'opened', updater };
}

interface DeviceParts {
  readonly rooms: Rooms;
  readonly places: Places;
  readonly settings: UpdateSettings;
  readonly runs: { readonly version: string; readonly builtMs: number };
}

function factsOf({
  rooms,
  places,
  settings,
  runs,
}: DeviceParts): (machine: UpdaterParts['machine']) => Promise<DeviceFacts> {
  const recordFile = new TrialRecordFile(storage, places);
  const hardware = hardwareNames();
  return async ({ clock, release }) => {
    const { newestCommitted } = await recordFile.read();
    const schema = rooms.ground.store.read.schema();
    return {
      nowMs: clock.wallMs(),
      builtMs: runs.builtMs,
      architecture: release.architecture,
      hardware,
      runningVersion: runs.version,
      ...(newestCommitted === undefined ? {} : { newestCommitted: newestCommitted.version }),
      schemaVersion: schema.version,
      schemaReadableFrom: schema.readableFrom,
      releaseBytesMax: settings.releaseBytesMax,
    };
  };
}

/** What the owner's hand has brought comes first. */
function sourcesOf(
  settings: UpdateSettings,
  places: Places,
  { network, release }: UpdaterParts['machine'],
): readonly UpdateSource[] {
  const { releaseBytesMax, watchedFolder, sourceUrl } = settings;
  const { incoming } = places;
  const pushed = { name: 'pushed by the owner', path: incoming, isOrdered: true };
  const sources: UpdateSource[] = [new FolderSource(storage, pushed)];
  if (watchedFolder !== '') {
    const folder = { name: `folder ${watchedFolder}`, path: watchedFolder, isOrdered: false };
    sources.push(new FolderSource(storage, folder));
  }
  const { architecture } = release;
  if (sourceUrl !== '') sources.push(new HttpSource(network, { url: sourceUrl, architecture, releaseBytesMax }));
  return sources;
}

function refused(why: string): OpenedUpdater {
  return { outcome: 'refused', message: `cannot update: ${why}` };
}
