/** What the machine says of itself. A figure that the machine does not give is undefined, never 0. */
export interface Resources {
  /** Share of all processors used since the last call, 0 to 100; undefined at the first call. */
  cpuPercent(): number | undefined;
  memory(): { readonly totalBytes: number; readonly availableBytes: number; readonly ownBytes: number };
  /** Processor time that all threads of this process have taken since its start, in milliseconds. */
  ownProcessorMs(): number;
  /** Processors that this process may use. */
  processors(): number;
  /** The processor's temperature in degrees Celsius. */
  temperatureCelsius(): Promise<number | undefined>;
  hostname(): string;
}
