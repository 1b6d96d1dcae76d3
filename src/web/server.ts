import type { Duplex } from 'node:stream';
import fastify, { type FastifyError } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Addresses } from './addresses.ts';
import { answerExpectations, brokenRequests } from './broken-requests.ts';
import { ConnectionPlaces, connectionsOf } from './connection-places.ts';
import { describe } from './description.ts';
import { Entrance } from './entrance.ts';
import { greetCallers } from './greeting.ts';
import { EventConnections } from './event-connections.ts';
import { isEverywhere, whyNotListening } from './guard.ts';
import { Guests } from './guests.ts';
import { LiveView } from './live-view.ts';
import { admit, answerOwn, isAdmitted } from './own-question.ts';
import { ownerDoor } from './owner-door.ts';
import type { WebParts } from './parts.ts';
import { answerError, noSuchAddress, noSuchMethod } from './problem.ts';
import { protect } from './protection.ts';
import { accessRoutes } from './routes/access-routes.ts';
import { bellRoutes } from './routes/bell-routes.ts';
import { cameraRoutes, pushRoutes } from './routes/camera-routes.ts';
import { enrolRoutes } from './routes/enrol-routes.ts';
import { eventRoutes } from './routes/event-routes.ts';
import { healthRoutes } from './routes/health-routes.ts';
import { modelRoutes } from './routes/model-routes.ts';
import { ownAccessRoutes } from './routes/own-access-routes.ts';
import { pageRoutes } from './routes/page-routes.ts';
import { peopleRoutes } from './routes/people-routes.ts';
import { recognizeRoutes } from './routes/recognize-routes.ts';
import { releaseFileRoutes } from './routes/release-file-routes.ts';
import { selfTestRoutes } from './routes/self-test-routes.ts';
import { settingsRoutes } from './routes/settings-routes.ts';
import { strangerRoutes } from './routes/stranger-routes.ts';
import { updateRoutes } from './routes/update-routes.ts';
import { userRoutes } from './routes/user-routes.ts';
import { visitActRoutes } from './routes/visit-act-routes.ts';
import { visitPictureRoutes, visitRoutes } from './routes/visit-routes.ts';
import { lateSerializer } from './late-serializer.ts';
import { checkerOf, describeSchemaErrors } from './schema-check.ts';
import { SideDoor, type RequestTaker } from './side-door.ts';
import type { Site } from './site.ts';
import { Unanswered } from './unanswered.ts';
import { acceptUploads } from './upload.ts';

const jsonBytesMax = 64 * 1024;
/** From the first byte of a request to its last: a picture over a slow tunnel, not a drip that holds a place. */
const requestTimeoutMs = 60_000;
/** From the first byte of a request to the last of its header; looked at once a second. */
const headersTimeoutMs = 10_000;
const timeoutLookMs = 1000;
/** An answer of which nothing more is taken for this long will not be taken. */
const unreadAnswerMs = 120_000;
/** Requests under way at close may finish for this long; then they are answered that it ends, and a second later cut. */
const finishMs = 4000;
const drainMs = 5000;
/** At close a connection without a request yet may still send one for this long. */
const firstRequestMs = 100;
/** An idle connection is kept for this long: a hand-over waits for them, so not for Fastify's 72 s. */
const keepAliveMs = 5000;
/** After a hand-over: idle connections are cut when nobody may use them any more, and busy ones after this. */
const idleMs = keepAliveMs + 1000;
const farewellMsMax = requestTimeoutMs + 15_000;
const lookMs = 100;

export interface Web {
  /** For this machine: `http://127.0.0.1:8080`; empty while it does not listen. */
  readonly address: string;
  /** Below the site: its listening socket can be passed to another process. */
  readonly server: Site['server'];
  /** Listens where the settings say, or instead on another port, at another address. Rejects when that is not to be had, saying what to do. */
  listen(instead?: { readonly port: number; readonly address?: string }): Promise<void>;
  /**
   * Another process answers from now on what callers ask: `taker` passes it there, and callers stay connected here. Streams
   * end, so that they begin anew over there. Undefined: everything is answered here again.
   */
  passTo(taker: RequestTaker | undefined): void;
  /** A connection that another process of this house brings. */
  enter(connection: Duplex): void;
  /** A connection of somebody whom the machine has let in as the owner. */
  readonly enterAsOwner: (connection: Duplex) => void;
  /** Resolves when every request that was taken here is answered, or has had its time. */
  idle(): Promise<void>;
  /** Where callers come to while it does not listen itself. */
  isReachedAt(address: string): void;
  /** Another process accepts from now on: streams end, and every answer tells its client to connect anew. */
  sayFarewell(): void;
  /** Resolves when no connection is left after `sayFarewell`, or when it was taken back by `welcome`. */
  drained(): Promise<void>;
  /** Accepts again: everything as before. */
  welcome(): void;
  /** Answers an address to whoever runs this site; its status. Nobody counts it. */
  answer(address: string): Promise<number>;
  /** Answers on a connection that another part of this house holds the other end of. Nobody counts what is asked there. */
  admit(connection: Duplex): void;
  /** Takes no new connection, lets requests under way finish, ends the streams. */
  close(): Promise<void>;
}

