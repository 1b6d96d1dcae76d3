import Type from 'typebox';
import { liveContentType, type LiveView } from '../live-view.ts';
import type { WebParts } from '../parts.ts';
import { RequestRefused, problems, tooMuch } from '../problem.ts';
import { closed, doneShape, jpegShape } from '../shapes.ts';
import type { Site } from '../site.ts';
import { openStream } from '../stream-answer.ts';
import { pictureBody, pictureRefused, readUpload, uploadBytesMax } from '../upload.ts';

const tags = ['camera'];
const framesPerMinuteMax = 60 * 30;
const liveQuery = Type.Object(
  {
    quality: Type.Enum(['low', 'medium', 'high'], { default: 'medium', description: 'At most 320x240 at 10, 640x480 at 15, 1280x720 at 20 frames per second' }),
    at: Type.Optional(Type.Integer({ minimum: 0, description: 'Any number: a browser that is given the same address again shows the last picture of a stream that has ended' })),
  },
  closed,
); // prettier-ignore

/** The live picture. */
export function cameraRoutes(site: Site, parts: WebParts, live: LiveView): void {
  site.get(
    '/api/v1/snapshot.jpg',
    {
      schema: {
        summary: 'What the camera sees now',
        tags,
        produces: ['image/jpeg'],
        response: { 200: jpegShape },
      },
    },
    async (_request, reply) => {
      const frame = parts.camera.latest();
      if (frame === undefined) throw noPictures(parts);
      parts.camera.retain(frame);
      try {
        const jpeg = await parts.pictures.encode(frame, {});
        return await reply.type('image/jpeg').send(jpeg);
      } finally {
        parts.camera.letGo(frame);
      }
    },
  );

  site.get(
    '/api/v1/live.mjpeg',
    {
      exposeHeadRoute: false,
      config: { isStream: true },
      schema: {
        summary: 'The live picture as motion JPEG',
        tags,
        querystring: liveQuery,
        produces: ['multipart/x-mixed-replace'],
        response: {
          200: Type.Unsafe<void>({ description: 'multipart/x-mixed-replace, until you leave', type: 'string' }),
        },
      },
    },
    (request, reply) => {
      if (live.isFull)
        throw tooMuch('too-many-viewers', {
          message: 'cannot show the live picture to more viewers',
          advice: 'Close the page elsewhere, or ask for /api/v1/snapshot.jpg.',
        });
      openStream(parts.metrics, { request, reply }, liveContentType);
      const leave = live.join(request.query.quality, reply.raw);
      reply.raw.once('close', leave);
    },
  );
}

/** Pictures that somebody else's camera sends us. */
export function pushRoutes(site: Site, parts: WebParts): void {
  site.post(
    '/api/v1/frames',
    {
      bodyLimit: uploadBytesMax,
      config: { rateLimit: { max: framesPerMinuteMax }, isRepeatable: true },
      schema: {
        summary: 'Push one JPEG as the next frame of the camera',
        description:
          'Only with camera.source = "push". The body is the JPEG itself, or a form with the field "picture".',
        tags,
        body: { content: pictureBody() },
        response: { 202: doneShape, ...problems(409, 422) },
      },
    },
    async (request, reply) => {
      if (parts.push === undefined)
        throw new RequestRefused(409, 'not-a-push-camera', {
          message: `cannot take frames: pictures come from ${parts.cameraDescription}`,
          advice: 'Set camera.source to "push" and restart.',
        });
      const { picture } = await readUpload(request);
      const pushed = await parts.push(picture);
      const { outcome, message } = pushed;
      const advice = 'Send the next frame a little later.';
      if (outcome === 'busy') throw tooMuch('camera-busy', { message, advice });
      if (outcome !== 'accepted') throw pictureRefused(outcome, message);
      return reply.code(202).send({ outcome: 'done' });
    },
  );
}

function noPictures(parts: WebParts): RequestRefused {
  const { state, reason } = parts.camera.status();
  const why = reason === undefined ? '' : `: ${reason}`;
  return new RequestRefused(503, 'no-picture-yet', {
    message: `cannot show a picture: the camera is ${state}${why}`,
    advice: 'Wait a moment; if it stays, run `doorward doctor`.',
    retryAfterS: 2,
  });
}
