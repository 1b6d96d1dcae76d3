/**
 * Stages the release file given as the first word into the directory given as the second, on the real disk, and prints
 * how much memory and writing it took, as JSON. A process of its own: memory is measured from its idle state.
 */
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import { fileSource } from '../../src/release/byte-source.ts';
import { inspectRelease } from '../../src/release/inspect-release.ts';
import { readBack } from '../../src/release/read-back.ts';
import { stageRelease } from '../../src/release/stage-release.ts';
import type { Storage } from '../../src/system/storage.ts';

const [file = '', directory = ''] = process.argv.slice(2);
const source = await fileSource(nodeStorage, file);
if (source === undefined) throw new Error(`cannot stage ${file}: there is no such file`);
const read = await inspectRelease(source);
if (read.outcome === 'refused') throw new Error(read.message);
const { manifest } = read.inspection;

let writtenBytes = 0;
const counting: Storage = {
  ...nodeStorage,
  write: (path, content) => {
    writtenBytes += Buffer.byteLength(content);
    return nodeStorage.write(path, content);
  },
  writePart: (path, offset, content) => {
    writtenBytes += content.length;
    return nodeStorage.writePart(path, offset, content);
  },
};

const idleBytes = process.memoryUsage.rss();
let peakBytes = idleBytes;
const look = (): void => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
};
const watch = setInterval(look, 5);
const startedMs = performance.now();
const staged = await stageRelease({ source, manifest, directory, storage: counting, onProgress: look });
const stagedMs = performance.now() - startedMs;
const whole = await readBack({ directory, manifest, storage: nodeStorage });
clearInterval(watch);
look();
console.log(
  JSON.stringify({
    outcome: [staged.outcome, whole.outcome],
    unpackedBytes: manifest.files.reduce((total, { bytes }) => total + bytes, 0),
    writtenBytes,
    stagingMemoryMb: Math.round((peakBytes - idleBytes) / 1e5) / 10,
    stagedMs: Math.round(stagedMs),
  }),
);
