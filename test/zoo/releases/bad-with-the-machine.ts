/** They take more of the machine than is theirs, say that they do not, or leave something behind. */
import type { Patch } from '../../updates/bundle.ts';
import { unhealthyInProbation } from '../../updates/releases.ts';
import { after, atTheDoor, bad, instead, type ZooRelease } from '../zoo-release.ts';

const fs = "process.getBuiltinModule('node:fs')";
const start = "process.getBuiltinModule('node:child_process').spawn";
const worker = "new (process.getBuiltinModule('node:worker_threads').Worker)";
/** Perl, which every Debian has: an executable of ours is no Node that runs what it is told. Takes callers from descriptor 3. */
const keepsCallers =
  "open my $door, '+<&=', 3 or die; my @kept; for (;;) { my $ready = ''; vec($ready, 3, 1) = 1; select $ready, undef, undef, undef; my $caller; push @kept, $caller if accept $caller, $door }";
const unwell = ['memory', 'free-memory', 'leak', 'own-figures'] as const;
const resources = ['resources', 'leak', 'own-figures', 'processor'] as const;

export const badWithTheMachine: readonly ZooRelease[] = [
  bad('leaks', 'keeps 30 MB a second, and says so', {
    reasons: unwell,
    patch: atTheDoor('const kept: unknown[] = []; setInterval(() => kept.push(Buffer.alloc(3e6, 1)), 100);'),
  }),
  bad('leaks-and-lies', 'keeps 30 MB a second, and says that it holds 150 MB', {
    reasons: unwell,
    patch: instead(
      'src/machine/node/linux-resources.ts',
      'ownBytes: process.memoryUsage.rss(),',
      'ownBytes: ((globalThis as { kept?: unknown[] }).kept ??= []).push(Buffer.alloc(8e6, 1)) * 0 + 150_000_000,',
    ),
  }),
  bad('leaks-descriptors', 'opens 300 files a second and closes none', {
    reasons: resources,
    patch: atTheDoor(`setInterval(() => { for (let open = 0; open < 30; open += 1) ${fs}.openSync('/dev/null', 'r'); }, 100);`),
  }),
  bad('leaks-threads', 'starts a thread every 200 ms', {
    reasons: [...resources, ...unwell],
    patch: atTheDoor(`setInterval(() => ${worker}('setInterval(() => {}, 1000)', { eval: true }), 200);`),
  }),
  bad('leaks-children', 'starts a process twice a second', {
    reasons: [...resources, ...unwell],
    patch: atTheDoor(`setInterval(() => ${start}('sleep', ['600'], { stdio: 'ignore' }), 500);`),
  }),
  bad('fills-the-disk', 'writes 30 MB a second beside the pictures', {
    reasons: [...resources, 'slower', 'door', 'missing-data'],
    patch: atTheDoor(`setInterval(() => ${fs}.appendFileSync(this.#parts.home.visits + '/.cache', Buffer.alloc(3e6)), 100);`),
  }),
  bad('one-thread-spins', 'has a thread that runs in a circle', {
    reasons: [...resources, 'missing-data'],
    patch: atTheDoor(`${worker}('for (;;);', { eval: true });`),
  }),
  bad('opens-a-door', 'listens at an address that nobody asked for', {
    reasons: resources,
    patch: atTheDoor("process.getBuiltinModule('node:net').createServer().listen(0, '127.0.0.2');"),
  }),
  bad('leaves-an-orphan', 'starts a process that escapes from its group and keeps the socket of the door', {
    reasons: [...resources, 'door'],
    patch: after(
      'src/machine/process/listening-socket.ts',
      "      server.off('error', refuse);",
      `const door = handleOf(server);
       const fd = typeof door === 'object' && door !== null && 'fd' in door ? Number(door.fd) : -1;
       ${start}('perl', ['-e', ${JSON.stringify(keepsCallers)}], { detached: true, stdio: ['ignore', 'ignore', 'ignore', fd] }).unref();`,
    ),
  }),
  bad('escapes', 'starts a process in a group of its own, with what it has inherited', {
    reasons: resources,
    patch: atTheDoor(`${start}('sleep', ['600'], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 3, 4] }).unref();`),
  }),
  bad('ignores-stop', 'is not well, and hears neither "revert" nor "stop"', {
    reasons: ['health-check'],
    patch: deaf('return true;'),
  }),
  bad('says-that-it-goes', 'is not well, says that it has let go, and holds on to the door', {
    reasons: ['health-check'],
    patch: deaf(`if (said.id !== undefined) process.send?.({ say: 'answer', id: said.id, message: { kind: 'reverted' } }); return true;`),
  }),
]; // prettier-ignore

/** Not well after two seconds, and it does this with the words "revert" and "stop". */
function deaf(code: string): Patch {
  return {
    ...unhealthyInProbation,
    to: `const emit = process.emit.bind(process) as (name: string, ...given: unknown[]) => boolean;
    process.emit = ((name: string, ...given: unknown[]) => {
      const said = (given[0] ?? {}) as { id?: number };
      if (name === 'message' && /"kind":"(revert|stop)"/.test(JSON.stringify(said))) { ${code} }
      return emit(name, ...given);
    }) as typeof process.emit;
    ${unhealthyInProbation.to}`,
  };
}
