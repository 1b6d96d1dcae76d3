import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { WebParts } from '../parts.ts';
import { RequestRefused, problems } from '../problem.ts';
import { parseContentRange, ReleaseUploads, type UploadProgress } from '../release-upload.ts';
import { closed, nullable } from '../shapes.ts';
import type { Site } from '../site.ts';
import { deskOf } from './update-routes.ts';

const address = '/api/v1/update/files/:name';
const tags = ['update'];
const nameParams = Type.Object(
  { name: Type.String({ maxLength: 100, pattern: '^[A-Za-z0-9][A-Za-z0-9._+-]*\\.release$' }) },
  closed,
);
const partHeaders = Type.Object({
  'content-range': Type.Optional(Type.String({ maxLength: 100, description: 'bytes FIRST-LAST/TOTAL' })),
  'content-length': Type.Optional(Type.String({ maxLength: 20, pattern: '^\\d+$' })),
  'repr-digest': Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'sha-256=:BASE64: of the whole file (RFC 9530): then it continues only itself',
    }),
  ),
});
const progressShape = Type.Object({
  bytes: Type.Number({ description: 'How much is here: continue at this byte' }),
  total: nullable(Type.Number()),
  sha256: nullable(Type.String({ description: 'Of the whole file, as its sender said' })),
  isComplete: Type.Boolean(),
});
const partBody = {
  content: {
    'application/octet-stream': {
      schema: Type.Unsafe({ type: 'string', format: 'binary', 'x-upload': true }),
    },
  },
};

/**
 * A release file pushed by the owner, part by part: PUT with Content-Range (RFC 9110, 14.5), and GET says where to go on.
 * It is streamed to the disk; what it is worth is for the updater to judge.
 */
export function releaseFileRoutes(site: Site, parts: WebParts): void {
  const uploads = new ReleaseUploads();
  site.addContentTypeParser('application/octet-stream', async (_request: unknown, payload: unknown) => payload);

  site.get(
    address,
    {
      schema: {
        summary: 'How much of a pushed release file is here',
        tags,
        params: nameParams,
        response: { 200: progressShape, ...problems(409) },
      },
    },
    async (request, reply) => {
      const progress = await uploads.progress(deskOf(parts).incoming, request.params.name);
      return sendProgress(reply, progress);
    },
  );

  site.put(
    address,
    {
      config: { rateLimit: false }, // A file is many parts, one at a time; what it may take is bounded in bytes.
      schema: {
        summary: 'Push a release file, or the next part of it',
        description: 'One file at a time. When its last byte is here, it is looked at once.',
        tags,
        params: nameParams,
        headers: partHeaders,
        body: partBody,
        response: { 200: progressShape, 201: progressShape, ...problems(409) },
      },
    },
    async (request, reply) => {
      const desk = deskOf(parts);
      const { name } = request.params;
      const { 'content-length': length, 'content-range': text, 'repr-digest': digest } = request.headers;
      const range = text === undefined ? wholeRange(length) : parseContentRange(text);
      const content = request.body;
      if (range === undefined || !isStream(content)) throw noRange();
      const progress = await uploads.take(desk.incoming, { name, range, sha256: sha256Of(digest), content });
      if (progress.isComplete) await desk.checkNow();
      return sendProgress(reply.code(progress.isComplete ? 201 : 200), progress);
    },
  );
}

function sendProgress(reply: FastifyReply, { bytes, total, sha256, isComplete }: UploadProgress): FastifyReply {
  reply.header('cache-control', 'no-store').header('upload-offset', bytes); // The second for HEAD, which has no body.
  return reply.send({ bytes, total: total ?? null, sha256: sha256 ?? null, isComplete });
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

function wholeRange(length: string | undefined): ReturnType<typeof parseContentRange> {
  const total = Number(length ?? 0);
  return total > 0 ? { first: 0, last: total - 1, total } : undefined;
}

function sha256Of(digest: string | undefined): string | undefined {
  const [, base64] = /(?:^|[\s,])sha-256=:([A-Za-z0-9+/]{43}=):/.exec(digest ?? '') ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('hex');
}

function noRange(): RequestRefused {
  return new RequestRefused(400, 'no-range', {
    message: 'cannot take this part: its Content-Range says no part of a file',
    advice: 'Send Content-Range: bytes FIRST-LAST/TOTAL, or the whole file with its Content-Length.',
  });
}
