import { parse } from 'smol-toml';
import { replaceFile, type Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import { layerOfDevice, layerOfEnvironment, layerOfFlags, layerOfTable, type Layer } from './layers.ts';
import { credentialLayer } from './credentials.ts';
import { brokenRules, resolveLayers, without, type Resolved } from './resolve.ts';
import { wordsOf } from '../system/error-words.ts';

/** A settings file larger than this is none. */
const fileBytesMax = 1024 * 1024;
const filesMax = 100;

export interface SettingsSources {
  readonly disk: Disk;
  readonly home: Home;
  /** Where doorward.toml and settings.d/ are: /etc/doorward on a device, the home elsewhere. */
  readonly folder: string;
  /** The device's own settings, by `section.key`. */
  readonly device: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Texts by `section.key`. */
  readonly flags: Readonly<Record<string, string>>;
}

export interface LoadedSettings extends Resolved {
  /** What was wrong with files, device or environment; empty when all is well. The bell rings all the same. */
  readonly complaints: readonly string[];
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
 * defaults < files < the device's own settings < environment < credentials < flags. One broken layer, and all of them give way to
 * the last good settings: half of what somebody wrote may be worse than yesterday's whole. Without last good settings,
 * the good values hold. Never rejects.
 */
export async function loadSettings(sources: SettingsSources): Promise<LoadedSettings> {
  const files = await fileLayers(sources.disk, sources.folder);
  const layers = [...files, layerOfDevice(sources.device), layerOfEnvironment(sources.environment)];
  const flags = layerOfFlags(sources.flags);
  const complaints = layers.flatMap((layer) => layer.complaints);
  const broken = brokenRules(resolveLayers(layers));
  complaints.push(...broken.map(({ complaint }) => complaint));
  const good = without(
    layers,
    broken.flatMap(({ keys }) => keys),
  );
  const lastGood =
    complaints.length === 0 ? undefined : await lastGoodLayer(sources.disk, sources.home.lastGoodSettings);
  const base = lastGood === undefined ? good : [lastGood];
  if (complaints.length > 0) complaints.push(consolation(lastGood));
  const credentials = await credentialLayer(sources.disk, sources.environment['CREDENTIALS_DIRECTORY']);
  complaints.push(...credentials.complaints);
  const resolved = resolveLayers([...base, credentials, flags]);
  const flagComplaints = [...flags.complaints, ...brokenRules(resolved).map(({ complaint }) => complaint)];
  return { ...resolved, complaints, flagComplaints, lasting: resolveLayers(base) };
}

/** Keeps settings that were good, for a day when they are not. Rejects with `DiskFault`. */
export async function rememberSettings(disk: Disk, home: Home, loaded: LoadedSettings): Promise<void> {
  if (loaded.complaints.length > 0) return;
  const text = `${JSON.stringify(loaded.lasting.settings, undefined, 2)}\n`;
  const known = await disk.read(home.lastGoodSettings);
  if (known !== undefined && Buffer.from(known).toString() === text) return; // Spares the card a write at every start.
  await replaceFile(disk, home.lastGoodSettings, text);
}

function consolation(lastGood: Layer | undefined): string {
  return lastGood === undefined
    ? 'the settings above are left out: mend them, and start again'
    : 'the last good settings hold instead of all of these: mend them, and start again';
}

async function fileLayers(disk: Disk, folder: string): Promise<readonly Layer[]> {
  const main = `${folder}/doorward.toml`;
  try {
    const names = (await disk.list(`${folder}/settings.d`))
      .map(({ name }) => name)
      .filter((name) => name.endsWith('.toml'));
    const paths = [main, ...names.slice(0, filesMax).map((name) => `${folder}/settings.d/${name}`)];
    const layers = await Promise.all(paths.map((path) => fileLayer(disk, path)));
    if (names.length > filesMax)
      layers.push(complaining(`cannot read more than ${filesMax} files in ${folder}/settings.d`));
    return layers;
  } catch (error) {
    return [await fileLayer(disk, main), complaining(lineAndPlace(error))];
  }
}

async function fileLayer(disk: Disk, path: string): Promise<Layer> {
  try {
    const bytes = await disk.read(path);
    if (bytes === undefined) return { chosen: new Map(), complaints: [] };
    if (bytes.length > fileBytesMax) return complaining(`cannot use ${path}: it is larger than ${fileBytesMax} bytes`);
    return layerOfTable(parse(Buffer.from(bytes).toString()), path);
  } catch (error) {
    return complaining(`cannot use ${path}: ${lineAndPlace(error)}`);
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

function complaining(complaint: string): Layer {
  return { chosen: new Map(), complaints: [complaint] };
}

/** smol-toml draws the line and a pointer below its first line; one line is enough here. */
function lineAndPlace(error: unknown): string {
  const [line = ''] = wordsOf(error).split('\n');
  const hasPlace = error instanceof Error && 'line' in error && 'column' in error;
  return hasPlace ? `${line} (line ${String(error.line)}, column ${String(error.column)})` : line;
}
