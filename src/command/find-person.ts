import { didYouMean } from '../settings/nearest.ts';
import { peopleAnswer, personAnswer, type PersonAnswer } from './answers.ts';
import type { ApiClient, ApiResult } from './api-client.ts';
import { idAmong, mayBeginId, shortIds } from './find-id.ts';
import { plain } from './text.ts';

const peoplePageMax = 500;
/** Longer than any name, in whatever form it is typed; and what an address can hold. */
const nameCharactersMax = 1200;

type Found = ApiResult<PersonAnswer>;

/** The person of a name, of an id or of its beginning; a name that two bear is refused with their ids. */
export async function findPerson(client: ApiClient, text: string): Promise<Found> {
  const named = await peopleNamed(client, text);
  if (named.outcome !== 'answered') return named;
  const [person, ...others] = named.body;
  if (person !== undefined && others.length === 0) return { outcome: 'answered', body: person };
  if (person !== undefined) {
    const ids = named.body.map(({ id }) => id);
    const shown = ids.map(shortIds(ids)).join(', ');
    return refusedWith(`cannot tell which ${JSON.stringify(plain(text))} is meant: use one of the ids ${shown}`);
  }
  const everybody = await client.ask({ method: 'GET', path: `/api/v1/people?limit=${peoplePageMax}` }, peopleAnswer);
  if (everybody.outcome !== 'answered') return everybody;
  return withId(client, text, everybody.body.people);
}

async function withId(client: ApiClient, text: string, people: readonly PersonAnswer[]): Promise<Found> {
  const ids = people.map(({ id }) => id);
  const found = mayBeginPersonId(text) ? idAmong(ids, text, { thing: 'person', list: 'doorward people' }) : undefined;
  const person = people.find(({ id }) => found?.outcome === 'answered' && id === found.body);
  if (person !== undefined) return { outcome: 'answered', body: person };
  if (found?.outcome === 'refused' && ids.some((id) => id.startsWith(text))) return found;
  if (people.length >= peoplePageMax && mayBeginPersonId(text)) {
    const known = await client.ask({ method: 'GET', path: `/api/v1/people/${text}` }, personAnswer);
    if (known.outcome !== 'refused' || known.status !== 404) return known;
  }
  const names = people.map(({ name }) => plain(name));
  const meant = didYouMean(text, names);
  return refusedWith(
    `cannot find ${JSON.stringify(plain(text))} in the household${meant === '' ? ': see doorward people list' : meant}`,
  );
}

/** "Ada" and "Bea" are names, not beginnings of an id, though nobody here may bear them: nobody else is meant. */
function mayBeginPersonId(text: string): boolean {
  return mayBeginId(text) && /\d/.test(text);
}

/** Everybody of exactly this name; what counts as the same is for the household to say. */
export async function peopleNamed(client: ApiClient, name: string): Promise<ApiResult<readonly PersonAnswer[]>> {
  if (name.length > nameCharactersMax) return { outcome: 'answered', body: [] };
  const path = `/api/v1/people?limit=${peoplePageMax}&name=${encodeURIComponent(name.toWellFormed())}`;
  const answer = await client.ask({ method: 'GET', path }, peopleAnswer);
  return answer.outcome === 'answered' ? { outcome: 'answered', body: answer.body.people } : answer;
}

function refusedWith(message: string): Found {
  return { outcome: 'refused', status: 404, message };
}
