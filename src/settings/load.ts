import { parse } from 'smol-toml';
import { replaceFile, type Disk, type DiskEntry } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import {
  layerOfDevice, layerOfEnvironment, layerOfFlags, layerOfTable, unreadableLayer, type Layer,
} from './layers.ts'; // prettier-ignore
import { credentialLayer } from './credentials.ts';
import { brokenRules, resolveLayers, settle, type Resolved } from './resolve.ts';
import { wordsOf } from '../system/error-words.ts';

/** A settings file larger than this is none. */
const fileBytesMax = 1024 * 1024;
const filesMax = 100;

export interface SettingsSources {
  readonly disk: Disk;
  readonly home: Home;
  /** Where doorward.toml and settings.d/ are: /etc/doorward on a device, the home elsewhere. */
  readonly folder: string;
  /** The device's own settings, by `section.key`, undefined where a row cannot be read; or why there is no reading them. */
  readonly device: Readonly<Record<string, unknown>> | string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Texts by `section.key`. */
  readonly flags: Readonly<Record<string, string>>;
}

export interface LoadedSettings extends Resolved {
  /** What was wrong with files, device, environment or credentials; empty when all is well. The bell rings all the same. */
  readonly complaints: readonly string[];
  /** What holds, and should be said otherwise. */
  readonly warnings: readonly string[];
  /** By `section.key`: why a value that was said does not hold. */
  readonly refused: ReadonlyMap<string, string>;
  /** What was wrong with the flags: whoever typed them is there to be told. */
  readonly flagComplaints: readonly string[];
  /** Everything but credentials and flags: what `rememberSettings` keeps. */
  readonly lasting: Resolved;
}

/** Where the operator's files are, for a home. */
export function settingsFolder(home: Home): string {
  return home.root === '/var/lib/doorward' ? '/etc/doorward' : home.root;
}

/**
 * defaults < files < the device's own settings < environment < credentials < flags. What cannot be used is left out with a
 * complaint, and never stops the start: another place that says this setting is heard, else the last good value holds, else
 * what is safe, else the default. Never rejects.
 *
 * Chosen: setting by setting; rejected: all of yesterday's settings for one bad value; why: whatever is set while an old
 * slip stands in some file would be accepted and then not hold, without a word.
 */
export async function loadSettings(sources: SettingsSources): Promise<LoadedSettings> {
  const { device, disk, environment, home } = sources;
  const lasting = [
    ...(await fileLayers(disk, sources.folder)),
    typeof device === 'string' ? unreadableLayer(device) : layerOfDevice(device),
    layerOfEnvironment(environment),
  ];
  const credentials = await credentialLayer(disk, environment['CREDENTIALS_DIRECTORY']);
  const layers = [...lasting, credentials];
  const lastGood = isSound(layers) ? undefined : await lastGoodLayer(disk, home.lastGoodSettings);
  const settled = settle(layers, lastGood);
  const complaints = [...layers.flatMap((layer) => layer.complaints), ...settled.complaints];
  if (complaints.length > 0) complaints.push(consolation(lastGood));
  const flags = layerOfFlags(sources.flags);
  const resolved = resolveLayers([...settled.layers, flags]);
  return {
    ...resolved,
    complaints,
    warnings: [...layers, flags].flatMap((layer) => layer.warnings ?? []),
    refused: settled.refused,
    flagComplaints: [...flags.complaints, ...brokenRules(resolved).map(({ complaint }) => complaint)],
    lasting: resolveLayers(lasting),
  };
}

/** Keeps settings that were good, for a day when they are not. Rejects with `DiskFault`. */
export async function rememberSettings(disk: Disk, home: Home, loaded: LoadedSettings): Promise<void> {
  if (loaded.complaints.length > 0) return;
  const text = `${JSON.stringify(loaded.lasting.settings, undefined, 2)}\n`;
  const known = await disk.read(home.lastGoodSettings);
  if (known !== undefined && Buffer.from(known).toString() === text) return; // Spares the card a write at every start.
  await replaceFile(disk, home.lastGoodSettings, text);
}

function isSound(layers: readonly Layer[]): boolean {
  return layers.every(({ complaints }) => complaints.length === 0) && brokenRules(resolveLayers(layers)).length === 0;
}

function consolation(lastGood: Layer | undefined): string {
  return lastGood === undefined
    ? 'the settings above are left out: mend them, and start again'
    : 'the last good settings hold instead of those above: mend them, and start again';
}

async function fileLayers(disk: Disk, folder: string): Promise<readonly Layer[]> {
  const main = 'doorward.toml';
  const [above, below] = await Promise.all([entriesOf(disk, folder), entriesOf(disk, `${folder}/settings.d`)]);
  const layers: Layer[] = [];
  const first = typeof above === 'string' ? undefined : above.find(({ name }) => name === main);
  if (typeof above === 'string') layers.push(unreadableLayer(above));
  if (first !== undefined) layers.push(await fileLayer(disk, `${folder}/${main}`, first));
  if (typeof below === 'string') return [...layers, unreadableLayer(below)];
  const more = below.filter(({ name }) => name.endsWith('.toml'));
  for (const entry of more.slice(0, filesMax))
    layers.push(await fileLayer(disk, `${folder}/settings.d/${entry.name}`, entry));
  if (more.length > filesMax)
    layers.push(unreadableLayer(`cannot read more than ${filesMax} files in ${folder}/settings.d`));
  return layers;
}

async function entriesOf(disk: Disk, folder: string): Promise<readonly DiskEntry[] | string> {
  try {
    return await disk.list(folder);
  } catch (error) {
    return lineAndPlace(error);
  }
}

/** A pipe or a device would be read for ever. */
async function fileLayer(disk: Disk, path: string, { bytes, kind }: DiskEntry): Promise<Layer> {
  if (kind !== 'file') return unreadableLayer(`cannot use ${path}: it is not a file`);
  if (bytes > fileBytesMax) return unreadableLayer(`cannot use ${path}: it is larger than ${fileBytesMax} bytes`);
  try {
    const content = await disk.read(path);
    return content === undefined
      ? { chosen: new Map(), complaints: [] }
      : layerOfTable(parse(Buffer.from(content).toString()), path);
  } catch (error) {
    return unreadableLayer(`cannot use ${path}: ${lineAndPlace(error)}`);
  }
}

/** What no longer fits is left out without a word: it was good for another release. */
async function lastGoodLayer(disk: Disk, path: string): Promise<Layer | undefined> {
  try {
    const bytes = await disk.read(path);
    if (bytes === undefined) return undefined;
    const { chosen } = layerOfTable(JSON.parse(Buffer.from(bytes).toString()), `the last good settings (${path})`);
    return chosen.size === 0 ? undefined : { chosen, complaints: [] };
  } catch {
    return undefined; // Then the good values of today hold, which the complaints say.
  }
}

/** smol-toml draws the line and a pointer below its first line; one line is enough here. */
function lineAndPlace(error: unknown): string {
  const [line = ''] = wordsOf(error).split('\n');
  const hasPlace = error instanceof Error && 'line' in error && 'column' in error;
  return hasPlace ? `${line} (line ${String(error.line)}, column ${String(error.column)})` : line;
}
