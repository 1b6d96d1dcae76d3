/** They are as good as the product or better, and not the same: each must be committed. */
import { after, atTheDoor, before, good, instead, migrates, type ZooRelease } from '../zoo-release.ts';

export const goodReleases: readonly ZooRelease[] = [
  good('nothing-changed', 'is the product as it is'),
  good(
    'a-little-slower',
    'takes eight milliseconds more for every request',
    before(
      'src/web/protection.ts',
      '    try {\n      refuseForeign(request, names);',
      'await new Promise((resolve) => setTimeout(resolve, 8));',
    ),
  ),
  good(
    'knows-more',
    'recognises people who are a little less alike',
    instead(
      'src/visit/decide.ts',
      'nearest.distance <= known && gap',
      'nearest.distance <= known + 0.02 && gap',
    ),
  ),
  good(
    'holds-more',
    'holds 60 MB more',
    atTheDoor('const kept = Buffer.alloc(60e6, 1); setInterval(() => kept[0], 60_000);'),
  ),
  good(
    'new-columns',
    'keeps something more of every visit',
    migrates('ALTER TABLE visits ADD COLUMN mood TEXT; CREATE TABLE moods (mood TEXT PRIMARY KEY) STRICT;'),
  ),
  good(
    'new-route',
    'answers at an address that there was not before',
    before(
      'src/web/routes/bell-routes.ts',
      "  site.post(\n    '/api/v1/trigger',",
      "site.get('/api/v1/mood', () => ({ mood: 'good' }));",
    ),
  ),
  good(
    'fewer-processes',
    'decodes pictures of the camera itself',
    instead(
      'src/appliance/recognition.ts',
      "decode: decoding === 'here' ? own.decodeOwn : camera.decode };",
      'decode: own.decodeOwn };',
    ),
  ),
  good(
    'another-port',
    'would listen at another port if it were not given its socket',
    instead('src/settings/web-settings.ts', 'port: Type.Integer({ default: 8080,', 'port: Type.Integer({ default: 8090,'),
  ),
  good(
    'other-log',
    'says other words in its log, and more of them',
    instead('src/visit/visit.ts', "parts.log.info('a visit is decided', {", "parts.log.info('more');\n  parts.log.info('who it was', {"),
  ),
  good(
    'other-metrics',
    'counts something more',
    after(
      'src/telemetry/metrics.ts',
      '    this.#instruments.build.set({ ...parts.build }, 1);',
      "this.#instruments.security.inc({ event_type: 'new_kind', source: 'visit', action_taken: 'counted' }, 0);",
    ),
  ),
  good(
    'new-event',
    'tells its listeners something that nobody knows yet',
    after(
      'src/visit/visit.ts',
      '  const { outcome, confidence, reason, doubt, person, watched } = verdict;',
      "  visit.tell('PERFORMANCE_METRIC', { stage: 'mood', durationMs: 1 });",
    ),
  ),
]; // prettier-ignore
