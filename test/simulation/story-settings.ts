import Value from 'typebox/value';
import { gateSection, type UpdateSettings, updateSection } from '../../src/settings/update-settings.ts';
import { releasesUrl } from './update-life-releases.ts';
import type { Story } from './update-stories.ts';

const usual: UpdateSettings = {
  timeZone: 'UTC',
  ...Value.Create(updateSection),
  sourceUrl: releasesUrl,
  checkIntervalMinutes: 5,
  probationMinutes: 0.02,
  watchHours: 0, // A second release comes within the hour; a story of its own has the way back.
  memory: 'warm',
  gate: { ...Value.Create(gateSection), heartbeatMsMax: 600, framesSilentMsMax: 600, requestsMin: 3 },
};

/** What the owner of the story's device has set. */
export function settingsOf({ settings }: Story): UpdateSettings {
  return settings === undefined ? usual : { ...usual, ...settings };
}
