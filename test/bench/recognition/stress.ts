import type { Embedding } from '../../../src/system/inference.ts';
import type { SeededRandom } from '../../fakes/seeded-random.ts';
import type { Eye, Seen } from './eye.ts';
import { BenchHousehold, type Named } from './household.ts';
import { shuffled, teachable } from './open-set.ts';
import { pixelsOf, sceneMiddle, sceneOf, type Scene } from './scene.ts';
import type { StressKind } from './stress-kinds.ts';
import { byPerson, type Sample, type Survey } from './survey.ts';

/** One face under one kind of stress. */
export interface StressLook {
  readonly kind: string;
  /** Undefined when the face is not found. */
  readonly seen: Seen | undefined;
  /** The door's answer, and the one that it would give without its gate. */
  readonly named: Named;
  readonly ungated: Named;
  /** The answers of a household in which the person does not live. */
  readonly stranger: Named;
  readonly strangerUngated: Named;
  readonly personId: string;
}

export const sourceWidthPxMin = 100;
const sourceYawDegMax = 25;
const householdMax = 20;
const referencesMax = 3;

export interface Measuring {
  readonly eye: Eye;
  readonly found: Survey;
  readonly random: SeededRandom;
}

/**
 * Faces that are good as they are, at most `sourcesMax`, under every kind of stress, before a household of at most twenty
 * people whose references are other pictures.
 */
export async function measureStress(
  { eye, found, random }: Measuring,
  { kinds, sourcesMax }: { readonly kinds: readonly StressKind[]; readonly sourcesMax: number },
  tell: (done: number) => void,
): Promise<readonly StressLook[]> {
  const looks: StressLook[] = [];
  for (const source of sourcesOf(found, random, isSource).slice(0, sourcesMax)) {
    const { seen } = source.sample;
    const picture = await eye.read(source.sample.file);
    if (picture === undefined || seen === undefined) continue;
    const households = householdsOf(eye, source);
    const scenes = new Map<number, Scene>();
    for (const { name, widthPx, make } of kinds) {
      const scene = scenes.get(widthPx) ?? (await sceneOf(picture, seen.face, widthPx));
      scenes.set(widthPx, scene);
      looks.push(households.lookOf(name, inTheMiddle(await eye.look(pixelsOf(await make(scene))), widthPx)));
      tell(looks.length);
    }
  }
  return looks;
}

/** Every given face as it is, turned away and far away too, before such households. */
export function measureAsTheyAre({ eye, found, random }: Measuring): readonly StressLook[] {
  return sourcesOf(found, random, () => true).map((source) =>
    householdsOf(eye, source).lookOf('as it is', source.sample.seen),
  );
}

/** A household in which the person of the source lives, and the same without him. */
function householdsOf(
  eye: Eye,
  { sample, enrolled }: Source,
): { readonly lookOf: (kind: string, seen: Seen | undefined) => StressLook } {
  const personId = sample.person.name;
  const household = new BenchHousehold(eye, enrolled);
  const others = new BenchHousehold(eye, new Map([...enrolled].filter(([id]) => id !== personId)));
  return {
    lookOf: (kind, seen) => ({
      kind,
      seen,
      personId,
      named: household.nameOf(seen),
      ungated: household.nameOf(seen, true),
      stranger: others.nameOf(seen),
      strangerUngated: others.nameOf(seen, true),
    }),
  };
}

/** Another face of the picture is none that was looked for. */
function inTheMiddle(seen: Seen | undefined, widthPx: number): Seen | undefined {
  if (seen === undefined) return undefined;
  const { x, y, width, height } = seen.face.box;
  const away = Math.hypot(x + width / 2 - sceneMiddle.x, y + height / 2 - sceneMiddle.y);
  return away <= widthPx / 2 ? seen : undefined;
}

interface Source {
  readonly sample: Sample;
  readonly enrolled: ReadonlyMap<string, readonly Embedding[]>;
}

function sourcesOf(found: Survey, random: SeededRandom, isAsked: (sample: Sample) => boolean): readonly Source[] {
  const everybody = byPerson(found.samples);
  const members = shuffled([...everybody], random).filter(([, samples]) => teachable(samples).length > 0);
  const sources: Source[] = [];
  for (const [person, samples] of members) {
    const wide = samples.filter(isAsked).toSorted((a, b) => widthOf(b) - widthOf(a));
    for (const sample of wide) {
      const home = [[person, samples] as const, ...members.filter(([other]) => other !== person)].slice(
        0,
        householdMax,
      );
      const enrolled = new Map(
        home.map(([{ name }, some]) => [
          name,
          teachable(some)
            .filter((one) => one.sample !== sample)
            .slice(0, referencesMax)
            .map(({ embedding }) => embedding),
        ]),
      );
      if ((enrolled.get(person.name) ?? []).length > 0) sources.push({ sample, enrolled });
    }
  }
  return shuffled(sources, random);
}

function isSource({ seen }: Sample): boolean {
  if (seen === undefined) return false;
  const { widthPx, yawDeg } = seen.face.quality;
  return widthPx >= sourceWidthPxMin && Math.abs(yawDeg) <= sourceYawDegMax;
}

function widthOf({ seen }: Sample): number {
  return seen?.face.quality.widthPx ?? 0;
}
