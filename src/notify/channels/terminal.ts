import { channel } from '../channel.ts';

/** Prints "Ada is at the door" for whoever watches the terminal; nobody does where it is the journal. */
export const terminalChannel = channel({
  name: 'terminal',
  isDisplay: true,
  settings: {},
  deliverMsMax: 1000,
  open: (_settings, { terminal }) =>
    terminal === undefined || terminal.isRecorded
      ? { outcome: 'off' }
      : {
          outcome: 'ready',
          async deliver({ news }) {
            terminal.print(printable(news.text));
            return { outcome: 'delivered' };
          },
        },
});

/** Names are written by people; a terminal must not obey what is in them. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '�');
}
