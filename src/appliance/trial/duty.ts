import type { HealthStatus } from '../../health/registry.ts';
import { CandidateProcess, type NodeCandidates } from '../../machine/process/candidate-process.ts';
import type { Candidate } from '../../system/candidate.ts';
import type { Clock } from '../../system/clock.ts';
import type { Disk } from '../../system/disk.ts';
import type { RehearsalMaterial, RehearsalRequest, Duty, DutyBaseline, DutyResult, Sight } from '../../update/duty.ts';
import type { Random } from '../../system/random.ts';
import type { Resources } from '../../system/resources.ts';
import type { Storage } from '../../system/storage.ts';
import type { PressFacts } from '../../update/judge/presses.ts';
import {
  abilitiesOf, auditedSchema, lastEventOf, preparedSchema, readMessage, type Abilities, type Note, type Prepare,
} from '../../update/trial-protocol.ts'; // prettier-ignore
import { lookOut, type Lookout } from './lookout.ts';
import { passCallers, type PassedCallers } from './passed-callers.ts';
import { type RowLooks, lookAtRows } from './row-looks.ts';
import { prepareMaterial } from './rehearsal-material.ts';
import { TrialPresses } from './trial-presses.ts';
import { closeGround, closeRooms, type Rooms } from '../rooms.ts';
import { wordsOf } from '../../system/error-words.ts';

/** Opening the household's database may mean migrating it on a slow card. The door is answered meanwhile. */
const prepareMsMax = 5 * 60_000;
const auditMsMax = 5000;
/** The camera is let go right after a frame; one that is slower than this is not waited for. */
const frameMsMax = 1000;
/** Ids of events skipped at a take-back: more than a candidate can have told since its last heartbeat. */
const eventsMargin = 1000;

export interface DutyParts extends Pick<NodeCandidates, 'measureOwn'> {
  readonly rooms: Rooms;
  readonly clock: Clock;
  readonly random: Random;
  readonly resources: Pick<Resources, 'memory' | 'processors'>;
  readonly disk: Disk;
  readonly storage: Storage;
  /** Called when this process has left its duty for good and may end. */
  onLeft(): void;
}

/** Another process has the door. */
interface Behind {
  readonly kind: 'behind';
  readonly candidate: CandidateProcess;
  readonly callers: PassedCallers;
  /** The camera gave pictures here. */
  readonly hasFrames: boolean;
  readonly drained: Promise<void>;
}

/** Where this process stands. */
type Place = { readonly kind: 'on-duty' } | Behind;

const nothingPassed: PressFacts = { passed: 0, stored: 0, slowestMs: 0 };

/** What a candidate has taken, and what it can do. */
interface Taken extends Abilities {
  readonly callers: PassedCallers;
  readonly looks: RowLooks;
}

/** What the running appliance does with itself during an update. */
export class ApplianceDuty implements Duty {
  readonly #parts: DutyParts;
  #place: Place = { kind: 'on-duty' };
  #lookout: Lookout | undefined;
  #rows: RowLooks | undefined;
  /** Who hears of the events of this process. */
  #listener: CandidateProcess | undefined;
  /** Where triggers stood when the trial began. */
  #triggersFrom: number | undefined;
  /** What the button rings during a trial, and what is left of it afterwards. */
  #presses: TrialPresses | undefined;

