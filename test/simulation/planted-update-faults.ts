import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { begin } from '../../scripts/entry.ts';
import type { PlantedFault } from './planted-fault.ts';
import { gateTests, plantedGateFaults } from './planted-gate-faults.ts';
import { plantedPathFaults } from './planted-path-faults.ts';

const root = process.cwd();
/** What the simulation and the fast tests need of the checkout. */
const parts = ['src', 'test', 'scripts', 'package.json'];
/** A search that finds nothing runs every schedule with a cut and a fault. */
const searchMsMax = 60 * 60_000;

/** What the simulation finds in the sources of the folder; undefined when all promises hold. */
async function firstBroken(folder: string, isDeep: boolean): Promise<string | undefined> {
  const options = { cwd: folder, timeout: searchMsMax };
  const { code, stdout, stderr } = await new Promise<{ code: number | null; stdout: string; stderr: string }>(
    (resolve) => {
      const child = execFile(
        process.execPath,
        ['test/simulation/simulate.ts', 'find', ...(isDeep ? ['deep'] : [])],
        options,
        (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
      );
    },
  );
  const broken = /^broken: (.*)\n +again: \S+ \S+ replay \S+ (\d+) (\d+)/m.exec(stdout);
  // One that does not even start, or does not end, has shown nothing.
  if (broken === null && code !== 0)
    throw new Error(`cannot simulate: it ended with ${code ?? 'a signal'}: ${stdout}${stderr}`);
  return broken === null ? undefined : `with ${broken[2]} cuts, ${broken[3]} faults: ${broken[1]}`;
}

/** The first of the fast tests that fails in the folder; undefined when none does. */
async function firstFailing(folder: string): Promise<string | undefined> {
  const args = ['--test', '--test-isolation=none', ...gateTests];
  const { code, stdout } = await new Promise<{ code: number | null; stdout: string }>((resolve) => {
    const child = execFile(process.execPath, args, { cwd: folder, timeout: searchMsMax }, (_error, text) =>
      resolve({ code: child.exitCode, stdout: text }),
    );
  });
  const failed = /^✖ (.*) \(/m.exec(stdout)?.[1];
  if (failed === undefined && code !== 0)
    throw new Error(`cannot test: it ended with ${code ?? 'a signal'}: ${stdout}`);
  return failed;
}

/** Plants the fault in a copy of the sources, and has the simulation or the fast tests look for it. */
async function plant(fault: PlantedFault | undefined): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-planted-'));
  try {
    for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    if (fault !== undefined) {
      const { file, from, to } = fault;
      const original = readFileSync(file, 'utf8');
      if (!original.includes(from)) throw new Error(`cannot plant: ${file} does not contain ${JSON.stringify(from)}`);
      writeFileSync(
        join(folder, file),
        original.replace(from, () => to),
      );
    }
    const isGates = fault !== undefined && plantedGateFaults.includes(fault);
    return isGates ? await firstFailing(folder) : await firstBroken(folder, fault?.isDeep === true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As many at once as there are cores. The sources as they are go first: they must not be complained about. */
async function plantAll(chosen: readonly PlantedFault[]): Promise<number> {
  const waiting: (PlantedFault | undefined)[] = [undefined, ...chosen];
  let noticed = 0;
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      const fault = waiting.shift();
      const how = await plant(fault);
      if (fault === undefined) {
        if (how !== undefined) throw new Error(`cannot plant: a promise is broken without a fault: ${how}`);
        continue;
      }
      if (how !== undefined) noticed += 1;
      console.log(`${how === undefined ? 'MISSED ' : 'noticed'}  ${fault.name.padEnd(48)} ${how ?? ''}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return noticed;
}

const names = begin({ usage: 'npm run simulate:mutants -- [PART-OF-A-NAME…]', words: Infinity }).positionals;
const all = [...plantedPathFaults, ...plantedGateFaults];
const chosen = all.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
const noticed = await plantAll(chosen);
console.log(JSON.stringify({ planted: chosen.length, noticed }));
if (noticed < chosen.length) process.exitCode = 1;
