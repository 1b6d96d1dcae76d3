import { apartness, prepareFace, plainScoring, type PreparedFace } from '../face/scoring.ts';
import { readDemoVisitors } from '../machine/camera/demo-camera.ts';
import { startInference, type StartedInference } from '../machine/inference/onnx-inference.ts';
import type { PackFolders } from '../machine/inference/model-pack.ts';
import { lookForFaces } from '../people/look-for-faces.ts';
import type { Clock } from '../system/clock.ts';
import type { Disk } from '../system/disk.ts';
import { wordsOf } from '../system/error-words.ts';
import type { Embedding } from '../system/inference.ts';

/** A net that needs longer for a few faces is none for a door. */
const probeMsMax = 120_000;
/** Of an embedding's length: what two runs on one face may differ by. */
const wanderMax = 1e-3;

export interface ProbeParts {
  readonly folders: PackFolders;
  readonly disk: Pick<Disk, 'read'>;
  readonly clock: Pick<Clock, 'sleep'>;
}

/**
 * Tries a pack on the faces of the demo, in this process: it is to be one that may end. Why the pack cannot be used;
 * undefined when it can. Rejects when the net does not come to an end: then the process has to.
 */
export async function probePack({ clock, disk, folders }: ProbeParts, name: string): Promise<string | undefined> {
  const late = new AbortController();
  const tooLate = clock.sleep(probeMsMax, late.signal).then((): never => {
    throw new Error(
      `cannot use the model pack "${name}": its net has not come to an end within ${probeMsMax / 1000} s`,
    );
  });
  tooLate.catch(() => undefined);
  try {
    return await Promise.race([tooLate, probe({ disk, folders }, name)]);
  } finally {
    late.abort();
  }
}

async function probe({ disk, folders }: Omit<ProbeParts, 'clock'>, name: string): Promise<string | undefined> {
  const started = await startInference({ ...folders, recogniser: name, threads: 1 });
  if (started.outcome !== 'started') return started.message;
  try {
    return await judge(started, { disk, folder: `${folders.modelsFolder}/demo` });
  } catch (error) {
    return wordsOf(error);
  } finally {
    await started.stop();
  }
}

async function judge(
  started: StartedInference,
  { disk, folder }: { readonly disk: ProbeParts['disk']; readonly folder: string },
): Promise<string | undefined> {
  const { scoring = plainScoring } = started.inference;
  const seen: { readonly visitor: string; readonly face: PreparedFace }[] = [];
  for (const { id, file, enrolmentFile } of await readDemoVisitors(folder)) {
    for (const picture of [file, ...(enrolmentFile === undefined ? [] : [enrolmentFile])]) {
      const bytes = await disk.read(`${folder}/${picture}`);
      const twice = bytes === undefined ? [] : await embedTwice(started, bytes);
      for (const embedding of twice) {
        const fault = faultOf(embedding, scoring.numbers);
        if (fault !== undefined) return fault;
      }
      const [one, again] = twice;
      if (one === undefined || again === undefined) continue;
      if (differ(one, again)) return 'its net does not say the same of one face twice';
      seen.push({ visitor: id, face: prepareFace(scoring, one) });
    }
  }
  return seen.length === 0 ? 'there are no faces to try it on' : confusionIn(seen);
}

async function embedTwice({ inference, pictures }: StartedInference, bytes: Uint8Array): Promise<readonly Embedding[]> {
  const decoded = await pictures.decodeOwn(bytes);
  if (decoded.outcome !== 'decoded') return [];
  const { faces, looked } = await lookForFaces(inference, decoded.picture);
  const [face] = faces;
  if (face === undefined) return [];
  return [await inference.embed(looked, face.landmarks), await inference.embed(looked, face.landmarks)];
}

function faultOf(embedding: Embedding, numbers: number): string | undefined {
  if (embedding.length !== numbers)
    return `its embeddings have ${embedding.length} numbers, and its manifest says ${numbers}`;
  if (!embedding.every(Number.isFinite)) return 'its embeddings hold what is no number';
  return Math.hypot(...embedding) === 0 ? 'its embeddings are all zeros' : undefined;
}

function differ(one: Embedding, again: Embedding): boolean {
  return Math.hypot(...one.map((value, at) => value - (again[at] ?? 0))) > wanderMax * Math.hypot(...one);
}

/** Two pictures of one visitor are nearer to each other than to anybody else. */
function confusionIn(seen: readonly { readonly visitor: string; readonly face: PreparedFace }[]): string | undefined {
  for (const one of seen) {
    const apartFrom = (isSame: boolean): number =>
      Math.min(
        ...seen
          .filter((other) => other !== one && (other.visitor === one.visitor) === isSame)
          .map(({ face }) => apartness(one.face, face)),
      );
    const own = apartFrom(true);
    if (own !== Number.POSITIVE_INFINITY && own >= apartFrom(false))
      return 'it does not tell the visitors of the demo apart';
  }
  return undefined;
}
