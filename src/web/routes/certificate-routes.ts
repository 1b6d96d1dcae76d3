import Type from 'typebox';
import type { ShownCertificate } from '../../access/certificates.ts';
import { isoTime } from '../../system/iso-time.ts';
import type { WebParts } from '../parts.ts';
import { notNow, problems, RequestRefused } from '../problem.ts';
import { closed, nullable } from '../shapes.ts';
import type { Site } from '../site.ts';

const certificateShape = Type.Object({
  certificate: nullable(
    Type.String({
      description: 'The root that phones can be told to trust, PEM; null where the owner has brought one',
    }),
  ),
  fingerprint: Type.String({ description: 'SHA-256 of it; where there is none, of what is shown to callers' }),
  names: Type.Array(Type.String(), {
    description: 'What this device is called, and where: it can be reached so by TLS',
  }),
  validUntil: Type.String({ description: 'When the certificate ends that is shown now. It is renewed before' }),
});

/** As phones and computers know a file that they can be told to trust. */
const fileType = 'application/x-x509-ca-cert';
const found = {
  description: 'The authority, as JSON or as a file',
  content: {
    'application/json': { schema: certificateShape },
    [fileType]: { schema: Type.Unsafe({ type: 'string', format: 'binary' }) },
  },
};
const formQuery = Type.Object(
  { form: Type.Optional(Type.Enum(['json', 'der'], { description: 'der: the file that a phone opens' })) },
  closed,
);

/** What phones can be told to trust. It is no secret: whoever connects is shown as much. */
export function certificateRoutes(site: Site, { certificates }: Pick<WebParts, 'certificates'>): void {
  site.get(
    '/api/v1/access/certificate',
    {
      schema: {
        summary: 'The certificate authority of this device, for phones',
        tags: ['access'],
        querystring: formQuery,
        response: { 200: found, ...problems(404, 503) },
      },
    },
    async (request, reply) => {
      const shown = await certificates.shown();
      if (shown === undefined) throw notNow('no-certificate', 'cannot show a certificate: this device has none yet');
      if (request.query.form !== 'der') return reply.type('application/json').send(answerOf(shown));
      if (shown.root === undefined) throw ownersOwn();
      reply.header('content-disposition', 'attachment; filename="doorward.crt"');
      return reply.type(fileType).send(Buffer.from(shown.root.der));
    },
  );
}

function answerOf({ leaf, root }: ShownCertificate): Record<string, unknown> {
  return {
    certificate: root?.pem ?? null,
    fingerprint: (root ?? leaf).fingerprint,
    names: leaf.names,
    validUntil: isoTime(leaf.untilMs),
  };
}

function ownersOwn(): RequestRefused {
  return new RequestRefused(404, 'no-authority', {
    message: 'cannot offer a certificate authority: the owner of this device has brought a certificate of another one',
    advice: 'Ask whoever made it, if your phone does not trust it.',
  });
}
