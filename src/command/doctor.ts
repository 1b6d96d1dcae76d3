import { exitCodes, jsonOption, noParameters, type Command } from './command.ts';
import { examineMachine } from './examination.ts';
import type { Finding } from './finding.ts';
import { printJson } from './reach.ts';
import { plain, table } from './text.ts';

/** Looks at the machine and says what to mend. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Check this machine, and say what to mend',
  parameters: noParameters,
  description: 'Exit code 1 when something must be mended before the bell works; advice alone is 0.',
  options: jsonOption,
  takesSettings: true,
  async run(context) {
    context.terminal.progress('looking…');
    const findings = await examineMachine(context);
    context.terminal.progress('');
    const isIll = findings.some(({ verdict }) => verdict === 'mend');
    if (context.flags.isSet('json')) printJson(context, findings);
    else for (const line of linesOf(findings)) context.terminal.print(line);
    return isIll ? exitCodes.failed : exitCodes.done;
  },
};

const marks: Readonly<Record<Finding['verdict'], string>> = { good: 'good', advice: 'look', mend: 'MEND' };

function linesOf(findings: readonly Finding[]): string[] {
  const lines = table(findings.map(({ verdict, name, message }) => [marks[verdict], name, plain(message)]));
  return lines.flatMap((line, index) => {
    const advice = findings[index]?.advice;
    return advice === undefined ? [line] : [line, `        ${plain(advice)}`];
  });
}
