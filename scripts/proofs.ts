/**
 * `npm run -s proofs`: every proof and every figure, one after the other, for a night and a day. It goes on where it was
 * stopped; `--only NAME` for one, `--faces DIR` for those that want labelled pictures, `--small` to see that each works,
 * `--list` for their names, `--write` to put what is known into test/bench/README.md. The last line is JSON.
 */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { changedMark, commitName } from './ci/commit-name.ts';
import { begin, Misused } from './entry.ts';
import { commandOf, type Proof, proofs } from './proofs/list.ts';
import { ProofRecord, type Shown } from './proofs/record.ts';
import { inWords, withTable } from './proofs/table.ts';

const folder = '.build/proofs';
const page = 'test/bench/README.md';
const tailCharsMax = 100_000;
const secondsPerHour = 3600;

const { values } = begin({
  usage: 'npm run -s proofs -- [--only NAME…] [--faces DIR] [--small] [--list] [--write]',
  options: {
    only: { type: 'string', multiple: true },
    faces: { type: 'string' },
    small: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

/** The last line that is an object: how every command of this project ends. */
function lastFigures(text: string): Readonly<Record<string, unknown>> | undefined {
  const line = text
    .trimEnd()
    .split('\n')
    .findLast((one) => one.startsWith('{') && one.endsWith('}'));
  try {
    const read: unknown = JSON.parse(line ?? '');
    return typeof read === 'object' && read !== null ? { ...read } : undefined;
  } catch {
    return;
  }
}

/** Runs it to its end. What it says goes to a file of its own. */
function prove(proof: Proof): Promise<Shown> {
  const given = [...(proof.wantsFaces === true ? [values.faces ?? ''] : []), ...(proof.words ?? [])];
  const log = createWriteStream(join(folder, `${proof.name}.log`));
  const startedMs = performance.now();
  const commit = commitName();
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '-s', proof.script, '--', ...given], { stdio: ['ignore', 'pipe', 'pipe'] });
    let tail = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-tailCharsMax)));
    for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false });
    child.once('close', (code) => {
      log.end();
      const figures = lastFigures(tail);
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`;
      const day = new Date().toISOString().slice(0, 10);
      const isSound = code === 0 && figures !== undefined;
      resolve({ name: proof.name, commit, isSmall: values.small, isSound, seconds, day, machine, figures: figures ?? { exitCode: code } }); // prettier-ignore
    });
  });
}

/** Why it cannot be done here; undefined when it can. */
function obstacle({ script, wantsFaces }: Proof): string | undefined {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));
  if (scripts[script] === undefined) return `there is no npm run ${script}`;
  return wantsFaces === true && values.faces === undefined ? 'it wants labelled pictures: say --faces DIR' : undefined;
}

async function proveAll(chosen: readonly Proof[], record: ProofRecord): Promise<number> {
  const commit = commitName();
  const done = commit.endsWith(changedMark) ? new Map<string, Shown>() : record.soundOn(commit, values.small);
  const shown: Shown[] = [];
  for (const proof of chosen) {
    const before = done.get(proof.name);
    const why = obstacle(proof);
    if (why !== undefined) console.log(`left out  ${proof.name}: ${why}`);
    if (before === undefined && why === undefined)
      console.log(`begins    ${proof.name}: ${commandOf(proof)} (${join(folder, proof.name)}.log)`);
    if (before === undefined && why !== undefined) continue;
    const one = before ?? (await prove(proof));
    if (before === undefined) record.note(one);
    shown.push(one);
    const verdict = before === undefined ? (one.isSound ? 'ok  ' : 'FAILED') : 'known';
    console.log(`${verdict.padEnd(8)}  ${one.name}, ${one.seconds} s: ${inWords(one.figures)}`);
  }
  const failed = shown.filter(({ isSound }) => !isSound).length;
  const hours = shown.reduce((sum, { seconds }) => sum + seconds, 0) / secondsPerHour;
  console.log(JSON.stringify({ proofs: shown.length, failed, hours: Number(hours.toFixed(2)) }));
  return failed === 0 && shown.length > 0 ? 0 : 1;
}

const unknown = (values.only ?? []).filter((name) => proofs.every((proof) => proof.name !== name));
const chosen = proofs
  .filter(({ name }) => values.only?.includes(name) ?? true)
  .map((proof) => (values.small && proof.small !== undefined ? { ...proof, words: proof.small } : proof));
if (unknown.length > 0) throw new Misused(`there is no proof ${unknown.join(', ')} (--list names all)`);
if (values.list) for (const proof of proofs) console.log(`${proof.name.padEnd(16)} ${proof.says}: ${commandOf(proof)}`);
else {
  mkdirSync(folder, { recursive: true });
  const record = new ProofRecord(join(folder, 'record.json'));
  if (values.write) {
    writeFileSync(page, withTable(readFileSync(page, 'utf8'), proofs, record.latest()));
    console.log(`${page} has what is known of ${record.latest().size} of ${proofs.length} proofs`);
  } else process.exitCode = await proveAll(chosen, record);
}
