import type { CandidateProcess } from '../../machine/process/candidate-process.ts';
import { doorAt, doorInside, knownDoorAt, type OpenDoor } from '../../machine/process/door-question.ts';
import {
  acceptOn, closeHandle, handleOf, openInnerDoor, stopAccepting,
} from '../../machine/process/listening-socket.ts'; // prettier-ignore
import { RequestRelay } from '../../machine/process/request-relay.ts';
import type { Clock } from '../../system/clock.ts';
import type { Random } from '../../system/random.ts';
import { CallerCount, type Callers } from '../../update/judge/callers.ts';
import { isLoopback } from '../../system/peer.ts';
import { relaySocket, webSocket, type Abilities } from '../../update/trial-protocol.ts';
import { isOwner } from '../../web/entrance.ts';
import type { Web } from '../../web/server.ts';
import type { AskedActs } from './asked-acts.ts';
import { countStrangers, isStranger, type Strangers } from './strangers.ts';

const passMsMax = 15_000;

/** What becomes of callers while another process has the door. */
export interface PassedCallers {
  /** The door as callers find it, for questions of this process: what a candidate cuts of them stays cut. */
  readonly door: OpenDoor;
  /** The same for knocks, which nobody cuts. */
  readonly knocked: OpenDoor;
  /** Who asks the candidate just now, as far as this process sees them. */
  seen(): Callers;
  /** The candidate answers them from now on. */
  stepBack(): void;
  /** Resolves when those whose requests were taken here are answered. */
  drained(): Promise<void>;
  /** They are answered here again, with whatever the candidate leaves unanswered until it is `gone`. */
  takeBack(gone: Promise<void>): Promise<void>;
  /** The candidate may accept them itself. */
  give(candidate: CandidateProcess): Promise<boolean>;
  /** Resolves when nobody is connected to this process any more. */
  leave(): Promise<void>;
}

/**
 * Prepares a candidate for callers. One of an earlier release is passed the listening socket itself, and what it has
 * accepted it takes with it; undefined when it did not take what it was passed, or must not have it: one that knows no
 * locks has no callers from the network.
 */
export async function passCallers(
  candidate: CandidateProcess,
  { takesRequests, judgesCallers }: Pick<Abilities, 'takesRequests' | 'judgesCallers'>,
  here: Here,
): Promise<PassedCallers | undefined> {
  if (!judgesCallers && !isForThisMachine(here.web)) return undefined;
  return takesRequests ? relayed(candidate, here) : passedOver(candidate, here);
}

/** Nobody else reaches it. */
function isForThisMachine({ server }: Web): boolean {
  const bound = server.address();
  return bound === null || typeof bound === 'string' || isLoopback(bound.address);
}

interface Here {
  readonly web: Web;
  readonly ownerToken: string;
  readonly asked: AskedActs;
  readonly random: Pick<Random, 'id'>;
  readonly clock: Pick<Clock, 'uptimeMs'>;
}

/** Callers stay connected here; their requests go over. */
async function relayed(
  candidate: CandidateProcess,
  { web, asked, random, clock, ownerToken }: Here,
): Promise<PassedCallers | undefined> {
  const inner = await openInnerDoor();
  const second = await candidate.pass(relaySocket, handleOf(inner.server), passMsMax);
  stopAccepting(inner.server);
  if (!isHandle(second)) return undefined;
  closeHandle(second); // Else its queue would outlive the candidate, and those in it would wait for nobody.
  const own = doorInside((connection) => web.enter(connection));
  const [questioned, knocked] = [knownDoorAt(web.address), knownDoorAt(web.address)];
  const strangers: Strangers = {
    doors: [questioned, knocked],
    isCandidates: (connection) => candidate.hasMade(connection),
    clock,
  };
  asked.expect((request) => isStranger(strangers, request));
  const count = new CallerCount(clock);
  const relay = new RequestRelay({
    candidate: doorAt(inner.address),
    own,
    isFromHere: questioned.isFromHere,
    isHouse: ({ socket, headers }) =>
      questioned.hasMade(socket) || knocked.hasMade(socket) || isOwner(headers, { ownerToken }),
    newId: () => random.id(),
    onPassed: countStrangers(count, strangers),
  });
  return {
    door: questioned.open,
    knocked: knocked.open,
    seen: () => count.callers,
    stepBack: () => web.passTo((request, response) => relay.pass(request, response)),
    drained: () => web.idle(),
    async takeBack(gone) {
      web.passTo(undefined);
      relay.recall();
      void gone.then(() => relay.recallAll());
    },
    give: async (to) => isHandle(await to.pass(webSocket, handleOf(web.server), passMsMax)),
    async leave() {
      web.sayFarewell();
      stopAccepting(web.server);
      relay.sayFarewell();
      await web.drained();
    },
  };
}

/** The socket itself goes over; this process keeps a second handle on it, which does not accept. */
async function passedOver(candidate: CandidateProcess, { web, asked }: Here): Promise<PassedCallers | undefined> {
  const second = await candidate.pass(webSocket, handleOf(web.server), passMsMax);
  if (!isHandle(second)) return undefined;
  asked.lookAway();
  return {
    door: doorAt(web.address),
    knocked: doorAt(web.address),
    seen: () => 'few', // Nobody is excused by what only the candidate sees.
    stepBack() {
      web.sayFarewell();
      stopAccepting(web.server);
    },
    drained: () => web.drained(),
    async takeBack() {
      if (!web.server.listening) await acceptOn(web.server, second);
      web.welcome();
    },
    give: async () => true,
    leave: async () => undefined,
  };
}

function isHandle(second: unknown): boolean {
  return second !== undefined && second !== null;
}
