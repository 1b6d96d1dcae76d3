import { logChannel } from './channels/log.ts';
import { terminalChannel } from './channels/terminal.ts';
import { webhookChannel } from './channels/webhook.ts';

/** Every channel there is. A new one is a file of channels/ and its name here and below; a test looks that none is left out. */
export const channels = [logChannel, terminalChannel, webhookChannel] as const;
export const channelSettings = { ...webhookChannel.settings };
