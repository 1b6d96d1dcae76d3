import { systemAddon } from '../executable/system-addon.ts';

/** The first descriptor that a service manager passes (sd_listen_fds(3)). */
const firstDescriptor = 3;

/**
 * A listening socket that the service manager keeps for this process, by the name in its unit; undefined when it passed
 * none. It accepts connections while nothing runs, so that they wait across a restart. Node listens on it with `{ fd }`.
 */
export function passedSocket(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly fd: number } | undefined {
  if (environment['LISTEN_PID'] !== String(process.pid)) return undefined; // Meant for the process that started this one.
  const count = Number(environment['LISTEN_FDS'] ?? '0');
  const index = (environment['LISTEN_FDNAMES'] ?? '').split(':').indexOf(name);
  if (index < 0 || index >= count) return undefined;
  const fd = firstDescriptor + index;
  systemAddon()?.closeOnExec(fd); // A camera's program has no business with it.
  return { fd };
}
