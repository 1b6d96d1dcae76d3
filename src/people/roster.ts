import { refusal, type MergeRequest, type PersonRequest, type PersonResult, type RenameRequest, type RulesRequest } from './acts.ts'; // prettier-ignore
import { ownerOf } from './gallery.ts';
import type { HouseholdParts } from './household-parts.ts';
import { freeName } from './name.ts';
import { standalonePerson } from './teach.ts';

type RosterParts = Pick<HouseholdParts, 'store' | 'gallery'>;

export async function rename(parts: RosterParts, { personId, name }: RenameRequest): Promise<PersonResult> {
  const found = standalonePerson(parts, personId);
  if (found.outcome === 'refused') return found;
  const free = freeName(name, parts.store.read.people(), personId);
  if (free.outcome === 'refused') return free;
  await parts.store.write('renamePerson', { personId, name: free.name });
  return changed(parts, personId);
}

export async function setRules(parts: RosterParts, request: RulesRequest): Promise<PersonResult> {
  const { personId, standing, notify } = request;
  const found = standalonePerson(parts, personId);
  if (found.outcome === 'refused') return found;
  await parts.store.write('setPersonRules', { personId, standing, notify });
  return changed(parts, personId);
}

/** From now on the person counts as the other one. Faces and visits keep whose they were, so that it can be undone. */
export async function merge(parts: RosterParts, { personId, into }: MergeRequest): Promise<PersonResult> {
  const found = standalonePerson(parts, personId);
  if (found.outcome === 'refused') return found;
  const people = new Map(parts.store.read.people().map((person) => [person.id, person]));
  const owner = ownerOf(people, into);
  if (owner === undefined)
    return refusal('no-such-person', `cannot find person ${into}: it was removed, or never enrolled`);
  if (owner.id === personId)
    return refusal('same-person', `cannot merge ${found.person.name} into itself: choose another person`);
  await parts.store.write('mergePerson', { personId, into: owner.id });
  return changed(parts, owner.id);
}

export async function unmerge(parts: RosterParts, { personId }: PersonRequest): Promise<PersonResult> {
  const person = parts.store.read.person(personId);
  if (person === undefined)
    return refusal('no-such-person', `cannot find person ${personId}: it was removed, or never enrolled`);
  if (person.mergedInto === undefined)
    return refusal('not-merged', `cannot un-merge ${person.name}: it is not merged into anybody`);
  await parts.store.write('unmergePerson', { personId });
  return changed(parts, personId);
}

function changed({ store, gallery }: RosterParts, personId: string): PersonResult {
  gallery.refreshPeople();
  const person = store.read.person(personId);
  if (person === undefined)
    return refusal('no-such-person', `cannot find person ${personId}: it was removed meanwhile`);
  return { outcome: 'done', person };
}
