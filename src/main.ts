#!/usr/bin/env node
import { inspect } from 'node:util';
import { applianceDoor } from './command/appliance-door.ts';
import { runCommandLine } from './command/command-line.ts';
import { carriedFile } from './machine/executable/carried-files.ts';
import { findAppliance } from './machine/process/find-appliance.ts';
import { linuxHost } from './machine/node/linux-host.ts';
import { linuxResources } from './machine/node/linux-resources.ts';
import { nodeClock } from './machine/node/node-clock.ts';
import { nodeNetwork } from './machine/node/node-network.ts';
import { nodeRandom } from './machine/node/node-random.ts';
import { nodeStorage } from './machine/node/node-storage.ts';
import { readInput } from './machine/process/read-input.ts';
import { useTimeZone } from './machine/process/time-zone.ts';
import { processTerminal } from './machine/process/process-terminal.ts';
import { runningRelease } from './machine/executable/running-release.ts';
import { wordsOf } from './system/error-words.ts';
import { priorities } from './system/terminal.ts';

/** What went wrong, and why, and why that. */
function complain(error: unknown): void {
  processTerminal.complain(process.env['DOORWARD_DEBUG'] === '1' ? inspect(error) : wordsOf(error), priorities.error);
}

const end = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => end.abort()); // The second one ends the process at once.
}

async function main(): Promise<void> {
  try {
    const release = runningRelease();
    process.exitCode = await runCommandLine(process.argv.slice(2), {
      clock: nodeClock,
      host: linuxHost(),
      disk: nodeStorage,
      network: nodeNetwork(),
      random: nodeRandom,
      resources: linuxResources(),
      terminal: processTerminal,
      environment: process.env,
      workingFolder: process.cwd(),
      homeDefault: release.homeDefault,
      release,
      appliance: applianceDoor(release),
      carriedFile,
      readInput,
      useTimeZone,
      findRunning: findAppliance,
      signal: end.signal,
    });
  } catch (error) {
    complain(error);
    process.exit(1); // Threads that were started already would keep it alive, and the service manager waiting.
  }
}

void main(); // Not `await`: the executable's main script is no module.
