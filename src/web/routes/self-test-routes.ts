import Type from 'typebox';
import { selfTestShape } from '../../visit/self-test/report.ts';
import type { WebParts } from '../parts.ts';
import { tooMuch } from '../problem.ts';
import { closed, nullable } from '../shapes.ts';
import type { Site } from '../site.ts';

const tags = ['people'];
const path = '/api/v1/self-test';
const daysDefault = 30;
const daysShape = Type.Integer({
  minimum: 1,
  maximum: 365,
  description: 'Visits of so many days are decided again, the newest 1,000 of them; 30 if nothing is said',
});

/** How well this household is recognised. */
export function selfTestRoutes(site: Site, { selfTest }: Pick<WebParts, 'selfTest'>): void {
  site.get(
    path,
    {
      schema: {
        summary: 'The last self-test since the start, null before the first',
        tags,
        response: { 200: Type.Object({ selfTest: nullable(selfTestShape) }) },
      },
    },
    () => ({ selfTest: selfTest.last ?? null }),
  );

  site.post(
    path,
    {
      config: { isRepeatable: true },
      schema: {
        summary: 'How well is this household recognised? Nothing is changed',
        description:
          'Every reference picture is tried against all others, and the visits of the last days are decided again from ' +
          'the face that is kept of each. Recommended `settings` are set by PATCH /api/v1/settings.',
        tags,
        body: nullable(Type.Object({ days: Type.Optional(daysShape) }, closed)),
        response: { 200: selfTestShape },
      },
    },
    async (request) => {
      const report = await selfTest.run(request.body?.days ?? daysDefault);
      if (report === undefined)
        throw tooMuch('busy', {
          message: 'cannot make two self-tests at once',
          advice: 'Ask for the last one in a moment.',
        });
      return report;
    },
  );
}
