import Type from 'typebox';
import type { WebParts } from '../parts.ts';
import { nullable } from '../shapes.ts';
import type { Site } from '../site.ts';

const tags = ['access'];
const codeShape = Type.Object({
  claimCode: nullable(Type.String({ description: 'Claims this doorbell; null: somebody has' })),
});

/** What whoever holds the device may, and nobody from elsewhere. */
export function claimCodeRoutes(site: Site, { access }: Pick<WebParts, 'access'>): void {
  site.get(
    '/api/v1/access/claim-code',
    { schema: { summary: 'The code that claims this doorbell', tags, response: { 200: codeShape } } },
    async () => ({ claimCode: (await access.claimCode()) ?? null }),
  );

  site.post(
    '/api/v1/access/reset',
    {
      schema: {
        summary: 'Take access from everybody, and make a new code that claims this doorbell',
        tags,
        response: { 200: codeShape },
      },
    },
    async ({ caller }) => {
      const { claimCode } = await access.reset(caller);
      return { claimCode };
    },
  );
}
