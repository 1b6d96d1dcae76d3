import { exitCodes, jsonOption, misused, noParameters, type Command } from './command.ts';
import type { AuditAnswer, CommandContext } from './context.ts';
import { printJson } from './reach.ts';

/** What cannot be trusted is kept beside the home's chain. */
const asideWords = [
  ['audit-broken-', 'an earlier chain was broken, and is kept in'],
  ['audit-unsigned-', 'entries that nobody had signed were taken off the chain, and are kept in'],
] as const;

/** Is the audit chain what was written. */
export const auditVerifyCommand: Command = {
  name: 'audit verify',
  summary: 'Check that nothing in the audit chain was changed, removed, moved or put in',
  parameters: noParameters,
  description:
    'Walks every kept entry, compares the end with the signed head and with what the database remembers of it, and prints ' +
    'its head: NUMBER:HASH of the newest entry. Written down elsewhere (the log has one every hour, each notification to a ' +
    'webhook one), it shows later, with --against, whether the chain was written anew. Exit code 1 when it is broken.',
  options: {
    ...jsonOption,
    against: { type: 'string', value: 'HEAD', description: 'A head that was printed before: the chain must hold it' },
  },
  async run(context) {
    const { terminal, home, environment } = context;
    terminal.progress('walking the chain…');
    const verdict = await context.appliance.verifyAudit({ home, environment }, context.flags.text('against'));
    terminal.progress('');
    if (verdict.outcome === 'refused') return misused(context, 'audit verify', verdict.message);
    const names = (await context.disk.list(home.root)).map(({ name }) => name);
    const aside = names.filter((name) => asideWords.some(([beginning]) => name.startsWith(beginning)));
    if (context.flags.isSet('json')) printJson(context, { ...verdict, setAside: aside });
    else tell(context, verdict);
    for (const name of aside) terminal.complain(`${wordsOf(name)} ${home.root}/${name}`);
    return verdict.outcome === 'whole' ? exitCodes.done : exitCodes.failed;
  },
};

function tell({ terminal }: CommandContext, verdict: Exclude<AuditAnswer, { outcome: 'refused' }>): void {
  if (verdict.outcome === 'broken') return terminal.complain(verdict.message);
  const { begunAnew, entries, last, unsigned } = verdict;
  terminal.print(`the audit chain is whole: ${entries === 1 ? '1 entry' : `${entries} entries`}`);
  if (entries > 0) terminal.print(`its head: ${last.seq}:${last.hash}`);
  if (unsigned > 0)
    terminal.complain(
      `the last ${unsigned} bear no signature of their own: a release before this one has written them, or somebody who ` +
        'has the key that lies beside the chain',
    );
  if (begunAnew !== undefined)
    terminal.complain(
      begunAnew.fault === 'missing'
        ? `it begins at ${begunAnew.timestamp}: the chain before it was removed`
        : `it begins at ${begunAnew.timestamp}: the chain before it could not be trusted (${begunAnew.fault})`,
    );
}

function wordsOf(name: string): string {
  return asideWords.find(([beginning]) => name.startsWith(beginning))?.[1] ?? '';
}
