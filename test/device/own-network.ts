/** A network of its own for a whole test: the port of the units is free there, and nothing outside can be reached. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const mark = 'DOORWARD_TEST_NETWORK';

/** Runs `work` in such a network: in a second process, after `prepare` made here what needs the world outside. */
export async function inOwnNetwork(prepare: () => Promise<unknown>, work: () => Promise<number>): Promise<number> {
  if (process.env[mark] !== undefined) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
    return work();
  }
  await prepare();
  const inside = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath, ...process.argv.slice(1)];
  const child = spawn('unshare', ['--net', ...inside], { stdio: 'inherit', env: { ...process.env, [mark]: '1' } });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  await once(child, 'exit');
  return child.exitCode ?? 1;
}
