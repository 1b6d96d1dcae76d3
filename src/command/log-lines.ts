import { priorities, type Priority, type Terminal } from '../system/terminal.ts';
import { plain } from './text.ts';

/** Hours, minutes and seconds of `2026-11-20T18:30:05.007Z`. */
const timeOfDay = { from: 11, to: 19 } as const;
const uuid = /^([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** SGR codes (ECMA-48) for a terminal that has colours. */
const colours = { dim: '2', bold: '1', red: '31', yellow: '33' } as const;
/** Told behind the message, as its end, and so without their names. */
const headlines = ['outcome', 'reason'];

type Fields = Readonly<Record<string, unknown>>;
type Paint = (colour: keyof typeof colours, text: string) => string;

/**
 * Takes the JSON lines of the log to standard error: as they are, or readable when a person sits in front of it. Each
 * bears its priority, which the journal takes and nobody else sees.
 */
export function logLinesTo(
  terminal: Pick<Terminal, 'isInteractive' | 'hasColour' | 'complain'>,
): (line: string) => void {
  return (line) => {
    const fields = fieldsOf(line);
    const text = terminal.isInteractive ? readable(fields, terminal.hasColour) : undefined;
    terminal.complain(text ?? plainUnless(terminal.isInteractive, line.trimEnd()), priorityOf(fields['level']));
  };
}

function plainUnless(isInteractive: boolean, line: string): string {
  return isInteractive ? plain(line) : line;
}

function priorityOf(level: unknown): Priority {
  switch (level) {
    case 'ERROR':
      return priorities.error;
    case 'WARN':
      return priorities.warning;
    case 'DEBUG':
      return priorities.debug;
    default:
      return priorities.info;
  }
}

/** `18:30:05 INFO visit: a visit is decided: known visit=aa8764f4 trace=(rung 12, named 640)`; undefined for no line of ours. */
function readable(
  { timestamp, level, logger, message, context, exception }: Fields,
  hasColour: boolean,
): string | undefined {
  if (typeof timestamp !== 'string' || typeof message !== 'string') return undefined;
  const paint: Paint = (colour, text) => (hasColour ? `\u001B[${colours[colour]}m${text}\u001B[0m` : text);
  const about = objectOf(context);
  const fault = objectOf(exception);
  const said = [message, ...headlines.map((name) => about[name]).filter((value) => typeof value === 'string')];
  const why = typeof fault['message'] === 'string' ? [`(${plain(fault['message'])})`] : [];
  const details = detailsOf(about).map((detail) => plain(detail)).join(' '); // prettier-ignore
  return [
    paint('dim', plain(timestamp.slice(timeOfDay.from, timeOfDay.to))),
    levelText(textOf(level), paint),
    `${paint('bold', plain(textOf(logger)))}:`,
    plain(said.join(': ')),
    ...why,
    ...(details === '' ? [] : [paint('dim', details)]),
  ].join(' ');
}

function levelText(level: string, paint: Paint): string {
  const text = plain(level);
  if (level === 'ERROR') return paint('red', text);
  return level === 'WARN' ? paint('yellow', text) : paint('dim', text);
}

/** `visit=aa8764f4`: what ties lines together is left out when another field says the same. */
function detailsOf(context: Fields): readonly string[] {
  const entries = Object.entries(context).filter(
    ([name]) => !(headlines.includes(name) && typeof context[name] === 'string'),
  );
  const others = new Set(entries.filter(([name]) => name !== 'correlation_id').map(([, value]) => value));
  return entries
    .filter(([name, value]) => name !== 'correlation_id' || !others.has(value))
    .map(([name, value]) => `${name === 'correlation_id' ? 'id' : name.replace(/(?<=.)Id$/, '')}=${textOf(value)}`);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return uuid.exec(value)?.[1] ?? (/\s/.test(value) ? `"${value}"` : value);
  if (typeof value === 'number') return String(Math.round(value * 100) / 100);
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `(${Object.entries(value).map(([name, one]) => `${name} ${textOf(one)}`).join(', ')})`; // prettier-ignore
}

function fieldsOf(line: string): Fields {
  try {
    return objectOf(JSON.parse(line));
  } catch {
    return {}; // Not one of our lines: shown as it is.
  }
}

function objectOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
