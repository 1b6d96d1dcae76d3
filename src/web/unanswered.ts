import type { FastifyReply } from 'fastify';
import { notNow } from './problem.ts';
import type { Site } from './site.ts';

/** Requests that wait for their answer, so that whoever cannot wait for it any more can answer all of them. */
export class Unanswered {
  readonly #replies = new Set<FastifyReply>();

  constructor(site: Site) {
    site.addHook('onRequest', async (_request, reply) => void this.#replies.add(reply));
    site.addHook('onResponse', async (_request, reply) => void this.#replies.delete(reply));
    site.addHook('onRequestAbort', async (request) => {
      for (const reply of this.#replies) if (reply.request === request) this.#replies.delete(reply);
    });
  }

  /** Streams go on: they have begun to answer. */
  answerAll(): void {
    for (const reply of this.#replies)
      if (!reply.sent && !reply.raw.headersSent) reply.send(notNow('ending', 'cannot answer: Doorward is ending'));
  }
}
