import { createHash } from 'node:crypto';
import { loadSettings, settingsFolder, type LoadedSettings } from '../settings/load.ts';
import { isoTime } from '../system/iso-time.ts';
import { isReachable } from './reach.ts';
import type { CommandContext } from './context.ts';
import { examineCamera } from './examine-camera.ts';
import { examineCertificate } from './examine-certificate.ts';
import { examineDevice } from './examine-device.ts';
import type { Finding } from './finding.ts';
import { bytesText } from './text.ts';
import { wordsOf } from '../system/error-words.ts';

const nodeOldest = { major: 24, minor: 12 } as const;
/** The appliance stays below 250 MB; the rest is for the machine. */
const memoryBytesMin = 350_000_000;
const diskBytesMin = 500_000_000;
const temperatureCelsiusMax = 80;
/** A clock before this was never set: the Pi has no battery for it. 2026-01-01. */
const wallMsMin = 1_767_225_600_000;
const modelBytesMax = 200 * 1024 * 1024;
const portAnswerMs = 1000;

/** Everything a doctor asks, top to bottom. */
export async function examineMachine(context: CommandContext): Promise<readonly Finding[]> {
  const database = await examineDatabase(context);
  const { device } = database;
  const { disk, home, environment, settingFlags } = context;
  const loaded = await loadSettings({
    disk,
    home,
    folder: settingsFolder(home),
    device,
    environment,
    flags: settingFlags,
  });
  const running = await context.findRunning(home.root);
  return [
    examineNode(context.release.node),
    await examineHome(context),
    database.finding,
    await examineModels(context),
    examineSettings(loaded),
    ...(await examineCamera(context, loaded, running)),
    ...(await examineDevice(context)),
    ...(await examineCertificate(context, loaded)),
    await examineDisk(context),
    examineMemory(context),
    await examineTemperature(context),
    examineClock(context),
    running === undefined
      ? await examinePort(context, loaded.settings.web)
      : good(
          'appliance',
          isReachable(running)
            ? `pid ${running.pid} runs at ${running.address === '' ? (running.socket ?? '') : running.address}`
            : `pid ${running.pid} is starting`,
        ),
  ];
}

/** Is this Node new enough to run TypeScript as it is. */
export function examineNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isNew = major > nodeOldest.major || (major === nodeOldest.major && minor >= nodeOldest.minor);
  if (isNew) return good('node', version);
  return mend(
    'node',
    `${version} is too old`,
    `use Node ${nodeOldest.major}.${nodeOldest.minor} or newer: npm install brings one`,
  );
}

async function examineHome({ disk, home }: CommandContext): Promise<Finding> {
  const probe = `${home.root}/doctor-probe`;
  try {
    await disk.makeDirectory(home.root);
    await disk.write(probe, 'is this home writable?');
    await disk.sync(probe);
    await disk.remove(probe);
    return good('home', `${home.root} is writable`);
  } catch (error) {
    return mend('home', wordsOf(error), 'make the folder writable for this user, or choose another with --home');
  }
}

/** Can the database be read; the device's own settings are in it. */
async function examineDatabase({
  appliance,
  home,
}: CommandContext): Promise<{ finding: Finding; device: Readonly<Record<string, unknown>> }> {
  try {
    const device = await appliance.deviceSettings(home);
    if (typeof device === 'string') throw new Error(device);
    return { finding: good('database', `readable, ${Object.keys(device).length} settings of its own`), device };
  } catch (error) {
    const advice = 'run the release that wrote it, or start from one of the backups in the home';
    return { finding: mend('database', wordsOf(error), advice), device: {} };
  }
}

/** The models and their hashes, as manifest.json of the pack names them. */
async function examineModels(context: CommandContext): Promise<Finding> {
  const { disk, home, release } = context;
  const folder = release.modelsFolder;
  const advice = 'make them again: npm run models';
  try {
    const manifest = await disk.read(`${folder}/manifest.json`);
    if (manifest === undefined) return mend('models', `cannot find ${folder}/manifest.json`, advice);
    const files = modelFiles(JSON.parse(Buffer.from(manifest).toString()));
    if (files.length === 0) return mend('models', `cannot read ${folder}/manifest.json: it names no models`, advice);
    for (const { file, sha256 } of files) {
      const bytes = await disk.read(`${folder}/${file}`);
      if (bytes === undefined) return mend('models', `cannot find ${folder}/${file}`, advice);
      const isWhole = bytes.length <= modelBytesMax && createHash('sha256').update(bytes).digest('hex') === sha256;
      if (!isWhole) return mend('models', `cannot use ${folder}/${file}: it is not what manifest.json names`, advice);
    }
    const added = await addedModels(context);
    const damaged = added.find(({ isWhole }) => !isWhole);
    if (damaged !== undefined)
      return mend('models', `cannot use ${home.models}/${damaged.name}: it is not what its manifest names`, `add it again, or remove it: doorward models remove ${damaged.name}`); // prettier-ignore
    const more = added.length === 0 ? '' : `, and ${added.length} that were added`;
    return good('models', `${files.length} in ${folder}${more}, intact`);
  } catch (error) {
    return mend('models', `cannot read ${folder}: ${wordsOf(error)}`, advice);
  }
}

