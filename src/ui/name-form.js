import { ask, Problem } from './api.js';
import { button, element } from './element.js';
import { attempt, notice, undoableNotice } from './notice.js';

/**
 * Renames a person. A name that somebody else has may mean that the two are one: then they can be merged here.
 * @param {any} person
 * @param {(personId: string) => Promise<void>} open shows a person anew
 */
export function nameForm(person, open) {
  const input = element('input', { value: person.name, required: true, maxLength: 500, autocomplete: 'off' });
  const why = element('div', { className: 'why', role: 'alert' });
  const rename = async () => {
    try {
      await ask(`/people/${person.id}`, { method: 'PATCH', json: { name: input.value } });
      notice('Saved.');
      await open(person.id);
    } catch (error) {
      why.replaceChildren(...(await clash(error)));
    }
  };
  const clash = async (/** @type {unknown} */ error) => {
    const line = element('p', { className: 'refusal' }, error instanceof Error ? error.message : 'cannot rename');
    if (!(error instanceof Problem) || error.code !== 'name-taken') return [line];
    const { people } = await ask(`/people?name=${encodeURIComponent(input.value)}`);
    const other = people.find((/** @type {any} */ one) => one.mergedInto === null && one.id !== person.id);
    return other === undefined ? [line] : [line, mergeButton(person, other, open)];
  };
  const onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    void attempt(rename);
  };
  const save = element('button', { type: 'submit', className: 'button' }, 'Rename');
  return element(
    'form',
    { className: 'who', onsubmit },
    element('label', {}, element('span', {}, 'Name'), input),
    save,
    why,
  );
}

/**
 * @param {any} person
 * @param {any} other
 * @param {(personId: string) => Promise<void>} open
 */
function mergeButton(person, other, open) {
  return button({ text: `They are one person: merge into ${other.name}` }, () =>
    attempt(async () => {
      await ask(`/people/${person.id}/merge`, { method: 'POST', json: { into: other.id } });
      undoableNotice(`${person.name} counts as ${other.name} now.`, async () => {
        await ask(`/people/${person.id}/unmerge`, { method: 'POST' });
        await open(person.id);
      });
      await open(other.id);
    }),
  );
}