/** Starts to listen. Throws when the address is taken, saying what to do. */
export async function startWeb(parts: WebParts): Promise<Web> {
  const web = await openWeb(parts);
  await web.listen();
  return web;
}

/** The site with everything it answers, not listening yet. */
export async function openWeb(parts: WebParts): Promise<Web> {
  const grace: Grace = { isLeaving: false, streams: [] };
  const site = await buildSite(parts, grace);
  const places = new ConnectionPlaces(site.server, parts, (socket) => grace.guests?.isKnown(socket) === true);
  greetCallers(site.server, parts, { places, sideDoor: grace.sideDoor });
  const cutSilent = (): void => places.cutSilent();
  const { sideDoor } = grace;
  let reachedAt = '';
  sideDoor?.open();
  const enterAsOwner = ownerDoor(site, parts.ownerToken);
  return {
    get address() {
      return addressOf(site) || reachedAt;
    },
    isReachedAt: (address) => void (reachedAt = address),
    passTo(taker) {
      sideDoor?.passTo(taker);
      if (taker !== undefined) for (const stream of grace.streams) stream.close();
    },
    enter: (connection) => sideDoor?.enter(connection),
    enterAsOwner,
    async idle() {
      const startedMs = parts.clock.uptimeMs();
      const isLate = (): boolean => parts.clock.uptimeMs() - startedMs > farewellMsMax;
      while ((sideDoor?.answering ?? 0) > 0 && !isLate()) await parts.clock.sleep(lookMs);
    },
    server: site.server,
    listen: (instead) => listen(site, { ...parts.settings.web, ...instead }),
    answer: (address) => answerOwn(site, address),
    admit: (connection) => admit(site, connection),
    sayFarewell() {
      grace.isLeaving = true;
      for (const stream of grace.streams) stream.close();
    },
    drained: () => drain(site, grace, { clock: parts.clock, cutSilent }),
    welcome: () => void (grace.isLeaving = false),
    close: () => close(site, grace, { clock: parts.clock, cutSilent }),
  };
}

