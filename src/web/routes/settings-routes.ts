import Type from 'typebox';
import type { ExplainedSetting, WebParts } from '../parts.ts';
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
const settingsAnswer = Type.Object({ settings: Type.Array(settingShape) });
const changesBody = Type.Record(Type.String({ pattern: '^[a-zA-Z]+\\.[a-zA-Z]+$' }), Type.Unknown(), {
  minProperties: 1,
  maxProperties: 100,
  additionalProperties: false,
  description: "Values by `section.key`; null removes the device's own value",
});

/** The settings: what holds, where it came from, and the device's own. */
export function settingsRoutes(site: Site, parts: WebParts): void {
  const answer = () => ({ settings: parts.settingsBook.explain().map(masked) });

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
      schema: {
        summary: "Change the device's own settings",
        description: 'All or none are taken; they hold from the next start. Files, environment and flags may override.',
        tags,
        body: changesBody,
        response: { 200: settingsAnswer, ...problems(422) },
      },
    },
    async (request) => {
      const changed = await parts.settingsBook.change(request.body);
      if (changed.outcome === 'refused') throw refused('settings-refused', changed.message);
      return answer();
    },
  );
}

/** Secrets are never shown, and neither is the password in an address. */
function masked(setting: ExplainedSetting): ExplainedSetting {
  const { key, value, origin, description, isSecret } = setting;
  const shown = typeof value === 'string' && value !== '' ? maskText(value, isSecret) : value;
  return { key, value: shown, origin, description, isSecret };
}

function maskText(value: string, isSecret: boolean): string {
  return isSecret ? '••••••' : value.replace(/\/\/[^/@\s]*@/, '//••••••@');
}
