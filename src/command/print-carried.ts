import type { CommandContext } from './context.ts';

/** Prints a text that the release carries. False when this one carries none. */
export function printCarried({ carriedFile, terminal }: CommandContext, name: string): boolean {
  const bytes = carriedFile(name);
  if (bytes === undefined) {
    terminal.complain(`cannot print ${name}: only the single executable carries it: make one with npm run package`);
    return false;
  }
  terminal.print(Buffer.from(bytes).toString().trimEnd());
  return true;
}