  constructor(parts: DutyParts) {
    this.#parts = parts;
    const { rooms } = parts;
    rooms.ground.events.subscribe((event) => {
      if (this.#listener === undefined) return;
      const { id: _id, atMs: _atMs, ...told } = event;
      this.#tell(this.#listener, { kind: 'event', event: told });
    });
  }

  prepareRehearsal(directory: string, about: RehearsalRequest): Promise<RehearsalMaterial> {
    this.#triggersFrom = this.#parts.rooms.ground.store.read.triggerPlace();
    return prepareMaterial(this.#parts, directory, about).catch((error: unknown) => failed(wordsOf(error)));
  }

  makeRoom(): Promise<void> {
    return this.#parts.rooms.senses.recognition.letGo();
  }

  baseline(): DutyBaseline {
    const { front, caretaker } = this.#parts.rooms;
    const checks = Object.entries(caretaker.health.tally());
    const withStatus = (...wanted: readonly HealthStatus[]): readonly string[] =>
      checks.filter(([, { status }]) => wanted.includes(status)).map(([name]) => name);
    const processorPercent = caretaker.processorPercent();
    return {
      ...front.figures.summary(),
      ...(processorPercent === undefined ? {} : { processorPercent }),
      processors: this.#parts.resources.processors(),
      isMachineStrained: caretaker.health.tally()['system_resources']?.status === 'unhealthy',
      memoryBytes: this.#parts.resources.memory().ownBytes,
      ...this.#parts.measureOwn(),
      hasFrames: hasFrames(this.#parts.rooms),
      checks: withStatus('healthy', 'degraded'),
      unwellChecks: withStatus('unhealthy'),
    };
  }

  async attend(candidate: Candidate, durationMs: number): Promise<Sight> {
    const { clock } = this.#parts;
    const place = this.#place;
    if (place.kind === 'behind' && place.candidate === candidate) {
      this.#lookout ??= lookOut({ ...this.#parts, ...place, rows: this.#rows });
      return this.#lookout.attend(durationMs);
    }
    await clock.sleep(durationMs);
    return { asked: [] };
  }

  presses(): PressFacts {
    return this.#presses?.facts ?? nothingPassed;
  }

  async settlePresses(): Promise<boolean> {
    return (await this.#presses?.settled()) ?? true;
  }

  /** First everything that takes time, while the door is answered here; then the door, at once. */
  async handOver(candidate: Candidate): Promise<DutyResult> {
    const startedMs = this.#parts.clock.uptimeMs();
    if (!(candidate instanceof CandidateProcess)) return failed('this candidate is no process of this machine');
    if (this.#place.kind === 'behind') return failed('another candidate has the door');
    try {
      candidate.raise();
      const looks = await lookAtRows(this.#parts.rooms, this.#parts);
      this.#rows = looks;
      const question: Prepare = { kind: 'prepare', tellsPresses: true };
      const prepared = readMessage(preparedSchema, await candidate.ask(question, prepareMsMax));
      if (prepared === undefined) return failed('the candidate could not prepare itself');
      const harm = await looks.harm(); // It has migrated the household's own database just now.
      if (harm !== undefined) return failed(harm);
      const able = abilitiesOf(prepared);
      const callers = await passCallers(candidate, able, { ...this.#parts, ...this.#parts.rooms.front });
      if (callers === undefined)
        return failed('the candidate did not take the door, or knows no locks where the network comes in');
      await this.#stepBack(candidate, { callers, looks, ...able });
      return this.#done(startedMs);
    } catch (error) {
      return failed(wordsOf(error));
    }
  }

  async #stepBack(candidate: CandidateProcess, { callers, looks, ...able }: Taken): Promise<void> {
    const { clock, disk, random, rooms } = this.#parts;
    const { front, ground, house, loops } = rooms;
    const { hearsPresses } = able;
    const hadFrames = hasFrames(rooms);
    const finished = Promise.withResolvers<void>();
    const { address } = front.web;
    this.#place = { kind: 'behind', candidate, callers, hasFrames: hadFrames, drained: finished.promise };
    await ground.audit.giveTo(async (entry) => {
      const answer = await candidate.ask({ kind: 'audit', entry }, auditMsMax);
      return readMessage(auditedSchema, answer) !== undefined;
    });
    if (!hearsPresses) await loops.letLineGo();
    if (house.feed.status().state === 'flowing') await house.feed.afterFrame(frameMsMax);
    const { done } = await loops.leaveDuty();
    callers.stepBack();
    const { lastId } = ground.events;
    this.#listener = candidate; // What comes later is told over there, and counted there.
    const notificationsInHand = [...house.notifier.inHand];
    const { lastFrameMs } = house.feed.status();
    const frame = lastFrameMs === undefined ? {} : { lastFrameMs };
    this.#tell(candidate, { kind: 'passed', address, lastEventId: lastId, notificationsInHand, ...frame });
    const { read } = ground.store;
    const before = read.pressesAfter(this.#triggersFrom ?? read.triggerPlace());
    this.#presses = new TrialPresses({ rooms, clock, disk, random, candidate, ...able, hadFrames, before, looks });
    const passed = hearsPresses ? this.#presses.passed : undefined;
    if (passed !== undefined) loops.ringAt(passed);
    void rooms.senses.recognition.rest(); // The candidate needs the memory.
    void this.#drain(candidate, callers, done)
      .then(() => passed?.expectNoOthers())
      .then(finished.resolve, finished.reject);
    finished.promise.catch((error: unknown) => ground.log.error('the hand-over does not end well', { error }));
  }

  /** Visits, requests and deliveries under way end here; then the candidate may tidy up after them. */
  async #drain(candidate: CandidateProcess, callers: PassedCallers, done: Promise<unknown>): Promise<void> {
    await callers.drained();
    const { house } = this.#parts.rooms;
    await house.bell.idle();
    await house.household.idle();
    await done;
    await house.ledger.flush();
    this.#tell(candidate, { kind: 'drained' });
  }

  /** What a candidate says without being asked. */
  hear(message: unknown): void {
    this.#presses?.hear(message);
  }

  async takeBack(gone = Promise.resolve()): Promise<DutyResult> {
    const startedMs = this.#parts.clock.uptimeMs();
    const { ground, house, senses } = this.#parts.rooms;
    const place = this.#place;
    try {
      if (place.kind === 'behind') await this.#answerAgain(place, gone);
      const done = this.#done(startedMs);
      await gone;
      if (place.kind === 'behind') {
        house.gallery.refresh(); // People enrolled meanwhile stay.
        await ground.takeAudit();
      }
      await senses.recognition.takeBack();
      return done;
    } catch (error) {
      this.#place = place; // May be asked again.
      return failed(wordsOf(error));
    }
  }

  async #answerAgain({ candidate, callers }: Behind, gone: Promise<void>): Promise<void> {
    const { ground, house, loops } = this.#parts.rooms;
    this.#place = { kind: 'on-duty' };
    this.#stopLooking();
    this.#listener = undefined;
    house.gallery.refresh();
    ground.events.continueFrom(lastEventOf(candidate.lastHeartbeat()?.message) + eventsMargin);
    await callers.takeBack(gone);
    loops.takeDuty({ free: gone, outbox: gone });
    loops.ringAt(house.bell);
    this.#presses?.stop();
    void gone.then(() => this.#presses?.takeBack());
    loops.readLine();
  }

  async nameMain(pid: number): Promise<DutyResult> {
    const startedMs = this.#parts.clock.uptimeMs();
    const { ground } = this.#parts.rooms;
    if (this.#place.kind === 'behind' && !(await this.#place.callers.give(this.#place.candidate)))
      ground.log.error('the candidate did not take the listening socket at its commit', { pid });
    const named = await ground.service.nameMain(pid);
    return named.outcome === 'named' ? this.#done(startedMs) : failed(named.reason);
  }

  async restart(): Promise<void> {
    const { rooms } = this.#parts;
    if (!rooms.ground.service.isListening || this.#place.kind === 'behind') return;
    await closeRooms(rooms);
    this.#parts.onLeft();
  }

  async leave(): Promise<void> {
    const { ground, house, loops, senses } = this.#parts.rooms;
    if (this.#place.kind !== 'behind') return;
    const { callers, candidate, drained } = this.#place;
    this.#stopLooking();
    await drained.catch(() => {}); // Told already; the process ends either way.
    await callers.leave();
    await loops.letLineGo();
    this.#tell(candidate, { kind: 'line' });
    await this.#presses?.settled();
    await this.#presses?.clear();
    await house.bell.idle(); // What it did not store, and rang here.
    await loops.stop();
    await house.ledger.flush();
    await senses.recognition.stop();
    await closeGround(ground, candidate.pid);
    candidate.setFree();
    this.#parts.onLeft();
  }

  #stopLooking(): void {
    this.#lookout?.stop();
    this.#lookout = undefined;
  }

  #tell(candidate: CandidateProcess, note: Note): void {
    candidate.note(note);
  }

  #done(startedMs: number): DutyResult {
    return { outcome: 'done', durationMs: this.#parts.clock.uptimeMs() - startedMs };
  }
}

/** Frames that callers push are theirs to send or not. */
function hasFrames({ house, senses }: Rooms): boolean {
  return house.feed.status().state === 'flowing' && senses.opened.push === undefined;
}

function failed(reason: string): Extract<DutyResult, { outcome: 'failed' }> {
  return { outcome: 'failed', reason };
}
