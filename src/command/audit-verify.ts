import { exitCodes, jsonOption, noParameters, type Command } from './command.ts';
import { printJson } from './reach.ts';

/** Is the audit chain what was written. */
export const auditVerifyCommand: Command = {
  name: 'audit verify',
  summary: 'Check that nothing in the audit chain was changed, removed, moved or put in',
  parameters: noParameters,
  description:
    'Walks every kept entry and compares the end with the signed head. Exit code 1 when the chain is broken.',
  options: jsonOption,
  async run(context) {
    const { terminal, home } = context;
    terminal.progress('walking the chain…');
    const verdict = await context.appliance.verifyAudit(home);
    terminal.progress('');
    const aside = (await context.disk.list(home.root)).filter(({ name }) => name.startsWith('audit-broken-'));
    const isWhole = verdict.outcome === 'whole';
    if (context.flags.isSet('json')) printJson(context, { ...verdict, setAside: aside.map(({ name }) => name) });
    else if (isWhole) {
      const entries = verdict.entries === 1 ? '1 entry' : `${verdict.entries} entries`;
      const unsigned = verdict.unsigned === 0 ? '' : `, ${verdict.unsigned} of them newer than the signed head`;
      terminal.print(`the audit chain is whole: ${entries}${unsigned}`);
    } else terminal.complain(verdict.message);
    for (const { name } of aside) terminal.complain(`an earlier chain was broken, and is kept in ${home.root}/${name}`);
    return isWhole ? exitCodes.done : exitCodes.failed;
  },
};
