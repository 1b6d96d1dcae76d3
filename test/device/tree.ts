/** The Debian tree that machines of the tests boot from: kept in `.build/`, and built again when its packages change. */
import { join } from 'node:path';
import { buildRootTree } from '../../scripts/image/root-tree.ts';

export const checkout = join(import.meta.dirname, '..', '..');
export const buildFolder = join(checkout, '.build');

/** sqlite3 asks the household's database from inside; libfaketime is a clock that has lost its battery. */
const packages = [
  'systemd', 'systemd-sysv', 'udev', 'dbus', 'kmod', 'e2fsprogs', 'iproute2', 'netbase', 'libstdc++6', 'procps', 'login',
  'passwd', 'sqlite3', 'libfaketime',
]; // prettier-ignore

export async function machineTree(): Promise<string> {
  const directory = join(buildFolder, 'machine-amd64');
  await buildRootTree({ architecture: 'amd64', packages, directory });
  return directory;
}
