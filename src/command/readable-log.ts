import { plain } from './text.ts';

/** Hours, minutes and seconds of `2026-11-20T18:30:05.007Z`. */
const timeOfDay = { from: 11, to: 19 } as const;

/** A JSON line of the log as a person likes to read it: `18:30:05 INFO visit: somebody is at the door source=button`. */
export function readableLog(line: string): string {
  const { timestamp, level, logger, message, context, exception } = fieldsOf(line);
  if (typeof timestamp !== 'string' || typeof message !== 'string') return line.trimEnd();
  const time = timestamp.slice(timeOfDay.from, timeOfDay.to);
  const details = Object.entries(objectOf(context)).map(([name, value]) => `${name}=${textOf(value)}`);
  const fault = objectOf(exception);
  const faultText = 'message' in fault ? [`(${textOf(fault['message'])})`] : [];
  return plain([time, textOf(level), `${textOf(logger)}:`, message, ...details, ...faultText].join(' '));
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(line));
  } catch {
    return {}; // Not one of our lines: shown as it is.
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
