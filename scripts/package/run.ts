import { spawn } from 'node:child_process';
import { adviceFor } from '../debian/tools.ts';

export interface RunOptions {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const outputMax = 1024 * 1024;

/** Runs a program to its end. Resolves with what it printed; rejects with what it complained about. */
export function run(program: string, words: readonly string[], options: RunOptions = {}): Promise<string> {
  const { folder, environment } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
      ...(folder === undefined ? {} : { cwd: folder }),
    });
    let [printed, complained] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-outputMax)));
    child.stderr.on('data', (chunk: Buffer) => (complained = (complained + chunk.toString()).slice(-outputMax)));
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(`cannot run ${program}: ${error.code === 'ENOENT' ? adviceFor(program) : error.message}`)),
    );
    child.on('close', (code, signal) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`cannot go on: ${program} ended with ${code ?? signal}: ${complained || printed}`));
    });
  });
}