async function addedModels({ disk, home }: CommandContext): Promise<readonly { name: string; isWhole: boolean }[]> {
  const folders = (await disk.list(home.models)).filter(
    ({ name, kind }) => kind === 'directory' && !name.startsWith('.'),
  );
  return Promise.all(
    folders.map(async ({ name }) => {
      const folder = `${home.models}/${name}`;
      const manifest = (await disk.read(`${folder}/manifest.json`)) ?? new Uint8Array();
      const model = modelFiles({ recognisers: [parsedOrNothing(manifest)] })[0];
      const bytes = model === undefined ? undefined : await disk.read(`${folder}/${model.file}`);
      return {
        name,
        isWhole: bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === model?.sha256,
      };
    }),
  );
}

function parsedOrNothing(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

/** Detectors, landmarks and every recogniser; in a checkout a recogniser stands among the others too. */
function modelFiles(manifest: unknown): readonly ModelFile[] {
  const parts = { models: undefined as unknown, recognisers: undefined as unknown, ...objectOf(manifest) };
  const recognisers: readonly unknown[] = Array.isArray(parts.recognisers) ? parts.recognisers : [];
  const named = recognisers.map((one) => ({ model: undefined as unknown, ...objectOf(one) }).model);
  const files = [...Object.values(objectOf(parts.models)), ...named].flatMap((model): ModelFile[] => {
    const { file, sha256 } = { file: undefined as unknown, sha256: undefined as unknown, ...objectOf(model) };
    return typeof file === 'string' && /^[\w.-]+$/.test(file) && typeof sha256 === 'string' ? [{ file, sha256 }] : [];
  });
  return [...new Map(files.map((model) => [model.file, model])).values()];
}

interface ModelFile {
  readonly file: string;
  readonly sha256: string;
}

function examineSettings(loaded: LoadedSettings): Finding {
  const complaints = [...loaded.complaints, ...loaded.flagComplaints];
  if (complaints.length > 0)
    return { name: 'settings', verdict: 'advice', message: complaints.join('; '), advice: 'see doorward settings' };
  const changed = Object.values(loaded.origins).filter((origin) => origin !== 'default').length;
  return good('settings', `fine, ${changed} of them not the default`);
}

async function examineDisk({ disk, home }: CommandContext): Promise<Finding> {
  try {
    const { freeBytes, totalBytes } = await disk.space(home.root);
    const message = `${bytesText(freeBytes)} of ${bytesText(totalBytes)} free`;
    if (freeBytes >= diskBytesMin) return good('disk', message);
    return {
      name: 'disk',
      verdict: 'advice',
      message,
      advice: 'remove files, or shorten retention.days and retention.bytesMax',
    };
  } catch (error) {
    return { name: 'disk', verdict: 'advice', message: wordsOf(error), advice: 'look at the home first' };
  }
}

function examineMemory({ resources }: CommandContext): Finding {
  const { availableBytes, totalBytes } = resources.memory();
  const message = `${bytesText(availableBytes)} of ${bytesText(totalBytes)} available`;
  if (availableBytes >= memoryBytesMin) return good('memory', message);
  return {
    name: 'memory',
    verdict: 'advice',
    message,
    advice: 'stop other programs: the appliance takes up to 250 MB',
  };
}

async function examineTemperature({ resources }: CommandContext): Promise<Finding> {
  const celsius = await resources.temperatureCelsius();
  if (celsius === undefined) return good('temperature', 'this machine does not tell');
  const message = `${celsius.toFixed(0)} °C`;
  if (celsius < temperatureCelsiusMax) return good('temperature', message);
  return { name: 'temperature', verdict: 'advice', message, advice: 'give it air: a hot Pi slows down' };
}

function examineClock({ clock }: CommandContext): Finding {
  const wallMs = clock.wallMs();
  if (wallMs >= wallMsMin) return good('clock', isoTime(wallMs));
  const advice = 'connect it to the network, so that systemd-timesyncd can set it';
  return { name: 'clock', verdict: 'advice', message: `${isoTime(wallMs)} was never set`, advice };
}

/** Whoever takes the port speaks, or keeps the line open until the time is up. Nobody refuses at once. */
async function examinePort(
  { network }: CommandContext,
  { address, port }: { address: string; port: number },
): Promise<Finding> {
  if (port === 0) return good('port', 'any free one');
  const url = `http://${address.replace(/^(0\.0\.0\.0|::)$/, '127.0.0.1')}:${port}/health`;
  const answer = await network.request({ url, method: 'GET', timeoutMs: portAnswerMs, answerBytesMax: 65_536 });
  if (answer.outcome === 'unreachable' && /refused/i.test(answer.reason)) return good('port', `${port} is free`);
  return mend('port', `${port} is taken by another program`, 'stop it, or choose another with the setting web.port');
}

function good(name: string, message: string): Finding {
  return { name, verdict: 'good', message };
}

function mend(name: string, message: string, advice: string): Finding {
  return { name, verdict: 'mend', message, advice };
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
