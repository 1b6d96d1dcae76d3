import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { begin } from '../../scripts/entry.ts';
import type { PlantedFault } from './planted-fault.ts';
import { gateTests, plantedGateFaults } from './planted-gate-faults.ts';

const plantedFaults: readonly PlantedFault[] = [
  { name: 'replace: no sync of the file', file: 'src/system/disk.ts', from: '  await disk.sync(draft);', to: '  //' },
  { name: 'replace: no sync of the directory', file: 'src/system/disk.ts', from: '  await disk.syncDirectory(directoryOf(path));', to: '  //' },

  { name: 'slot: no sync of the files', file: 'src/release/stage-release.ts', from: '  await storage.sync(path);', to: '  //', isDeep: true },
  { name: 'slot: no sync of the directories', file: 'src/release/stage-release.ts', from: '    for (const folder of foldersOf(plan).toReversed()) await storage.syncDirectory(folder);', to: '    //', isDeep: true },
  { name: 'record: checksum not looked at', file: 'src/slot/trial-record-file.ts', from: ' && checksum(record) === sha256 ? record', to: ' ? { ...record, rejected: [] }' },
  { name: 'link: no sync of the directory', file: 'src/slot/current-link.ts', from: '  await storage.syncDirectory(places.root);', to: '  //' },
  { name: 'link: removed, then made', file: 'src/slot/current-link.ts', from: '  await storage.remove(draft);', to: '  await storage.remove(places.current);\n  await storage.remove(draft);' },
  { name: 'start: the link is not made to last', file: 'src/update/settle.ts', from: '  else await storage.syncDirectory(places.root);', to: '  //' },
  { name: 'start: a trial cut short is not counted', file: 'src/update/settle.ts', from: '  return interruptTrial(record, bootId);', to: '  return { ...record, underWay: undefined } as never;' },
  { name: 'attempt not spent', file: 'src/update/rehearse.ts', from: '  await recordFile.write(\n    beginTrial(', to: '  void Array.of(\n    beginTrial(' },
  { name: 'rejected release forgotten', file: 'src/slot/trial-record.ts', from: "return rejectRelease(rest, { ...record.underWay, reason: end.reason, atMs: record.underWay.startedMs });", to: 'return rest;' },
  { name: 'rejections not looked at', file: 'src/slot/trial-record.ts', from: "  if ('file' in release) return", to: "  if (record.format === 1) return undefined;\n  if ('file' in release) return" },
  { name: 'wrong slot', file: 'src/update/stage.ts', from: '  const slot = otherSlot(committed);', to: '  const slot = committed;' },
  { name: 'older release accepted', file: 'src/update/update-state.ts', from: "  if (why !== undefined) return { kind: 'set-aside', offer, release, why };", to: "  if (why === 'rejected') return { kind: 'set-aside', offer, release, why };" },
  { name: 'verification skipped', file: 'src/release/trust.ts', from: '  if (problem !== undefined) return problem;\n  const { version } = targets.signed;', to: '  const { version } = targets.signed;', isDeep: true },
  { name: 'read-back before the start skipped', file: 'src/update/rehearse.ts', from: '  const damage = await proveSlot(tools, task.slot, task.release);', to: '  const damage = undefined;' },
  { name: 'link moved before the read-back', file: 'src/update/commit.ts', from: 'const damage = await proveSlot(tools, trial.slot, trial.release);', to: 'await moveCurrent(storage, places, trial.slot);\n    const damage = await proveSlot(tools, trial.slot, trial.release);' },
  { name: 'order swapped: record before link', file: 'src/update/commit.ts', from: '  try {\n    await moveCurrent', to: "  if (isUnderWay(record)) await recordFile.write(commitTrial(record, { reason: 'proved', message: '', figures: {}, phases: [] }));\n  try {\n    await moveCurrent" },
  { name: 'order swapped: door before candidate', file: 'src/update/revert.ts', from: "  const startedMs = clock.uptimeMs();", to: "  const startedMs = clock.uptimeMs();\n  await duty.takeBack();" },
  { name: 'power cuts on trial not counted', file: 'src/slot/trial-record.ts', from: 'export const powerCutsMax = 3;', to: 'export const powerCutsMax = 300;' },
  { name: 'link moved at the start of probation', file: 'src/update/hand-over.ts', from: '  const baseline = duty.baseline();', to: "  const baseline = duty.baseline();\n  await tools.storage.remove(tools.places.current);\n  await tools.storage.makeLink(`slots/${trial.slot}`, tools.places.current);" },
  { name: 'lease ignored', file: 'src/slot/update-lease.ts', from: "return isAlive ? { holder: 'other', name: owner } : { holder: 'nobody' };", to: "return { holder: 'self' };" },
  { name: 'candidate left alive at a revert', file: 'src/update/revert.ts', from: 'takeBack(candidate?.stop(stopMsMax))', to: 'takeBack()' },
  { name: 'the incumbent does not take the door back', file: 'src/update/revert.ts', from: 'const back = await duty.takeBack(candidate?.stop(stopMsMax));', to: "const back = { outcome: 'done' } as { outcome: string; reason?: string };" },
  { name: 'a silent candidate is healthy', file: 'src/update/judge/gate.ts', from: "  ['heartbeat', judgeHeartbeat],", to: '' },
  { name: 'missing data is healthy', file: 'src/update/judge/gate.ts', from: '  if (missing.length === 0) return', to: '  if (missing.length >= 0) return' },
  { name: 'memory not watched', file: 'src/update/judge/gate.ts', from: "  ['memory', judgeMemory],", to: '' },
  { name: 'error rate not watched', file: 'src/update/judge/questions.ts', from: 'percent > percentMax', to: 'percent > 1000' },
  { name: 'wrong names are no matter', file: 'src/update/rehearsal-verdict.ts', from: 'if (wrong.length > 0)', to: 'if (wrong.length > 100)' },
  { name: 'the name of the candidate is not asked', file: 'src/update/rehearse.ts', from: 'answer.version !== task.release.version', to: 'answer.version.length > 90' },
  { name: 'a disk that takes nothing is asked again without a pause', file: 'src/update/update-state.ts', from: '  const isPause = facts.nowMs <', to: "  const isPause = facts.tidied !== 'nothing' && facts.nowMs <" },
  { name: 'gives up after one unreachable source', file: 'src/update/update.ts', from: '    return meetSourceFault(tools, notebook, { offer, fault: error });', to: "    throw new Error('gives up', { cause: error });" },
  { name: "the owner's file on a stick is deleted", file: 'src/update/acquire.ts', from: 'return path?.startsWith(`${places.incoming}/`) === true;', to: 'return path !== undefined && places.incoming !== path;' },
  { name: 'a pushed file that will not be taken lies there for ever', file: 'src/update/acquire.ts', from: '  if (isPutAway) await discard(tools, offer);', to: '  //' },
  { name: 'what is not newer blocks the sources', file: 'src/update/update-state.ts', from: "  if (why !== undefined) return { kind: 'set-aside', offer, release, why };", to: "  if (why !== undefined) return wait(why, facts.nextLookMs - facts.nowMs);" },
  { name: 'another board blocks the sources', file: 'src/update/choose-offer.ts', from: 'aside.untilMs > nowMs || aside.isPutAway', to: 'aside.isPutAway' },
  { name: 'the commit is told before the service manager knows', file: 'src/update/commit.ts', from: '    const named = await duty.nameMain(candidate.pid); // First: what the candidate says before is not listened to.\n    const heard = readMessage(committedSchema, await candidate.ask(question, commitMsMax));', to: '    const heard = readMessage(committedSchema, await candidate.ask(question, commitMsMax));\n    const named = await duty.nameMain(candidate.pid);' },
  { name: 'the word to revert is ignored', file: 'src/update/notebook.ts', from: '  return revertWord === undefined || trial === undefined ? soon : { ...soon, trial: { ...trial, revertWord } };', to: '  return trial === undefined || revertWord !== undefined ? soon : { ...soon, trial };' },
  { name: 'a fault of the machine is blamed on the release', file: 'src/update/revert.ts', from: 'isItsFault ? revertTrial(record, end) : cancelTrial(record, end)', to: 'isItsFault || true ? revertTrial(record, end) : cancelTrial(record, end)' },
  { name: 'the second update: the link names the same slot again', file: 'src/slot/current-link.ts', from: '`slots/${slot}`', to: "'slots/b'" },
  { name: 'consent: nobody is asked', file: 'src/update/update-state.ts', from: "return consent === 'automatic' || record.agreedTo === offer.file;", to: "return consent !== 'ask' || offer.file !== '';" },
  { name: 'consent: taken back, and not heard', file: 'src/update/update-state.ts', from: "  if (isConsentWithdrawn(facts)) return revert('consent-withdrawn', 'the owner no longer agrees', false);", to: '  //' },
  { name: 'consent: given, and not written down', file: 'src/update/update.ts', from: '{ ...record, agreedTo: consent.file }', to: 'record' },
  { name: 'window: not waited for', file: 'src/update/update-state.ts', from: "  if (!offer.isOrdered && facts.untilWindowMs > 0) return wait('window', facts.untilWindowMs);", to: '  //' },
  { name: 'window: by the time since power-on', file: 'src/update/look.ts', from: 'untilOpenMs(settings, clock.wallMs())', to: 'untilOpenMs(settings, clock.uptimeMs())' },
  { name: 'way back: crashes are not counted', file: 'src/slot/aftercare.ts', from: '[...aftercare.crashes, servedMs]', to: '[...aftercare.crashes]' },
  { name: 'way back: what was left is not remembered', file: 'src/slot/trial-record.ts', from: '  if (!isToBlame) return left;', to: '  if (isToBlame || !isToBlame) return left;' },
  { name: 'way back: begun, and not gone to its end', file: 'src/update/aftercare.ts', from: 'aftercare.isOver === true && begun === undefined', to: 'aftercare.isOver === true' },
  { name: 'way back: a single crash is enough', file: 'src/update/aftercare.ts', from: 'if (crashes < crashesMax) return undefined;', to: 'if (crashes < 1) return undefined;' },
  { name: 'way back: given up when it is killed once', file: 'src/update/hand-back.ts', from: 'const triesMax = 3;', to: 'const triesMax = 1;' },
  { name: 'scrub: slots are never read again', file: 'src/update/update-state.ts', from: "  if (nowMs >= nextScrubMs) return { kind: 'scrub' };", to: '  //' },
  { name: 'scrub: what is found is not mended', file: 'src/update/scrub.ts', from: 'const from = await mend(plan, { damage, manifest, directory });', to: 'const from = undefined;' },
  { name: 'scrub: what cannot be read is not mended', file: 'src/update/scrub.ts', from: 'storage: forgiving(storage)', to: 'storage' },
  { name: 'read errors: a record that cannot be read ends the bell', file: 'src/slot/trial-record-file.ts', from: "throw new DiskFault('cannot read the trial record: neither copy can be read', 'other', faults[0]);", to: "throw new Error('cannot read the trial record: neither copy can be read', { cause: faults[0] });" },
  { name: 'read errors: a folder that cannot be read ends the bell', file: 'src/update/folder-source.ts', from: "      return { outcome: 'failed', reason: wordsOf(error) };", to: '      throw new Error(wordsOf(error));' },
]; // prettier-ignore

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
const all = [...plantedFaults, ...plantedGateFaults];
const chosen = all.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
const noticed = await plantAll(chosen);
console.log(JSON.stringify({ planted: chosen.length, noticed }));
if (noticed < chosen.length) process.exitCode = 1;
