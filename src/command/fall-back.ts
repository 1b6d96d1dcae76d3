import { exitCodes, noParameters, type Command } from './command.ts';

/** The way back after a crash loop. Run by the service manager, from the slot that is not committed. */
export const fallBackCommand: Command = {
  name: 'fall-back',
  summary: 'Commit the release in the other slot again, after a crash loop',
  parameters: noParameters,
  description:
    'For the service manager, when the committed release ends again and again: the link names the other slot, and the release\n' +
    'that crashed is not tried any more. Refused when the other slot holds nothing that has proved itself.',
  async run(context) {
    const { terminal, home, appliance } = context;
    const running = await context.findRunning(home.root);
    if (running !== undefined) {
      terminal.complain(`cannot fall back: the appliance with pid ${running.pid} runs: stop it first`);
      return exitCodes.failed;
    }
    const result = await appliance.fallBack(home);
    if (result.outcome === 'refused') {
      terminal.complain(result.message);
      return exitCodes.failed;
    }
    terminal.print(`fell back to ${result.version} in slot ${result.slot}: it is what starts next`);
    return exitCodes.done;
  },
};
