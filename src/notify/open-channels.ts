import type { Channel, ChannelTools } from './channel.ts';
import { channels } from './channels.ts';
import type { NotifySettings } from './notify-settings.ts';

/** Those that are set up, and why others that are cannot be used. */
export function openChannels(
  settings: NotifySettings,
  tools: ChannelTools,
): { readonly opened: readonly Channel[]; readonly complaints: readonly string[] } {
  const opened: Channel[] = [];
  const complaints: string[] = [];
  for (const description of channels) {
    const { name, isDisplay, deliverMsMax } = description;
    const channel = description.open(settings, tools);
    if (channel.outcome === 'refused') complaints.push(channel.message);
    if (channel.outcome === 'ready') opened.push({ ...channel, name, isDisplay, deliverMsMax });
  }
  return { opened, complaints };
}
