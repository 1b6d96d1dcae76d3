import { deviceTree } from '../install/device-tree.ts';
import { planUninstall } from '../install/uninstall.ts';
import { exitCodes, noParameters, type Command } from './command.ts';

/** Takes the doorbell off this machine. */
export const uninstallCommand: Command = {
  name: 'uninstall',
  summary: 'Remove what install has made; people, visits and settings stay',
  parameters: noParameters,
  description:
    'Takes root. /var/lib/doorward, /etc/doorward and the user doorward stay for the next install, unless --purge is given.',
  options: {
    'dry-run': { type: 'boolean', description: 'Say what would be done, and do nothing' },
    'purge': { type: 'boolean', description: 'Remove people, visits, settings and the user as well' },
  }, // prettier-ignore
  async run({ terminal, disk, host, flags }) {
    if (!host.isRoot && !flags.isSet('dry-run')) {
      terminal.complain('cannot uninstall: it takes root to remove users and services: run it with sudo');
      return exitCodes.failed;
    }
    const steps = await planUninstall({ storage: disk, host, tree: deviceTree('') }, flags.isSet('purge'));
    if (steps.length === 0) terminal.print('there is nothing to remove');
    for (const step of steps) {
      terminal.print(flags.isSet('dry-run') ? `would ${step.words}` : step.words);
      const fault = flags.isSet('dry-run') ? undefined : await step.take();
      if (fault === undefined) continue;
      terminal.complain(`cannot uninstall: ${fault}`);
      return exitCodes.failed;
    }
    return exitCodes.done;
  },
};
