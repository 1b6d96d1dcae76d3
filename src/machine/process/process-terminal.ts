import { fstatSync } from 'node:fs';
import { priorities, type Terminal } from '../../system/terminal.ts';

/** Goes to the start of the line and empties it (ECMA-48). */
const clearLine = '\r\u001B[2K';

/**
 * Control characters but newline and tab. Names come from people: one that holds an escape sequence may not repaint
 * the terminal of whoever lists the household. Colours (SGR sequences) stay: they can do no harm.
 */
// oxlint-disable-next-line no-control-regex
const harmful = /\u001B\[[\d;]*m|[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/** The terminal or pipe of this process. */
export const processTerminal: Terminal = {
  get isInteractive() {
    return Boolean(process.stdout.isTTY && process.stderr.isTTY) && process.env['TERM'] !== 'dumb';
  },
  get hasColour() {
    return processTerminal.isInteractive && (process.env['NO_COLOR'] ?? '') === '';
  },
  get isRecorded() {
    return isJournal(process.stdout.fd);
  },
  print(line) {
    processTerminal.progress(''); // A printed line must not continue the line of progress.
    write(process.stdout, `${harmless(line)}\n`);
  },
  complain(line, priority = priorities.warning) {
    processTerminal.progress('');
    const mark = isJournal(process.stderr.fd) ? `<${priority}>` : '';
    write(process.stderr, `${harmless(line).replace(/^/gm, mark)}\n`);
  },
  progress(line) {
    if (!processTerminal.isInteractive) return;
    const columns = process.stderr.columns;
    write(process.stderr, clearLine + harmless(line).slice(0, columns - 1)); // A wrapped line could not be rewritten.
  },
};

/**
 * Whether this stream is the one that the service manager has connected to the journal: the variable alone is inherited by
 * whatever is started from there, into pipes and files too (systemd.exec(5), $JOURNAL_STREAM).
 */
function isJournal(descriptor: number): boolean {
  const named = /^(\d+):(\d+)$/.exec(process.env['JOURNAL_STREAM'] ?? '');
  if (named === null) return false;
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return named[1] === String(dev) && named[2] === String(ino);
  } catch {
    return false; // It was closed.
  }
}

function harmless(line: string): string {
  return line.replace(harmful, (found) => (found.endsWith('m') && found.length > 1 ? found : '\uFFFD'));
}

/** A reader that went away (`doorward visits | head`) is no fault of the command: the rest is not written. */
function write(stream: NodeJS.WriteStream, text: string): void {
  if (stream.listenerCount('error', ignoreClosedPipe) === 0) stream.on('error', ignoreClosedPipe);
  stream.write(text);
}

function ignoreClosedPipe(error: Error): void {
  if (!('code' in error) || error.code !== 'EPIPE') throw error;
}
