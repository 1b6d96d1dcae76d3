/**
 * Start to ready with a warm cache, and resident memory after a few recognitions: the single executable of this machine's
 * architecture (`npm run package` first), and the checkout beside it, in turns.
 * Usage: node test/bench/start.ts [ROUNDS]
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, globSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { begin, wholeNumber } from '../../scripts/entry.ts';
import { forgetPages } from './forget-pages.ts';

const rounds = wholeNumber(begin({ usage: 'npm run bench:start -- [ROUNDS]', words: 1 }).positionals[0], 9);
const picturesEach = 10;
const readyMsMax = 60_000;
const checkout = join(import.meta.dirname, '..', '..');
const executable = join(checkout, '.build', `linux-${process.arch}`, 'doorward');
const picture = readFileSync(join(checkout, '.models', 'demo', 'ada.jpg'));

interface Start {
  readonly readyMs: number;
  readonly rssMb: number;
}

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  readonly home: string;
  readonly starts: Start[];
}

/** One start, some work, the memory that it takes, and a good end. */
async function startOnce({ command, home }: Contender): Promise<Start> {
  const [program = '', ...words] = command;
  const beganMs = performance.now();
  const child = spawn(program, [...words, 'run', '--home', home, '--web.port=0', '--camera.source=none'], {
    stdio: ['ignore', 'pipe', 'ignore'], // Its log is another story.
  });
  const address = await addressOf(child);
  const readyMs = performance.now() - beganMs;
  for (let sent = 0; sent < picturesEach; sent += 1) {
    const form = new FormData();
    form.append('picture', new Blob([picture]), 'ada.jpg');
    const answer = await fetch(`${address}/api/v1/recognize`, { method: 'POST', body: form });
    if (!answer.ok) throw new Error(`cannot recognise: ${await answer.text()}`);
    await answer.text();
  }
  const start = { readyMs, rssMb: rssMb(child.pid ?? 0) };
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  return start;
}

/** What it prints first, once it answers. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`cannot measure: not ready after ${readyMsMax} ms`)), readyMsMax);
    child.once('exit', (code) => reject(new Error(`cannot measure: it ended with ${code}`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      const address = /http:\/\/[\d.]+:\d+/.exec(chunk.toString())?.[0];
      if (address === undefined) return;
      clearTimeout(late);
      resolve(address);
    });
  });
}

function rssMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(line) * 1024) / 1e6;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (!existsSync(executable)) throw new Error(`cannot measure: ${executable} is missing: npm run package first`);
const folder = mkdtempSync(join(tmpdir(), 'doorward-start-'));
try {
  mkdirSync(join(folder, 'download'));
  linkSync(executable, join(folder, 'download', 'doorward'));
  const contenders: readonly Contender[] = [
    { name: 'executable', command: [join(folder, 'download', 'doorward')], home: join(folder, 'a'), starts: [] },
    {
      name: 'checkout',
      command: ['sh', join(checkout, 'scripts', 'doorward.sh')],
      home: join(folder, 'b'),
      starts: [],
    },
  ];
  for (const contender of contenders) await startOnce(contender); // Unpacks, and compiles.
  forgetPages([
    executable,
    ...globSync(join(folder, 'download', '.doorward', 'lib', '*', '**', '*.{node,so*}')),
    ...globSync(join(checkout, 'node_modules', '**', `{bin/node,*linux*${process.arch}*/**/*.{node,so*}}`)),
    ...globSync(join(checkout, 'node_modules', 'onnxruntime-node', 'bin', '*', 'linux', process.arch, '*')),
  ]);
  for (const contender of contenders) await startOnce(contender); // Warms the cache.
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) contender.starts.push(await startOnce(contender));
  }
  const [ours] = contenders.map(({ name, starts }) => {
    const figures = {
      readyMsMedian: Math.round(median(starts.map((start) => start.readyMs))),
      rssMb: Math.round(median(starts.map((start) => start.rssMb))),
    };
    const fastestMs = Math.round(Math.min(...starts.map((start) => start.readyMs)));
    console.log(
      `${name}: ready after ${figures.readyMsMedian} ms (fastest ${fastestMs}), ${figures.rssMb} MB resident`,
    );
    return figures;
  });
  console.log(JSON.stringify(ours));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
