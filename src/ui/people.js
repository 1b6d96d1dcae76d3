import { ask } from './api.js';
import { may } from './caller.js';
import { byId, element, icon, portrait } from './element.js';
import { openPerson } from './person-dialog.js';
import { counted } from './words.js';

const searchFrom = 12;
/** @type {Record<string, string>} */
const standingWords = { watched: 'Watched', ignored: 'Ignored' };

/**
 * The household.
 * @param {() => void} changed
 */
export function peopleList(changed) {
  const load = async () => {
    const search = byId('people-search').value.trim();
    const query = search === '' ? '' : `&search=${encodeURIComponent(search)}`;
    const { people, total } = await ask(`/people?limit=100${query}`);
    const shown = people.filter((/** @type {any} */ person) => person.mergedInto === null);
    byId('people-search-label').hidden = search === '' && total < searchFrom;
    byId('people').replaceChildren(
      ...(shown.length === 0 ? [nobody(search)] : shown.map((/** @type {any} */ person) => card(person, changed))),
    );
  };
  byId('people-search').addEventListener('input', () => void load().catch(() => undefined));
  return { load };
}

/**
 * @param {any} person
 * @param {() => void} changed
 */
function card(person, changed) {
  const standing = standingWords[person.standing];
  return element(
    'li',
    {},
    element(
      'button',
      { type: 'button', className: 'person', onclick: () => openPerson(person.id, changed) },
      portrait(person.picture, person.name),
      element('strong', {}, person.name),
      standing === undefined
        ? element('span', {}, counted(person.referenceFaces, 'face'))
        : element('span', { className: `tag ${person.standing}` }, standing),
    ),
  );
}

/** @param {string} search */
function nobody(search) {
  if (search !== '') return element('li', { className: 'empty' }, `Nobody is called “${search}”.`);
  return element(
    'li',
    { className: 'empty' },
    icon('person'),
    element('strong', {}, 'Nobody is enrolled yet'),
    may('manage-people')
      ? element('p', {}, 'Stand at the camera and press Enrol, or name a stranger: then the bell says who it is.')
      : undefined,
  );
}
