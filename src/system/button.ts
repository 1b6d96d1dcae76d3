/** An electrical edge of the bell's button, not debounced. */
export interface ButtonEdge {
  readonly pressed: boolean;
  /** On the scale of `clock.uptimeMs()`. */
  readonly atMs: number;
}

/** The line of the bell's button: the kernel's GPIO character device, a pipe, or nothing. */
export interface Button {
  readonly description: string;
  /** Reports edges until the signal is aborted. Resolves with the reason when the line is lost. */
  listen(onEdge: (edge: ButtonEdge) => void, signal: AbortSignal): Promise<string | undefined>;
}
