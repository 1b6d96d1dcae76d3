import type { ApiClient, ApiResult } from './api-client.ts';
import { strangersAnswer, visitsAnswer } from './answers.ts';
import { plain } from './text.ts';

/** Of a UUID: up to its first dash. */
const shortCharacters = 8;
/** Fewer are no beginning of an id, as with git. */
const beginningCharactersMin = 4;
const idPattern = /^[A-Za-z0-9_-]{1,64}$/;
/** How many of the ids that a beginning fits are named. */
const namedMax = 5;

export const strangersMax = 200;

/** Ids as rows show them: their beginnings, as long as it takes to tell these from each other. */
export function shortIds(ids: readonly string[]): (id: string) => string {
  let characters = shortCharacters;
  const longest = Math.max(0, ...ids.map((id) => id.length));
  while (characters < longest && new Set(ids.map((id) => id.slice(0, characters))).size < new Set(ids).size)
    characters += 1;
  return (id) => id.slice(0, characters);
}

/** Whether the text may be an id, or the beginning of one. */
export function mayBeginId(text: string): boolean {
  return text.length >= beginningCharactersMin && idPattern.test(text);
}

export type IdFound = ApiResult<string>;

/** The one of these ids that is or begins with the text. `thing`: "visit"; `list`: where they are listed. */
export function idAmong(
  ids: readonly string[],
  text: string,
  { thing, list }: { readonly thing: string; readonly list: string },
): IdFound {
  const found = ids.includes(text) ? [text] : ids.filter((id) => mayBeginId(text) && id.startsWith(text.toLowerCase()));
  const [id] = found;
  if (id !== undefined && found.length === 1) return { outcome: 'answered', body: id };
  const named = found.slice(0, namedMax).map(shortIds(found)).join(', ');
  const message =
    id === undefined
      ? `cannot find ${thing} ${JSON.stringify(plain(text))}: see ${list}`
      : `cannot tell which ${thing} ${JSON.stringify(plain(text))} is meant: ${named}${found.length > namedMax ? ' …' : ''}`;
  return { outcome: 'refused', status: 404, message };
}

/** The visit whose id is or begins with the text. */
export async function findVisit(client: ApiClient, text: string): Promise<IdFound> {
  const words = { thing: 'visit', list: 'doorward visits' };
  if (!idPattern.test(text)) return idAmong([], text, words);
  const path = `/api/v1/visits?limit=${namedMax + 1}&id=${text.toLowerCase()}`;
  const answer = await client.ask({ method: 'GET', path }, visitsAnswer);
  // An appliance of an earlier release does not know that question: it is asked for the whole id.
  if (answer.outcome === 'refused' && answer.status === 400) return { outcome: 'answered', body: text };
  if (answer.outcome !== 'answered') return answer;
  return idAmong(answer.body.visits.map(({ id }) => id), text, words); // prettier-ignore
}

/** The stranger whose id is or begins with the text. */
export async function findStranger(client: ApiClient, text: string): Promise<IdFound> {
  const answer = await client.ask({ method: 'GET', path: `/api/v1/strangers?limit=${strangersMax}` }, strangersAnswer);
  if (answer.outcome !== 'answered') return answer;
  const ids = answer.body.strangers.map(({ id }) => id);
  return idAmong(ids, text, { thing: 'stranger', list: 'doorward strangers' });
}
