/** Who started this process and looks after it: systemd on a device, nobody on a laptop. It hears only its main process. */
export interface ServiceManager {
  /** False where nobody has started this process who wants to hear of it. */
  readonly isListening: boolean;
  /** The longest silence of `alive` before it restarts us; undefined when it does not watch. */
  readonly watchdogMs: number | undefined;
  /** Everything works; `status` is one line for people, as for `status`. */
  ready(status: string): void;
  /** One line for people, shown by `systemctl status`. */
  status(status: string): void;
  /** The appliance does its work. Said only when that is known. */
  alive(): void;
  /** This process is about to end, because it was told to. */
  stopping(): void;
  /**
   * That process is the main one from now on, and is heard instead of this one. Resolves when the manager has
   * acknowledged it: whoever ends sooner may be taken for a service that has died.
   */
  nameMain(pid: number): Promise<NamedMain>;
}

export type NamedMain = { readonly outcome: 'named' } | { readonly outcome: 'failed'; readonly reason: string };
