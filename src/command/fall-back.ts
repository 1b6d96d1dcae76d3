import { exitCodes, noParameters, type Command } from './command.ts';

/** The way back after a crash loop. Run by the service manager, from whichever release still starts. */
export const fallBackCommand: Command = {
  name: 'fall-back',
  summary: 'Commit another release that is whole, after a crash loop',
  parameters: noParameters,
  description:
    'For the service manager, when the committed release ends again and again: the release that crashed is not tried any\n' +
    'more, and what is in the other slot starts from now on, or else the factory release, copied into that slot. A slot is\n' +
    'used when every file of it is what its manifest says, and its release has not crashed or been reverted before. Where\n' +
    'native libraries were damaged, they are mended and no release is blamed.',
  async run(context) {
    const { terminal, home, appliance } = context;
    const running = await context.findRunning(home.root);
    if (running !== undefined) {
      terminal.complain(`cannot fall back: the appliance with pid ${running.pid} runs: stop it first`);
      return exitCodes.failed;
    }
    const result = await appliance.fallBack(home);
    for (const { path, from } of result.mended) terminal.print(`${path} was damaged: it comes anew from ${from}`);
    if (result.outcome === 'refused') {
      terminal.complain(result.message);
      return exitCodes.failed;
    }
    const where = result.to === 'factory' ? 'where the factory has put it' : `in slot ${result.to}`;
    terminal.print(`fell back to ${result.version} ${where}: it is what starts next`);
    return exitCodes.done;
  },
};
