/** Many passwords wanted at once; tells what that has taken of memory at most, and what of it is kept. In megabytes. */
import { readFileSync } from 'node:fs';
import { HashLane } from '../../src/access/hash-lane.ts';
import { hashPassword, passwordCost } from '../../src/access/password.ts';

const lane = new HashLane();
const megabytes = (line: 'VmHWM' | 'VmRSS'): number =>
  Number(new RegExp(`${line}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;

async function together(many: number, memoryKiB: number): Promise<number> {
  const work = (): Promise<string> =>
    hashPassword('correct horse battery', new Uint8Array(16), { ...passwordCost, memoryKiB });
  const answers = await Promise.all(Array.from({ length: many }, () => lane.run(false, work)));
  return answers.filter((answer) => answer !== undefined).length;
}

await together(20, 8); // What it takes once: code, and threads of the pool.
const before = megabytes('VmHWM');
let hashed = 0;
for (let turn = 0; turn < 4; turn += 1) hashed += await together(20, passwordCost.memoryKiB);
console.log(JSON.stringify({ hashed, peak: megabytes('VmHWM') - before, kept: megabytes('VmRSS') - before }));
