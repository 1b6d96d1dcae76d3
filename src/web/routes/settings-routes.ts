import Type from 'typebox';
import { permissionOfSetting } from '../../access/permissions.ts';
import { maskedValue } from '../../settings/explain.ts';
import { demand } from '../entrance.ts';
import { actorIn } from '../household-answer.ts';
import type { WebParts } from '../parts.ts';
import { problems, refused } from '../problem.ts';
import type { Site } from '../site.ts';

const tags = ['settings'];
const settingShape = Type.Object({
  key: Type.String({ description: 'section.key' }),
  value: Type.Unknown(),
  origin: Type.String({ description: 'Where the value came from' }),
  description: Type.String(),
  isSecret: Type.Boolean({ description: 'The value is masked' }),
});
const settingsAnswer = Type.Object({
  settings: Type.Array(settingShape),
  complaints: Type.Array(Type.String(), {
    description: 'What was said somewhere and did not hold at the start, or should be said otherwise',
  }),
});
const changesBody = Type.Record(Type.String({ pattern: '^[a-zA-Z]+\\.[a-zA-Z0-9]+$' }), Type.Unknown(), {
  minProperties: 1,
  maxProperties: 100,
  additionalProperties: false,
  description: "Values by `section.key`; null removes the device's own value",
});

/** The settings: what holds, where it came from, and the device's own. */
export function settingsRoutes(site: Site, parts: WebParts): void {
  const book = parts.settingsBook;
  const answer = () => ({
    settings: book.explain().map((setting) => ({ ...setting, value: maskedValue(setting) })),
    complaints: [...book.complaints()],
  });

  site.get(
    '/api/v1/settings',
    {
      schema: {
        summary: 'Every setting, and where its value came from',
        tags,
        response: { 200: settingsAnswer },
      },
    },
    answer,
  );

  site.patch(
    '/api/v1/settings',
    {
      config: { isRepeatable: true },
      schema: {
        summary: "Change the device's own settings",
        description:
          'All or none are taken; they hold from the next start. Files, environment and flags may override. ' +
          'Those that could do harm (web, update, gate, where pictures and notices come from and go to …) ask for a fresh proof.',
        tags,
        body: changesBody,
        response: { 200: settingsAnswer, ...problems(422) },
      },
    },
    async (request) => {
      for (const key of Object.keys(request.body)) demand(request, permissionOfSetting(key), parts.access);
      const changed = await book.change(request.body, actorIn(request));
      if (changed.outcome === 'refused') throw refused('settings-refused', changed.message);
      return answer();
    },
  );
}
