import Type from 'typebox';
import { actorIn } from '../household-answer.ts';
import type { WebParts } from '../parts.ts';
import { RequestRefused, problems } from '../problem.ts';
import { closed, doneShape, nullable } from '../shapes.ts';
import type { Site } from '../site.ts';
import { pastTrialAnswer, pastTrialShape, slotsShape, updateAnswer, updateShape } from '../update-answer.ts';
import type { UpdateDesk } from '../update-desk.ts';

const tags = ['update'];
const wholeShape = Type.Object({ ...updateShape.properties, slots: slotsShape });
const revertBody = Type.Object(
  { reason: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Remembered with the release' })) },
  closed,
);
const consentBody = Type.Object(
  { file: nullable(Type.String({ minLength: 1, maxLength: 200, description: 'offer.file; null withdraws' })) },
  closed,
);

/** Where a new release comes from, how its trial goes, and the acts of the owner. */
export function updateRoutes(site: Site, parts: WebParts): void {
  site.get(
    '/api/v1/update',
    {
      schema: {
        summary: 'What runs, and what the updater does',
        description: 'The same comes as UPDATE on /api/v1/events whenever it changes.',
        tags,
        response: { 200: wholeShape, ...problems(409) },
      },
    },
    async () => {
      const desk = deskOf(parts);
      const slots = await desk.slots();
      return {
        ...updateAnswer(desk, parts.clock.uptimeMs()),
        slots: slots.map(({ slot, isCommitted, version }) => ({ slot, isCommitted, version: version ?? null })),
      };
    },
  );

  site.get(
    '/api/v1/update/history',
    {
      schema: {
        summary: 'The trials that were, newest first',
        tags,
        response: { 200: Type.Object({ trials: Type.Array(pastTrialShape) }), ...problems(409) },
      },
    },
    async () => ({ trials: (await deskOf(parts).history()).toReversed().map(pastTrialAnswer) }),
  );
  actRoutes(site, parts);
}

function actRoutes(site: Site, parts: WebParts): void {
  const failures = problems(409);

  site.post(
    '/api/v1/update/check',
    {
      config: { isRepeatable: true },
      schema: { summary: 'Look for a release now', tags, response: { 202: doneShape, ...failures } },
    },
    async (_request, reply) => {
      await deskOf(parts).checkNow();
      return reply.code(202).send({ outcome: 'done' });
    },
  );

  site.post(
    '/api/v1/update/revert',
    {
      schema: {
        summary: 'Revert the trial under way, or the release that was committed not long ago',
        description: 'The release is remembered as rejected, with the reason.',
        tags,
        body: nullable(revertBody),
        response: { 202: doneShape, ...failures },
      },
    },
    async (request, reply) => {
      const isHeard = await deskOf(parts).revert(request.body?.reason ?? 'the owner said so');
      if (!isHeard)
        throw new RequestRefused(409, 'no-trial', {
          message: 'cannot revert: no release is on trial, and none was committed not long ago with a way back',
          advice: 'See the history for how the last trial ended.',
        });
      parts.log.warn('a revert was asked for through the API', { requestId: request.id });
      return reply.code(202).send({ outcome: 'done' });
    },
  );

  site.post(
    '/api/v1/update/consent',
    {
      config: { isRepeatable: true },
      schema: {
        summary: 'Agree to a release file that was found, or to none any more',
        description: 'Needed with update.consent = "ask". Withdrawn during a trial, it reverts.',
        tags,
        body: consentBody,
        response: { 202: doneShape, ...failures },
      },
    },
    async (request, reply) => {
      const desk = deskOf(parts);
      const { file } = request.body;
      if (file !== null && file !== desk.status.offer?.file)
        throw new RequestRefused(409, 'no-such-offer', {
          message: 'cannot agree to this release file: it is not what is offered now',
          advice: 'Ask for /api/v1/update and agree to its offer.file.',
        });
      await desk.agree(file ?? undefined, actorIn(request));
      return reply.code(202).send({ outcome: 'done' });
    },
  );
}

/** Who answers for updates here. Throws `RequestRefused` 409 when nobody does. */
export function deskOf(parts: Pick<WebParts, 'updateDesk'>): UpdateDesk {
  const desk = parts.updateDesk();
  if (typeof desk !== 'string') return desk;
  throw new RequestRefused(409, 'no-updates', {
    message: desk,
    advice: 'Install a release and start it with doorward run.',
  });
}
