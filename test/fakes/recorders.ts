import type { Events, EventType, PipelineEvent } from '../../src/system/event.ts';
import type { Log, LogContext } from '../../src/system/log.ts';
import type { Terminal } from '../../src/system/terminal.ts';

/** Keeps every event, in order. */
export class RecordingEvents implements Events {
  readonly all: PipelineEvent[] = [];

  emit(event: PipelineEvent): void {
    this.all.push(event);
  }

  of(type: EventType): readonly PipelineEvent[] {
    return this.all.filter((event) => event.type === type);
  }

  get types(): readonly EventType[] {
    return this.all.map(({ type }) => type);
  }
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly logger: string;
  readonly message: string;
  readonly context: LogContext;
}

/** Keeps every line of the log, in order. */
export class RecordingLog implements Log {
  readonly lines: LogLine[];
  readonly #logger: string;

  constructor(logger = 'test', lines: LogLine[] = []) {
    this.#logger = logger;
    this.lines = lines;
  }

  debug(message: string, context: LogContext = {}): void {
    this.#keep('debug', message, context);
  }
  info(message: string, context: LogContext = {}): void {
    this.#keep('info', message, context);
  }
  warn(message: string, context: LogContext = {}): void {
    this.#keep('warn', message, context);
  }
  error(message: string, context: LogContext = {}): void {
    this.#keep('error', message, context);
  }
  named(logger: string): Log {
    return new RecordingLog(logger, this.lines);
  }

  #keep(level: LogLine['level'], message: string, context: LogContext): void {
    this.lines.push({ level, logger: this.#logger, message, context });
  }
}

/** Keeps what was printed. */
export class RecordingTerminal implements Terminal {
  readonly isInteractive = false;
  readonly hasColour = false;
  isRecorded = false;
  readonly printed: string[] = [];
  readonly complaints: string[] = [];

  print(line: string): void {
    this.printed.push(line);
  }
  complain(line: string): void {
    this.complaints.push(line);
  }
  progress(): void {}
}
