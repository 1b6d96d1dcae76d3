import { apartness, plainScoring, prepareFace, type PreparedFace } from '../../face/scoring.ts';
import { studyFile } from '../../people/study.ts';
import { parseManifest } from '../../release/manifest.ts';
import type { Settings } from '../../settings/settings-schema.ts';
import type { Disk } from '../../system/disk.ts';
import type { Recognition } from '../recognition.ts';

export interface GoldenParts {
  /** Where this release lies. */
  readonly directory: string;
  readonly disk: Pick<Disk, 'read'>;
  readonly recognition: Recognition;
  readonly settings: Settings['recognition'];
}

/** Of ten thousand pairs of two people one is nearer, by whichever recogniser: people are compared, not numbers. */
const nearMax = 0.5;

interface Seen {
  readonly person: string;
  readonly prepared: PreparedFace;
}

/** How many of the faces that this release carries it recognises. A checkout carries none. */
export async function recogniseGoldenFaces(parts: GoldenParts): Promise<{ expected: number; recognised: number }> {
  const { directory, disk, recognition, settings } = parts;
  const bytes = await disk.read(`${directory}/manifest.json`);
  const manifest = bytes === undefined ? undefined : parseManifest(bytes);
  if (manifest === undefined || typeof manifest === 'string') return { expected: 0, recognised: 0 };
  const { inference, pictures } = recognition;
  const { scoring = plainScoring } = inference;
  // They came with the release, which was verified.
  const ownPictures: typeof pictures = { ...pictures, decode: (file, lend) => pictures.decodeOwn(file, lend) };
  const seen: Seen[] = [];
  for (const { file, person } of manifest.goldenFaces) {
    const picture = await disk.read(`${directory}/${file}`);
    if (picture === undefined) continue;
    const studied = await studyFile({ inference, pictures: ownPictures, recognition: settings }, { bytes: picture });
    if (studied.outcome === 'studied') seen.push({ person, prepared: prepareFace(scoring, studied.vector) });
  }
  const recognised = seen.filter((face) => isRecognised(face, seen)).length;
  return { expected: manifest.goldenFaces.length, recognised };
}

/** Nearer to the other pictures of the same person than to anybody else's; somebody with one picture is nobody else. */
function isRecognised(face: Seen, all: readonly Seen[]): boolean {
  const nearest = (isSame: boolean): number =>
    Math.min(
      ...all
        .filter((other) => other !== face && (other.person === face.person) === isSame)
        .map((other) => apartness(face.prepared, other.prepared)),
    );
  const isAlone = !all.some((other) => other !== face && other.person === face.person);
  return isAlone ? nearest(false) > nearMax : nearest(true) <= nearMax && nearest(true) < nearest(false);
}
