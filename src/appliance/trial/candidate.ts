import type { IncumbentChannel } from '../../machine/process/incumbent-channel.ts';
import { acquireInstanceLock } from '../../machine/process/instance-lock.ts';
import { stopAccepting } from '../../machine/process/listening-socket.ts';
import { leaveTrialGroup } from '../../machine/process/trial-group.ts';
import { createLog } from '../../telemetry/json-log.ts';
import type { AuditEntry } from '../../system/audit.ts';
import type { Log } from '../../system/log.ts';
import type { Terminal } from '../../system/terminal.ts';
import { timeCamera, type CameraTimes } from './camera-gap.ts';
import { acceptOnPassed, answerForIncumbent } from './candidate-door.ts';
import { playDemoIn } from '../demo.ts';
import { shareGround, type GroundRequest } from '../ground.ts';
import {
  auditSchema, prepareSchema, questionSchema, readMessage, readNote, trialProtocol, type Note,
  protocolStep, type TrialQuestion,
} from '../../update/trial-protocol.ts'; // prettier-ignore
import { choosePack, packFolders } from '../choose-pack.ts';
import { CandidateNets } from './candidate-nets.ts';
import { rehearse, type RehearsalParts } from './candidate-rehearsal.ts';
import { ownBellOf } from './own-bell.ts';
import type { Bell } from '../../visit/bell.ts';
import { announce } from '../owner-door.ts';
import { sendHeartbeats } from './heartbeats.ts';
import { reportToService, type ServiceReport } from '../service-report.ts';
import type { Incumbency } from './incumbency.ts';
import { closeRooms, openRooms, type Rooms, type RoomsParts } from '../rooms.ts';

export interface CandidateRequest extends GroundRequest {
  readonly hasDemoHousehold: boolean;
  readonly terminal: Terminal | undefined;
}

export interface CandidateParts {
  readonly request: CandidateRequest;
  readonly channel: IncumbentChannel;
  readonly machine: RoomsParts['machine'];
  /** Called when this process has become the incumbent: from now on it tries releases itself. */
  readonly onCommitted: (rooms: Rooms) => Incumbency;
}

const lockRetryMs = 100;
/** Requests and visits under way at a revert may end within this. The incumbent kills sooner when it is in a hurry. */
const revertMsMax = 5000;

/** A release on trial, from its hello to its commit or its end. It answers what its incumbent asks, and stays warm. */
export class ApplianceCandidate {
  readonly #parts: CandidateParts;
  readonly #log: Log;
  readonly #ended = Promise.withResolvers<void>();
  readonly #nets: CandidateNets;
  #rooms: Promise<Rooms> | undefined;
  #free = Promise.withResolvers<void>();
  /** The incumbent reads the button and tells of presses. */
  #isTold = false;
  /** From the incumbent's last frame to the first one here, and what the camera took of that to start. */
  #cameraTimes: CameraTimes = {};
  #ownBell: Bell | undefined;
  #isCommitted = false;
  #leaving: Promise<void> | undefined;
  #incumbency: Incumbency | undefined;
  #report: ServiceReport | undefined;
  #hasLeft = false;
  #closeRelay = (): void => {};

  constructor(parts: CandidateParts) {
    const { request, machine, channel } = parts;
    this.#parts = parts;
    this.#log = createLog({ write: (line) => request.writeLog(line), level: 'INFO', clock: machine.clock });
    this.#nets = new CandidateNets(packFolders(request.home, machine.release), this.#log);
    channel.answer((question) => this.#answer(question));
    channel.onNote((note) => this.#hear(readNote(note)));
  }

  /** Resolves when this process may end: it was reverted, or it was the incumbent and is told to stop by the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => {
      if (this.#isCommitted) this.#ended.resolve(); // Before, it is the incumbent's to say.
    };
    signal.addEventListener('abort', stop, { once: true });
    await this.#ended.promise;
    if (this.#hasLeft) return;
    this.#report?.stop();
    await this.#incumbency?.stop();
    if (this.#isCommitted && this.#rooms !== undefined) await closeRooms(await this.#rooms);
    else this.#parts.channel.end();
  }

  /** What cannot be done is not answered: silence ends a trial. */
  async #answer(asked: unknown): Promise<unknown> {
    try {
      const entry = readMessage(auditSchema, asked)?.entry;
      if (entry !== undefined) return await this.#record(entry);
      const prepare = readMessage(prepareSchema, asked);
      if (prepare !== undefined) return await this.#prepare(prepare.tellsPresses === true);
      const question = readMessage(questionSchema, asked);
      return question === undefined ? undefined : await this.#answerTrial(question);
    } catch (error) {
      this.#log.error('a candidate cannot do what it is asked', { error });
      return undefined;
    }
  }

  async #answerTrial(question: TrialQuestion): Promise<unknown> {
    const { release } = this.#parts.machine;
    switch (question.kind) {
      case 'hello': return { kind: 'hello', protocol: trialProtocol, pid: release.pid, version: release.version };
      case 'rehearse': return this.#rehearse(question);
      case 'take-over': return this.#takeOver();
      case 'request': return this.#request(question.address);
      case 'commit': return this.#commit();
      case 'revert': return this.#revert(question.reason);
      case 'stop': return this.#revert('it is told to stop');
    } // prettier-ignore
  }

