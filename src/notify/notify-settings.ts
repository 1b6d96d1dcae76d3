import Type, { type Static } from 'typebox';
import { channelSettings } from './channels.ts';

/** The settings `notify.…`: what holds for all channels, and what each channel says for itself. */
export const notifySection = Type.Object(
  {
    ratePerMinute: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 1000,
      description:
        'Notifications a minute for each channel: of rings and of names, by button, motion and API each; critical ones, log and terminal are not held back',
    }),
    quietHours: Type.String({
      default: '',
      kind: 'time-span',
      description:
        'Time of day in the household without notifications but critical ones, e.g. 22:00-07:00; empty for never',
    }),
    known: Type.Boolean({
      default: false,
      description: 'Announce known visitors also when they have not rung (their own rule goes first)',
    }),
    publicAddress: Type.String({
      default: '',
      maxLength: 2000,
      kind: 'web-address',
      description:
        'Links in notifications begin with this, e.g. https://door.example; empty: the address it listens on',
    }),
    ...channelSettings,
    attemptsMax: Type.Integer({
      default: 8,
      minimum: 1,
      maximum: 50,
      description: 'Attempts before a notification has failed',
    }),
    pendingMax: Type.Integer({
      default: 1000,
      minimum: 10,
      maximum: 100_000,
      description: 'Notifications that may wait; more are suppressed, oldest first',
    }),
  },
  { additionalProperties: false },
);

export type NotifySettings = Static<typeof notifySection>;