async function listen(site: Site, { address, port }: WebParts['settings']['web']): Promise<void> {
  const fault: unknown = await site.listen({ host: address, port }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (fault !== undefined) throw new Error(`cannot listen on ${address}:${port}: ${whyNotListening(fault)}`);
}

function addressOf(site: Site): string {
  const bound = site.server.address();
  if (bound === null || typeof bound === 'string') return '';
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return `http://${isEverywhere(bound.address) ? '127.0.0.1' : host}:${bound.port}`;
}

interface Draining {
  readonly clock: WebParts['clock'];
  readonly cutSilent: () => void;
}

/**
 * Connections end with their next answer; those on which nothing comes, when their clients may not use them any more.
 * Cut sooner, a request that is on its way would be lost.
 */
async function drain(site: Site, grace: Grace, { clock, cutSilent }: Draining): Promise<void> {
  const startedMs = clock.uptimeMs();
  while (grace.isLeaving && (await connectionsOf(site)) + (grace.sideDoor?.inside ?? 0) > 0) {
    for (const stream of grace.streams) stream.close(); // One that was asked for on an old connection.
    const waitedMs = clock.uptimeMs() - startedMs;
    if (waitedMs > idleMs) {
      site.server.closeIdleConnections();
      cutSilent();
    }
    if (waitedMs > farewellMsMax) site.server.closeAllConnections();
    await clock.sleep(lookMs);
  }
}

async function close(site: Site, grace: Grace, { clock, cutSilent }: Draining): Promise<void> {
  const drained = new AbortController();
  const { signal } = drained;
  void clock.sleep(firstRequestMs, signal).then(cutSilent);
  void clock.sleep(finishMs, signal).then(() => grace.unanswered?.answerAll());
  void clock.sleep(drainMs, signal).then(() => site.server.closeAllConnections());
  await site.close();
  drained.abort();
}

/** The whole site, not listening yet. */
export async function buildSite(parts: WebParts, grace: Grace = { isLeaving: false, streams: [] }): Promise<Site> {
  const site: Site = fastify({
    bodyLimit: jsonBytesMax,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    connectionTimeout: unreadAnswerMs,
    http: {
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: timeoutLookMs,
      requireHostHeader: false, // The guard refuses in words what has no Host and should.
    },
    ...brokenRequests(parts),
    genReqId: (request) => grace.sideDoor?.nameOf(request) ?? parts.random.id(),
    requestIdHeader: false,
    schemaErrorFormatter: describeSchemaErrors,
  }).withTypeProvider<TypeBoxTypeProvider>();
  answerExpectations(site.server, parts);
  site.removeContentTypeParser('text/plain');
  site.setValidatorCompiler(checkerOf);
  site.setSerializerCompiler(lateSerializer());
  const live = new LiveView(parts);
  const connections = new EventConnections(parts);
  grace.streams = [live, connections];
  grace.unanswered = new Unanswered(site);
  endWithGrace(site, grace);
  const sideDoor = new SideDoor(site, isAdmitted);
  grace.sideDoor = sideDoor;
  const addresses = new Addresses();
  site.addHook('onRoute', ({ url, method }) => addresses.note(url, method));
  await describe(site, parts.version, addresses);
  const guests = new Guests(site, parts);
  grace.guests = guests;
  await protect(site, parts, { sideDoor, guests, entrance: new Entrance(parts) });
  site.setErrorHandler<FastifyError>((error, request, reply) => answerError(parts.log, error, { request, reply }));
  site.setNotFoundHandler({ preHandler: site.rateLimit() }, (request, reply) => {
    const methods = addresses.methodsAt(request.url.split('?', 1)[0] ?? '');
    if (methods.length > 0) reply.header('allow', methods.join(', '));
    if (methods.length > 0 && request.method === 'OPTIONS') return reply.code(204).send();
    const refusal = methods.length === 0 || methods.includes(request.method) ? noSuchAddress() : noSuchMethod(methods);
    return answerError(parts.log, refusal, { request, reply });
  });
  await registerRoutes({ site, parts, live, connections });
  await site.ready();
  return site;
}

/** How the site takes leave of those who are connected. */
interface Grace {
  /** Set while the site is built. */
  sideDoor?: SideDoor;
  guests?: Guests;
  /** Nobody is to use a connection again after its next answer. */
  isLeaving: boolean;
  streams: readonly { close(): void }[];
  unanswered?: Unanswered;
}

/** At close the streams end, and whoever still waits for an answer is told not to use the connection again. */
function endWithGrace(site: Site, grace: Grace): void {
  site.addHook('preClose', async () => {
    grace.isLeaving = true;
    for (const stream of grace.streams) stream.close();
  });
  site.addHook('onSend', async (_request, reply) => {
    if (grace.isLeaving) reply.header('connection', 'close');
  });
}

async function registerRoutes(rooms: {
  site: Site;
  parts: WebParts;
  live: LiveView;
  connections: EventConnections;
}): Promise<void> {
  const { site, parts, live, connections } = rooms;
  accessRoutes(site, parts);
  ownAccessRoutes(site, parts);
  userRoutes(site, parts);
  bellRoutes(site, parts, live);
  visitRoutes(site, parts);
  visitPictureRoutes(site, parts);
  visitActRoutes(site, parts);
  peopleRoutes(site, parts);
  strangerRoutes(site, parts);
  selfTestRoutes(site, parts);
  cameraRoutes(site, parts, live);
  eventRoutes(site, parts, connections);
  settingsRoutes(site, parts);
  modelRoutes(site, parts);
  healthRoutes(site, parts);
  updateRoutes(site, parts);
  await site.register(async (uploads: Site) => {
    await acceptUploads(uploads, parts);
    enrolRoutes(uploads, parts);
    recognizeRoutes(uploads, parts);
    pushRoutes(uploads, parts);
  });
  await site.register(async (files: Site) => releaseFileRoutes(files, parts));
  await pageRoutes(site, parts);
}
