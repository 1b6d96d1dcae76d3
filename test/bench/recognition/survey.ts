import type { Eye, Reference, Seen } from './eye.ts';
import type { GivenFaces, GivenPerson } from './faces-given.ts';

/** A given picture, as the door and as enrolment see it. */
export interface Sample {
  readonly person: GivenPerson;
  readonly file: string;
  /** Undefined when no face is found. */
  readonly seen: Seen | undefined;
  readonly reference: Reference;
}

export interface Survey {
  /** Of people who can be enrolled and looked at. */
  readonly samples: readonly Sample[];
  /** Of strangers, who never are enrolled. */
  readonly strangers: readonly Sample[];
}

/** Looks at every picture once. */
export async function survey(eye: Eye, given: GivenFaces, tell: (done: number) => void): Promise<Survey> {
  let done = 0;
  const look = async (people: readonly GivenPerson[]): Promise<readonly Sample[]> => {
    const samples: Sample[] = [];
    for (const person of people)
      for (const file of person.pictures) {
        const picture = await eye.read(file);
        if (picture !== undefined)
          samples.push({ person, file, seen: await eye.look(picture), reference: await eye.study(picture) });
        tell((done += 1));
      }
    return samples;
  };
  return { samples: await look(given.people), strangers: await look(given.strangers) };
}

/** Samples by their people. */
export function byPerson(samples: readonly Sample[]): ReadonlyMap<GivenPerson, readonly Sample[]> {
  return Map.groupBy(samples, ({ person }) => person);
}
