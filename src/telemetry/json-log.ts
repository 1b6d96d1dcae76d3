import pino, { type Logger } from 'pino';
import type { Clock } from '../system/clock.ts';
import { isoTime } from '../system/iso-time.ts';
import type { Log, LogContext } from '../system/log.ts';
import { LineBudget } from './line-budget.ts';
import { noSecrets, redact, redactText, type Secrets } from './redact.ts';

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

export interface LogParts {
  /** Takes one line, its newline included. */
  write(line: string): void;
  /** Least level that is written. */
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Written nowhere. */
  readonly secrets?: Secrets;
}

const causesMax = 5;
const tracebackLinesMax = 50;
/** A line begins with its level. */
const urgentLine = /^\{"level":"(WARN|ERROR)"/;
const pinoLevels = { DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/**
 * The appliance's log: JSON lines as the contract has them: timestamp (UTC), level, logger, message, context, and
 * exception where there is one. A visit, request or update is followed by `context.correlation_id`.
 */
export function createLog(parts: LogParts): Log {
  const budget = new LineBudget(parts.clock, parts.level);
  const write = (line: string): void => {
    const leftOut = budget.takeLeftOut();
    if (leftOut > 0) root.warn({ logger: 'log', context: { lines: leftOut }, message: 'lines were left out' });
    if (budget.admits(line, urgentLine.test(line))) parts.write(line);
  };
  const root = pino(
    {
      level: pinoLevels[parts.level],
      messageKey: 'message',
      base: null,
      timestamp: () => `,"timestamp":"${isoTime(parts.clock.wallMs())}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
    },
    { write },
  );
  return new JsonLog(root, 'doorward', parts.secrets ?? noSecrets);
}

class JsonLog implements Log {
  readonly #root: Logger;
  readonly #logger: string;
  readonly #secrets: Secrets;

  constructor(root: Logger, logger: string, secrets: Secrets) {
    this.#root = root;
    this.#logger = logger;
    this.#secrets = secrets;
  }

  debug(message: string, context?: LogContext): void {
    this.#write('debug', message, context);
  }

  info(message: string, context?: LogContext): void {
    this.#write('info', message, context);
  }

  warn(message: string, context?: LogContext): void {
    this.#write('warn', message, context);
  }

  error(message: string, context?: LogContext): void {
    this.#write('error', message, context);
  }

  named(logger: string): Log {
    return new JsonLog(this.#root, logger, this.#secrets);
  }

  #write(level: 'debug' | 'info' | 'warn' | 'error', message: string, context: LogContext = {}): void {
    if (!this.#root.isLevelEnabled(level)) return;
    const { error, ...rest } = context;
    const secrets = this.#secrets;
    const exception = error === undefined ? {} : { exception: exceptionOf(error, secrets) };
    // pino fills %s and the like from further arguments: there are none, and a message is never a format.
    const told = { context: redact(rest, secrets), ...exception, message: redactText(message, secrets) };
    this.#root[level]({ logger: this.#logger, ...told });
  }
}

/** As the contract wants it: what it was, what it said, and from where, its causes below it. */
function exceptionOf(error: unknown, secrets: Secrets): { type: string; message: string; traceback: string[] } {
  if (!(error instanceof Error))
    return { type: typeof error, message: JSON.stringify(redact(error, secrets)), traceback: [] };
  return { type: error.name, message: redactText(error.message, secrets), traceback: tracebackOf(error, secrets) };
}

function tracebackOf(error: Error, secrets: Secrets): string[] {
  const lines: string[] = [];
  let link: unknown = error;
  for (let depth = 0; depth < causesMax && link instanceof Error; depth += 1) {
    if (depth > 0) lines.push(redactText(`caused by ${link.name}: ${link.message}`, secrets));
    const frames = (link.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
    lines.push(...frames.map((line) => redactText(line.trim(), secrets)));
    link = link.cause;
  }
  return lines.slice(0, tracebackLinesMax);
}
