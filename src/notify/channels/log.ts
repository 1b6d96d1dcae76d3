import { channel } from '../channel.ts';

/** Writes into the log what was told, by ids: a log outlives the erasure of a person, so it never has the name. */
export const logChannel = channel({
  name: 'log',
  isDisplay: true,
  settings: {},
  deliverMsMax: 1000,
  open: (_settings, { log }) => ({
    outcome: 'ready',
    async deliver({ key, news: { kind, visitId, outcome, personId, strangerId } }) {
      log.info('a notification', { correlation_id: visitId ?? key, kind, outcome, personId, strangerId });
      return { outcome: 'delivered' };
    },
  }),
});
