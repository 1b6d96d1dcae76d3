/** One logger of the appliance. The message is a fixed string; data goes into the context. Never a secret, never a face. */
export interface Log {
  debug(message: string, context?: LogContext): void;
  info(message: string, context?: LogContext): void;
  warn(message: string, context?: LogContext): void;
  /** `error` in the context is written as `exception` with type, message and traceback. */
  error(message: string, context?: LogContext): void;
  /** The same log under the name of a room. */
  named(logger: string): Log;
}

/** `correlation_id` ties the lines of one visit, request or update together. */
export interface LogContext {
  readonly correlation_id?: string;
  readonly error?: unknown;
  readonly [field: string]: unknown;
}
