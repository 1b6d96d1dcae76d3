import { flushCompileCache } from 'node:module';
import { setPriority } from 'node:os';
import { setForAll } from '../process/process-priority.ts';
import { Intake, lineOf, standardInput } from './intake.ts';
import { limitMemoryOfThisProcess } from './decoder-limits.ts';
import type { FromDecoder } from './decoder-protocol.ts';
import { forgetPages } from '../executable/start-pages.ts';
import { free, PictureCoder } from './picture-coder.ts';

/** A picture of two pixels, so that threads and tables exist before the memory is limited. */
const firstPicture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGM4AwQMEAIAI5wEYf9G2MQAAAAASUVORK5CYII=',
  'base64',
);

/** Somebody of the house may wait for the start: with the lowest priority it does not end while the machine is busy. */
const nicenessAtStartMax = 5;

/**
 * The process in which pictures from outside are decoded, one after the other: started when there is one, ended when there
 * is none, killed when one takes too much. It knows nothing of the house, and says nothing but what it was asked.
 * Never: a file, a socket, the database.
 */
async function decodePictures(): Promise<void> {
  const niceness = Number(process.argv.at(-1));
  setPriority(Math.min(niceness, nicenessAtStartMax)); // Of this thread and those that it starts.
  const coder = new PictureCoder();
  await coder.decode(firstPicture);
  forgetPages();
  flushCompileCache(); // It is killed in the end: the next one starts sooner, and smaller.
  const isLimited = await limitMemoryOfThisProcess();
  setForAll(process.pid, niceness); // Decoding is done by other threads.
  await tell({ say: 'ready', isLimited });
  const intake = new Intake(standardInput(endNow));
  for (;;) {
    const bytes = await nextPicture(intake);
    if (bytes === undefined) break;
    const decoded = await coder.decode(bytes, async (takesBytes) => {
      await tell({ say: 'weighed', takesBytes });
      await intake.message();
    });
    if (decoded.outcome === 'decoded') {
      await tell({ say: 'decoded', width: decoded.width, height: decoded.height });
      await write(decoded.planes);
      free(decoded.planes);
    } else await tell({ say: 'refused', outcome: decoded.outcome, message: decoded.message });
    free(bytes);
  }
  endNow();
}

/** Nothing is to be tidied up, and a picture under way is not waited for: the pipe ends with the one who holds it. */
function endNow(): void {
  process.kill(process.pid, 'SIGKILL');
}

async function nextPicture(intake: Intake): Promise<Uint8Array | undefined> {
  const announced = await intake.message();
  const length: unknown =
    typeof announced === 'object' && announced !== null ? Reflect.get(announced, 'bytes') : undefined;
  if (typeof length !== 'number') return undefined;
  const bytes = new Uint8Array(length);
  return (await intake.fill(bytes)) ? bytes : undefined;
}

function tell(message: FromDecoder): Promise<void> {
  return write(lineOf(message));
}

function write(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(data, () => resolve());
  });
}

// Who ends the whole group, from the keyboard or the service manager, lets its owner finish the picture under way.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
void decodePictures();