  async #rehearse(question: Extract<TrialQuestion, { kind: 'rehearse' }>): Promise<unknown> {
    const { request, machine } = this.#parts;
    const openModels: RehearsalParts['openModels'] = ({ models }) => this.#nets.of(models.recogniser);
    return rehearse({ request, ...machine, openModels, log: this.#log }, question);
  }

  async #prepare(isTold: boolean): Promise<unknown> {
    this.#isTold = isTold;
    this.#rooms ??= this.#openRooms();
    await this.#rooms;
    return { kind: 'prepared', hearsPresses: isTold, takesQuestions: true, step: protocolStep };
  }

  async #openRooms(): Promise<Rooms> {
    const { request, machine, channel } = this.#parts;
    const opened = await shareGround({ request, ...machine });
    if (opened.outcome === 'refused') throw new Error(opened.message);
    const { ground } = opened;
    const { home, terminal } = request;
    const { recogniser } = ground.loaded.settings.models;
    const pack = await choosePack(ground.store.read, packFolders(home, machine.release), recogniser);
    const recognition = await this.#nets.of(pack);
    const inheritedLine = channel.line('button');
    const rooms = await openRooms({ home, ground, recognition, isOffDuty: false, terminal, inheritedLine, machine });
    rooms.desk?.giveTo((wish) => channel.tell(wish));
    this.#ownBell = ownBellOf({ rooms, machine, tellArrival: (key) => channel.tell({ kind: 'delivered', key }) });
    return rooms;
  }

  /** The door first: whoever waits there has waited since the incumbent let it go. */
  async #takeOver(): Promise<unknown> {
    const { channel, machine, request } = this.#parts;
    const startedMs = machine.clock.uptimeMs();
    this.#rooms ??= this.#openRooms();
    const rooms = await this.#rooms;
    rooms.loops.takeDuty({ free: this.#free.promise });
    if (!this.#isTold) rooms.loops.readLine();
    this.#closeRelay = await answerForIncumbent(rooms.front.web, channel);
    rooms.ground.takeAudit().catch((error: unknown) => this.#log.error('the audit chain cannot be written', { error }));
    const { version } = machine.release;
    rooms.ground.events.emit({ type: 'SYSTEM_STARTED', status: 'success', component: 'appliance', data: { version } });
    if (request.hasDemoHousehold) await playDemoIn(rooms, machine);
    void sendHeartbeats({
      rooms,
      channel,
      clock: machine.clock,
      resources: machine.resources,
      isOver: () => this.#isCommitted,
      cameraTimes: () => this.#cameraTimes,
    });
    return { kind: 'ready', durationMs: machine.clock.uptimeMs() - startedMs };
  }

  async #request(address: string): Promise<unknown> {
    const front = (await this.#rooms)?.front;
    if (front === undefined) return undefined;
    const status = await front.web.answer(address);
    return { kind: 'requested', status, isCrowded: front.callers.areCrowd, failed: front.figures.takeFailed() };
  }

  async #record(entry: AuditEntry): Promise<unknown> {
    const rooms = await this.#rooms;
    if (rooms === undefined) return undefined;
    await rooms.ground.audit.record(entry);
    rooms.house.gallery.refresh(); // Somebody has changed something over there.
    return { kind: 'audited' };
  }

  #hear(note: Note | undefined): void {
    if (note !== undefined) void this.#rooms?.then((rooms) => this.#heed(rooms, note));
  }

  #heed({ desk, front, ground, house, loops }: Rooms, note: Note): void {
    switch (note.kind) {
      case 'update-status':
        if (!this.#isCommitted) desk?.show(note.status);
        break;
      case 'passed':
        ground.events.continueFrom(note.lastEventId);
        if (note.address !== undefined) front.web.isReachedAt(note.address);
        house.gallery.refresh();
        house.notifier.leaveToOther(note.notificationsInHand);
        if (note.lastFrameMs !== undefined)
          timeCamera(house.feed, this.#parts.machine.clock, {
            lastFrameMs: note.lastFrameMs,
            tell: (times) => (this.#cameraTimes = times),
          });
        break;
      case 'event':
        ground.events.emit({ ...note.event, isRelayed: true });
        house.notifier.wake(); // A visit that is named over there is announced here.
        break;
      case 'press':
        void this.#ring({ house, ground }, note);
        break;
      case 'held':
        void house.bell.noteHold();
        break;
      case 'line':
        loops.readLine();
        break;
      case 'drained':
        house.gallery.refresh();
        house.notifier.takeFromOther();
        this.#free.resolve();
        break;
    }
  }

  /** The incumbent keeps the press until it hears that its row is stored: one that waits in memory is not. */
  async #ring(
    { house, ground }: Pick<Rooms, 'house' | 'ground'>,
    { id, press }: Extract<Note, { kind: 'press' }>,
  ): Promise<void> {
    const bell = ground.store.read.isOwnPress(id) ? (this.#ownBell ?? house.bell) : house.bell;
    await bell.ring({ source: 'button', press, triggerId: id });
    if (ground.store.read.trigger(id) !== undefined) this.#parts.channel.tell({ kind: 'stored', id });
  }

  /** From now on this process stays when the channel closes. The lock is free when the incumbent has left. */
  async #commit(): Promise<unknown> {
    const { channel, onCommitted } = this.#parts;
    const rooms = await this.#rooms;
    if (rooms === undefined || this.#isCommitted) return rooms && { kind: 'committed' };
    await acceptOnPassed(rooms.front.web, channel); // Until now callers came through the incumbent.
    this.#isCommitted = true;
    channel.commit(() => rooms.loops.readLine()); // It may be gone without having let the line go.
    this.#report = reportToService(rooms, this.#parts.machine);
    void this.#moveIn(rooms).then(() => this.#succeed(onCommitted(rooms)));
    return { kind: 'committed' };
  }

  /** The incumbent of the next trial. */
  async #succeed(incumbency: Incumbency): Promise<void> {
    this.#incumbency = incumbency;
    await incumbency.left;
    this.#report?.end();
    this.#hasLeft = true;
    this.#ended.resolve();
  }

  async #moveIn({ ground, front, home }: Rooms): Promise<void> {
    const { clock } = this.#parts.machine;
    let locked = await acquireInstanceLock(home.root);
    while (locked.outcome !== 'acquired') {
      await clock.sleep(lockRetryMs);
      locked = await acquireInstanceLock(home.root);
    }
    ground.tenancy.lock = locked.lock;
    this.#free.resolve(); // It is gone, however it went.
    this.#closeRelay();
    await leaveTrialGroup();
    await announce({ ...this.#parts.request, ground, front, home });
  }

  /** Button, camera and socket are free when this is answered; what is under way may end until the process is killed. */
  async #revert(reason: string): Promise<unknown> {
    this.#leaving ??= this.#leaveDuty(reason);
    await this.#leaving;
    return { kind: 'reverted' };
  }

  async #leaveDuty(reason: string): Promise<void> {
    this.#log.warn('this release is reverted', { reason });
    if (this.#rooms === undefined) return this.#ended.resolve();
    const rooms = await this.#rooms;
    rooms.front.web.sayFarewell();
    stopAccepting(rooms.front.web.server);
    await rooms.loops.letLineGo();
    const { done } = await rooms.loops.leaveDuty();
    void this.#finish(rooms, done);
  }

  async #finish({ front, ground, house }: Rooms, left: Promise<unknown>): Promise<void> {
    const { clock } = this.#parts.machine;
    const done = Promise.all([front.web.drained(), house.bell.idle(), house.household.idle(), left])
      .then(() => house.ledger.flush())
      .then(() => ground.audit.close());
    await Promise.race([done, clock.sleep(revertMsMax)]);
    this.#ended.resolve();
  }
}
