// What inference-telemetry.slow.test.ts watches from outside: a recognition from start to end, in a process of its own.
// With `--call HOST` it then does what it must not do, so that the watch can be shown to see it.
import { readFile } from 'node:fs/promises';
import { startInference } from '../../../src/machine/inference/onnx-inference.ts';

const [modelsFolder = '', file = '', planted, host = ''] = process.argv.slice(2);
const started = await startInference({ modelsFolder, threads: 2 });
if (started.outcome !== 'started') throw new Error(started.message);
const decoded = await started.pictures.decodeOwn(await readFile(file));
if (decoded.outcome !== 'decoded') throw new Error(decoded.message);
const faces = await started.inference.detect(decoded.picture, 'thorough');
for (const face of faces) await started.inference.embed(decoded.picture, face.landmarks);
await started.pictures.encode(decoded.picture, { widthMax: 320 });
await started.stop();
if (planted === '--call') {
  // Not before: Node reads the resolver's settings when these are loaded.
  const { connect } = await import('node:net');
  const { lookup } = await import('node:dns');
  const socket = connect({ host, port: 9 }).on('error', () => undefined);
  setTimeout(() => socket.destroy(), 500);
  lookup('localhost', () => undefined);
}
console.log(`recognised ${faces.length}`);
