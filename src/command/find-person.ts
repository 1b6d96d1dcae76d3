import { didYouMean } from '../settings/nearest.ts';
import { peopleAnswer, personAnswer, type PersonAnswer } from './answers.ts';
import type { ApiClient, ApiResult } from './api-client.ts';
import { plain } from './text.ts';

const peoplePageMax = 500;
const searchCharactersMax = 200;
const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

type Found = ApiResult<PersonAnswer>;

/** The person of an id or of a name; a name that two bear is refused with their ids. */
export async function findPerson(client: ApiClient, text: string): Promise<Found> {
  const named = await peopleNamed(client, text);
  if (named.outcome !== 'answered') return named;
  const [person, ...others] = named.body;
  if (person !== undefined && others.length === 0) return { outcome: 'answered', body: person };
  if (person !== undefined) {
    const ids = named.body.map(({ id }) => id).join(', ');
    return refusedWith(`cannot tell which ${JSON.stringify(plain(text))} is meant: use one of the ids ${ids}`);
  }
  const known = idPattern.test(text)
    ? await client.ask({ method: 'GET', path: `/api/v1/people/${text}` }, personAnswer)
    : undefined;
  if (known !== undefined && (known.outcome !== 'refused' || known.status !== 404)) return known;
  return suggestion(client, text);
}

/** Everybody of exactly this name, whatever its case. */
export async function peopleNamed(client: ApiClient, name: string): Promise<ApiResult<readonly PersonAnswer[]>> {
  const wanted = folded(name);
  const search = encodeURIComponent(name.trim().slice(0, searchCharactersMax));
  const answer = await client.ask(
    { method: 'GET', path: `/api/v1/people?limit=${peoplePageMax}&search=${search}` },
    peopleAnswer,
  );
  if (answer.outcome !== 'answered') return answer;
  return { outcome: 'answered', body: answer.body.people.filter((person) => folded(person.name) === wanted) };
}

async function suggestion(client: ApiClient, text: string): Promise<Found> {
  const everybody = await client.ask({ method: 'GET', path: `/api/v1/people?limit=${peoplePageMax}` }, peopleAnswer);
  if (everybody.outcome !== 'answered') return everybody;
  const meant = didYouMean(
    text,
    everybody.body.people.map(({ name }) => plain(name)),
  );
  return refusedWith(
    `cannot find ${JSON.stringify(plain(text))} in the household${meant === '' ? ': see doorward people list' : meant}`,
  );
}

function folded(name: string): string {
  return name.normalize('NFC').trim().toLocaleLowerCase();
}

function refusedWith(message: string): Found {
  return { outcome: 'refused', status: 404, message };
}
