/** They hang, end, or fall silent, in one thread or in all. */
import { unhealthyInProbation, neverReady } from '../../updates/releases.ts';
import { atTheDoor, bad, instead, type ZooRelease } from '../zoo-release.ts';

const soon = 2000;
const heartbeats = 'src/appliance/trial/heartbeats.ts';
const beat = '    channel.heartbeat(heartbeat);';
const netsWorker = 'src/machine/inference/inference-worker.ts';
const inTurn = '    switch (question.call) {';
const still = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';
const hung = ['heartbeat', 'door', 'questions-in-row', 'press-unanswered', 'own-press', 'threads'] as const;

export const badInSilence: readonly ZooRelease[] = [
  bad('hangs', 'its main thread stands still', { reasons: hung, patch: atTheDoor(`setTimeout(() => ${still.slice(0, -1)}, ${soon});`) }),
  bad('spins', 'its main thread runs in a circle', { reasons: hung, patch: atTheDoor(`setTimeout(() => { for (;;); }, ${soon});`) }),
  bad('hangs-and-beats', 'its main thread stands still, and another thread goes on with the heartbeats', {
    reasons: hung,
    patch: atTheDoor(`setTimeout(() => {
      const message = { kind: 'heartbeat', sequence: 99, frames: 50, checks: caretaker.health.tally(), requests: 9, errors: 0, memoryBytes: 2e8 };
      new (process.getBuiltinModule('node:worker_threads').Worker)(\`
        const message = \${JSON.stringify(message)};
        setInterval(() => {
          message.sequence += 1; message.frames += 2;
          for (const check of Object.values(message.checks)) check.runs += 1;
          require('node:fs').writeSync(3, JSON.stringify({ say: 'heartbeat', message }) + '\\\\n');
        }, 250);\`, { eval: true });
      setTimeout(() => ${still.slice(0, -1)}, 500);
    }, ${soon});`),
  }),
  bad('hangs-at-nets', 'its inference thread stands still as soon as somebody stands at the door', {
    reasons: [...hung, 'named', 'names', 'questions', 'error-rate-at-once'],
    // It is asked how it is as soon as it has the door, and by nobody before.
    patch: instead(netsWorker, inTurn, `    if (question.call === 'ping') Object.assign(globalThis, { isAtTheDoor: true });\n    else if ('isAtTheDoor' in globalThis) ${still}\n${inTurn}`),
  }),
  bad('hangs-at-pictures', 'its picture thread stands still as soon as somebody stands at the door', {
    reasons: [...hung, 'named', 'names', 'questions', 'error-rate-at-once', 'error-rate-two-minutes'], // No live picture.
    patch: instead('src/machine/picture/picture-worker.ts', "        case 'encode':", `        case 'encode': ${still}`),
  }),
  bad('hangs-at-writing', 'its writer thread stands still at the first ring', {
    reasons: [...hung, 'questions', 'error-rate-at-once'],
    patch: instead('src/store/writer-thread.ts', '    if (orders.length === 0) return;', `    if (orders.length === 0) return;\n    if (orders.some(({ name }) => name === 'openVisit')) ${still}`),
  }),
  bad('falls-silent', 'works, and sends no heartbeat any more', { reasons: ['heartbeat'], patch: instead(heartbeats, beat, `if (sequence < 8) ${beat}`) }),
  bad('babbles', 'its heartbeats are garbage', { reasons: ['heartbeat'], patch: instead(heartbeats, beat, `channel.heartbeat(sequence < 8 ? heartbeat : 'well');`) }),
  bad('grows-deaf', 'hears nothing of its incumbent any more: no question, no revert, no stop', {
    reasons: [...hung, 'questions', 'error-rate-at-once'],
    patch: instead(heartbeats, beat, `${beat}\n if (sequence === 8) { const { fds } = { fds: process.listeners('message') }; for (const hear of fds) process.off('message', hear); }`),
  }),
  bad('leaves', 'ends as if all were well', { reasons: ['candidate-ended', 'door'], patch: atTheDoor(`setTimeout(() => process.exit(0), ${soon});`) }),
  bad('crashes', 'is ended by a fault of its memory', { reasons: ['candidate-ended'], patch: atTheDoor(`setTimeout(() => process.kill(process.pid, 'SIGSEGV'), ${soon});`) }),
  bad('never-ready', 'starts, and never says a word', { reasons: ['never-ready'], patch: neverReady, settings: ['gate.helloMsMax=20000'] }),
  bad('never-takes-over', 'hangs when it is to take the door', { reasons: ['not-taken-over', ...hung], patch: atTheDoor(still) }),
  bad('unwell', 'says that it is not well', { reasons: ['health-check'], patch: unhealthyInProbation }),
  bad('blind', 'its camera gives no more frames after the first ones, and it counts on', {
    reasons: ['frames', 'questions', 'questions-in-row', 'error-rate-at-once', 'named', 'names', 'own-press', 'own-figures'],
    patch: instead('src/visit/capture.ts', '    this.#framesTotal += 1;\n', "    this.#framesTotal += 1;\n    if (this.#framesTotal > 15 && process.env['INCUMBENT_PID'] !== undefined) return void this.#pool.release(frame);\n"),
  }),
]; // prettier-ignore
