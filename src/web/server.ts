/**
 * web/ - the face to the world: the HTTP API with its OpenAPI description, the live streams, and the page at `/`.
 * Called by appliance.ts, and through HTTP by everybody.
 * Never: a decision about a visit or a person, or an answer to another web site.
 */
import fastify, { type FastifyError } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { describe } from './description.ts';
import { EventConnections } from './event-connections.ts';
import { addressRefusal } from './guard.ts';
import { LiveView } from './live-view.ts';
import type { WebParts } from './parts.ts';
import { answerError, notFound } from './problem.ts';
import { protect } from './protection.ts';
import { bellRoutes } from './routes/bell-routes.ts';
import { cameraRoutes, pushRoutes } from './routes/camera-routes.ts';
import { enrolRoutes } from './routes/enrol-routes.ts';
import { eventRoutes } from './routes/event-routes.ts';
import { healthRoutes } from './routes/health-routes.ts';
import { pageRoutes } from './routes/page-routes.ts';
import { peopleRoutes } from './routes/people-routes.ts';
import { recognizeRoutes } from './routes/recognize-routes.ts';
import { settingsRoutes } from './routes/settings-routes.ts';
import { strangerRoutes } from './routes/stranger-routes.ts';
import { visitActRoutes } from './routes/visit-act-routes.ts';
import { visitPictureRoutes, visitRoutes } from './routes/visit-routes.ts';
import { checkerOf, describeSchemaErrors } from './schema-check.ts';
import type { Site } from './site.ts';
import { acceptUploads } from './upload.ts';

const jsonBytesMax = 64 * 1024;
/** From the first byte of a request to its last: a picture over a slow tunnel, not a drip that holds a place. */
const requestTimeoutMs = 60_000;
const connectionsMax = 200;
/** Requests under way at close may finish for this long; then they are cut. */
const drainMs = 5000;
/** At close a connection without a request yet may still send one for this long. */
const firstRequestMs = 100;

export interface Web {
  /** `http://127.0.0.1:8080`. */
  readonly address: string;
  /** Takes no new connection, lets requests under way finish, ends the streams. */
  close(): Promise<void>;
}

/** Starts to listen. Throws when the address is not allowed or taken, saying what to do. */
export async function startWeb(parts: WebParts): Promise<Web> {
  const { address, port } = parts.settings.web;
  const refusal = addressRefusal(address);
  if (refusal !== undefined) throw new Error(refusal);
  const site = await buildSite(parts);
  const cutSilent = watchSilentConnections(site);
  const listening = await site.listen({ host: address, port }).catch((cause: unknown) => {
    throw new Error(`cannot listen on ${address}:${port}: another program may use this port; stop it or set web.port`, {
      cause,
    });
  });
  return {
    address: listening,
    close: async () => {
      const drained = new AbortController();
      const { signal } = drained;
      void parts.clock.sleep(firstRequestMs, signal).then(cutSilent);
      void parts.clock.sleep(drainMs, signal).then(() => site.server.closeAllConnections());
      await site.close();
      drained.abort();
    },
  };
}

/** Browsers open connections ahead of need. One that never carried a request is not idle to Node, and would hold the close. */
function watchSilentConnections(site: Site): () => void {
  const silent = new Set<{ destroy(): unknown }>();
  site.server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  site.server.on('request', (request) => silent.delete(request.socket));
  return () => {
    for (const socket of silent) socket.destroy();
  };
}

/** The whole site, not listening yet. */
export async function buildSite(parts: WebParts): Promise<Site> {
  const site: Site = fastify({
    bodyLimit: jsonBytesMax,
    requestTimeout: requestTimeoutMs,
    genReqId: () => parts.random.id(),
    requestIdHeader: false,
    schemaErrorFormatter: describeSchemaErrors,
  }).withTypeProvider<TypeBoxTypeProvider>();
  site.server.maxConnections = connectionsMax;
  site.removeContentTypeParser('text/plain');
  site.setValidatorCompiler(checkerOf);
  const live = new LiveView(parts);
  const connections = new EventConnections(parts);
  endWithGrace(site, [live, connections]);
  await describe(site, parts.version);
  await protect(site, parts);
  site.setErrorHandler<FastifyError>((error, request, reply) => answerError(parts.log, error, { request, reply }));
  site.setNotFoundHandler({ preHandler: site.rateLimit() }, (request, reply) =>
    answerError(parts.log, notFound('address'), { request, reply }),
  );
  await registerRoutes({ site, parts, live, connections });
  await site.ready();
  return site;
}

/** At close the streams end, and whoever still waits for an answer is told not to use the connection again. */
function endWithGrace(site: Site, streams: readonly { close(): void }[]): void {
  const state = { isClosing: false };
  site.addHook('preClose', async () => {
    state.isClosing = true;
    for (const stream of streams) stream.close();
  });
  site.addHook('onSend', async (_request, reply) => {
    if (state.isClosing) reply.header('connection', 'close');
  });
}

async function registerRoutes(rooms: {
  site: Site;
  parts: WebParts;
  live: LiveView;
  connections: EventConnections;
}): Promise<void> {
  const { site, parts, live, connections } = rooms;
  bellRoutes(site, parts, live);
  visitRoutes(site, parts);
  visitPictureRoutes(site, parts);
  visitActRoutes(site, parts);
  peopleRoutes(site, parts);
  strangerRoutes(site, parts);
  cameraRoutes(site, parts, live);
  eventRoutes(site, parts, connections);
  settingsRoutes(site, parts);
  healthRoutes(site, parts);
  await site.register(async (uploads: Site) => {
    await acceptUploads(uploads);
    enrolRoutes(uploads, parts);
    recognizeRoutes(uploads, parts);
    pushRoutes(uploads, parts);
  });
  await pageRoutes(site);
}
