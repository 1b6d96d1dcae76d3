/** They store every ring, and the household hears nothing, or something else. */
import { after, bad, instead, type ZooRelease } from '../zoo-release.ts';

const notify = 'src/notify/notify.ts';
const announce = 'src/notify/announce.ts';
const reasons = ['told', 'own-press'] as const;
const spoils = ['rings'] as const;

export const badAtTelling: readonly ZooRelease[] = [
  bad('tells-nobody', 'never takes anything out of the outbox', {
    reasons,
    patch: instead(
      notify,
      "if (this.#waits.isOver(notification)) this.#queue(notification, 'outbox');",
      'void notification;',
    ),
  }),
  bad('empties-the-outbox', 'marks everything as told, and sends nothing', {
    reasons,
    spoils,
    patch: instead(
      notify,
      'if (this.#unmarked.has(notification.id)) return',
      "if (notification.kind !== 'test') return",
    ),
  }),
  bad('composes-nothing', 'a ring is announced to nobody: the outbox stays empty', {
    reasons,
    spoils,
    patch: instead(announce, "if (trigger.source === 'motion') return [];", "if (trigger.visitId !== '') return [];"),
  }),
  bad('tells-no-names', 'rings, and never says who it was', {
    reasons,
    spoils,
    patch: instead(
      announce,
      '  const said = textOf(outcome, person?.name);\n',
      '  const said = outcome === "no-face" ? textOf(outcome, person?.name) : undefined;\n',
    ),
  }),
  bad('tells-itself', 'tells the log, and none of the channels that people have named', {
    reasons,
    spoils,
    patch: instead(
      notify,
      'this.#audience = { channels, random,',
      'this.#audience = { channels: channels.filter(({ isDisplay }) => isDisplay), random,',
    ),
  }),
  bad('always-quiet', 'takes every hour for a quiet one', {
    reasons,
    spoils,
    patch: after('src/notify/rules.ts', '    const { quietHours, ratePerMinute } = this.#settings;', "if (news.kind !== 'test') return 'it is late';"),
  }), // prettier-ignore
];
