import type { Host } from '../system/host.ts';
import type { Storage } from '../system/storage.ts';
import { isLauncher } from './launcher.ts';
import { bellUser, type DeviceTree, enabledUnits, unitNames } from './device-tree.ts';

export interface UninstallParts {
  readonly storage: Storage;
  readonly host: Host;
  readonly tree: DeviceTree;
}

/** One thing that is taken away. */
export interface UninstallStep {
  readonly words: string;
  take(): Promise<string | undefined>;
}

const toolMsMax = 60_000;

/**
 * What there is to take away, in order. The household (/var/lib/doorward), the settings and the user stay, unless all of it
 * is to go.
 */
export async function planUninstall(parts: UninstallParts, hasToGo: boolean): Promise<readonly UninstallStep[]> {
  const { storage, tree } = parts;
  const { places } = tree;
  const kept = hasToGo ? [places.home, tree.settingsFolder] : [];
  const paths = [...tree.systemFiles.map(({ path }) => path), places.root, ...kept];
  const present: string[] = [];
  for (const path of paths) if (await isThere(storage, path)) present.push(path);
  if (await isOurCommand(storage, tree)) present.push(tree.command);
  if (present.length === 0) return [];
  return [
    tool(parts, 'stop it, and have systemd start it no more', ['systemctl', 'disable', '--now', ...enabledUnits]),
    tool(parts, 'stop the way back', ['systemctl', 'stop', unitNames[2]]),
    ...present.map((path) => removal(storage, path)),
    tool(parts, 'tell systemd', ['systemctl', 'daemon-reload']),
    ...(hasToGo ? [tool(parts, `remove the user ${bellUser}`, ['userdel', bellUser])] : []),
  ];
}

function removal(storage: Storage, path: string): UninstallStep {
  return {
    words: `remove ${path}`,
    async take() {
      await storage.remove(path);
      return undefined;
    },
  };
}

/** A unit that is gone already, or a user, is no fault: it is what was wanted. */
function tool({ host }: UninstallParts, words: string, [program = '', ...rest]: readonly string[]): UninstallStep {
  return {
    words,
    async take() {
      const { code, output } = await host.run(program, rest, { timeoutMs: toolMsMax });
      const isGone = /not loaded|does not exist/i.test(output);
      return code === 0 || isGone ? undefined : `${program} ${rest.join(' ')} failed: ${output.slice(-500)}`;
    },
  };
}

/** The launcher, or the link that earlier releases made. */
async function isOurCommand(storage: Storage, { command }: DeviceTree): Promise<boolean> {
  if ((await storage.readLink(command)) !== undefined) return true;
  return isLauncher(Buffer.from((await storage.read(command)) ?? []).toString());
}

async function isThere(storage: Storage, path: string): Promise<boolean> {
  const end = path.lastIndexOf('/');
  return (await storage.list(path.slice(0, end))).some(({ name }) => name === path.slice(end + 1));
}
