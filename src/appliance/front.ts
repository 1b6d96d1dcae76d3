import { openAccess, type Access } from '../access/access.ts';
import type { Certificates } from '../access/certificates.ts';
import { Looks } from '../access/looks.ts';
import { AskedActs } from './trial/asked-acts.ts';
import { CallerCount, isUpload } from '../update/judge/callers.ts';
import { RequestFigures } from '../update/judge/request-figures.ts';
import { collectYoung } from '../machine/node/collect-young.ts';
import { carriedPageFile } from '../machine/executable/carried-files.ts';
import type { RunningRelease } from '../machine/executable/running-release.ts';
import { Doorstep } from '../machine/process/doorstep.ts';
import { tokenOfRunning } from '../machine/process/instance-lock.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import type { Random } from '../system/random.ts';
import type { Resources } from '../system/resources.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { UpdateStory } from '../telemetry/update-story.ts';
import { ownNames } from '../web/host-names.ts';
import type { Greeting, WebParts } from '../web/parts.ts';
import { openWeb, type Web } from '../web/server.ts';
import type { Ground } from './ground.ts';
import type { House } from './house.ts';
import type { HouseDesk } from './desk.ts';
import type { Senses } from './senses.ts';
import { settingsBook } from './settings-book.ts';
import { packFolders } from './choose-pack.ts';
import type { HousePacks } from './house-packs.ts';
import { whyNoUpdates } from './installation.ts';
import type { Caretaker } from './caretaker.ts';

export interface FrontParts {
  readonly home: Home;
  readonly ground: Ground;
  readonly senses: Senses;
  readonly house: House;
  readonly caretaker: Caretaker;
  readonly packs: HousePacks;
  readonly desk: HouseDesk | undefined;
  readonly certificates: Certificates;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  readonly resources: Pick<Resources, 'hostname'>;
  readonly release: RunningRelease;
}

const ownerTokenBytes = 32;

/** The house as the outside sees it. */
export interface Front {
  readonly access: Access;
  readonly web: Web;
  /** What a command shows that was given by the owner of the home. */
  readonly ownerToken: string;
  /** How requests went. */
  readonly figures: RequestFigures;
  /** Whoever asks here. */
  readonly callers: CallerCount;
  /** What people ask for. */
  readonly asked: AskedActs;
}

/** Metrics, API and page, not listening yet. Throws when the address is not allowed. */
export async function openFront(parts: FrontParts): Promise<Front> {
  const { clock, ground, house, packs, senses, caretaker, release } = parts;
  const { inference, pictures } = senses.recognition;
  const folders = packFolders(parts.home, release);
  const build = (): Parameters<Metrics['showBuild']>[0] => ({
    version: release.version,
    node: release.node,
    recogniser: inference.recogniser,
  });
  const metrics = new Metrics({
    clock,
    build: build(),
    gauges: () => caretaker.gauges(),
    timeZone: ground.loaded.settings.household.timeZone,
  });
  senses.recognition.onChange(() => metrics.showBuild(build()));
  ground.events.subscribe((event) => metrics.count(event), { afterId: 0 });
  await tellUpdates(parts, metrics);
  const figures = new RequestFigures(clock);
  const access = await accessOf(parts);
  const ownerToken = await ownerTokenOf(parts);
  const web = await openWeb({
    ...parts,
    ownerToken,
    ownNames: ownNames(parts.resources.hostname(), ground.loaded.settings.web),
    access,
    looks: new Looks(ground.audit, ground.log),
    version: release.version,
    greet: greetingOf(parts, metrics),
    settings: ground.loaded.settings,
    log: ground.log.named('web'),
    read: ground.store.read,
    bell: house.bell,
    camera: house.feed,
    cameraDescription: senses.camera.description,
    push: senses.opened.push,
    household: house.household,
    pictureMemory: house.pictureMemory,
    gallery: house.gallery,
    selfTest: house.selfTest,
    inference,
    pictures,
    events: ground.events,
    metrics: figuredMetrics(metrics, figures),
    health: caretaker.health,
    settingsBook: settingsBook(ground, { folders, ownPort: () => Number(URL.parse(web.address)?.port) }),
    collectYoung,
    sendTestNotification: () => sendTestNotification(parts),
    pageFile: carriedPageFile,
    packs,
    updateDesk: () => parts.desk ?? whyNoUpdates(release),
  });
  const callers = new CallerCount(clock);
  noteCallers(web.server, callers);
  const asked = new AskedActs();
  web.server.on('request', (request) => asked.note(request));
  return { access, web, ownerToken, figures, callers, asked };
}

/** A candidate takes that of its incumbent: commands that began before the commit go on showing it. */
async function ownerTokenOf({ home, random }: FrontParts): Promise<string> {
  const token = await tokenOfRunning(home.root);
  return token ?? Buffer.from(random.secret(ownerTokenBytes)).toString('base64url');
}

function accessOf({ ground, home, ...machine }: FrontParts): Promise<Access> {
  const { audit: chronicle, loaded, log, store } = ground;
  const { loopback } = loaded.settings.web;
  return openAccess({ ...machine, home, store, chronicle, log: log.named('access'), loopback });
}

/** What is counted of requests for metrics is noted for the judges of a trial too. */
function figuredMetrics(metrics: Metrics, figures: RequestFigures): WebParts['metrics'] {
  return {
    httpRequest(request) {
      metrics.httpRequest(request);
      figures.note(request);
    },
    securityEvent: (event) => metrics.securityEvent(event),
    text: () => metrics.text(),
  };
}

/** By TLS and in the clear, on one port. */
function greetingOf({ certificates, ground }: FrontParts, metrics: Metrics): Greeting {
  const doorstep = new Doorstep({
    credentials: () => certificates.credentials(),
    onFailure(reason) {
      ground.log.debug('a handshake came to nothing', { reason });
      metrics.handshakeFailed();
    },
  });
  return (socket, enter) => doorstep.greet(socket, enter);
}

/** Before anything is refused: whoever is turned away has kept this process busy too. For incumbents that do not count. */
function noteCallers(server: Web['server'], callers: CallerCount): void {
  server.on('connection', () => callers.noteCall());
  server.on('request', (request, response) => {
    callers.noteCall();
    if (isUpload(request.headers['content-type']))
      request.once('end', () => response.once('close', callers.noteUpload()));
  });
}

/** The story of updates, told to metrics, log and audit. Before the updater's first step, and before a candidate serves. */
async function tellUpdates({ desk, ground, release }: FrontParts, metrics: Metrics): Promise<void> {
  if (desk === undefined) return metrics.showRelease({ version: release.version, slot: 'none' });
  const isCandidate = (): boolean => ground.tenancy.lock === undefined;
  await new UpdateStory({
    desk,
    metrics,
    chronicle: ground.audit,
    log: ground.log.named('update'),
    isCandidate,
  }).begin();
}

async function sendTestNotification({ ground, house }: FrontParts): Promise<readonly string[]> {
  const notifications = house.notifier.ofTest();
  await ground.store.write('addNotifications', { notifications });
  house.notifier.send(notifications);
  return notifications.map(({ channel }) => channel);
}
