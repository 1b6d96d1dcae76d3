import { ask } from './api.js';
import { element } from './element.js';
import { attempt } from './notice.js';

/**
 * Asks who somebody is: a name typed or chosen. A name of the household means that person, any other a new one.
 * @param {string} question
 * @param {(who: { name: string } | { personId: string }) => Promise<void>} answer
 */
export function whoForm(question, answer) {
  const listId = `names-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const input = element('input', {
    name: 'name',
    required: true,
    maxLength: 500,
    autocomplete: 'off',
    list: listId,
    placeholder: 'Name',
  });
  const names = element('datalist', { id: listId });
  void attempt(async () => {
    const { people } = await ask('/people?limit=500');
    const known = people.filter((/** @type {any} */ person) => person.mergedInto === null);
    names.replaceChildren(...known.map((/** @type {any} */ person) => element('option', { value: person.name })));
  });
  const send = element('button', { type: 'submit', className: 'button primary' }, 'Save');
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    send.disabled = true;
    const name = input.value.trim();
    await attempt(async () => {
      const { people } = await ask(`/people?name=${encodeURIComponent(name)}`);
      await answer(people.length === 0 ? { name } : { personId: people[0].mergedInto ?? people[0].id });
    });
    send.disabled = false;
  };
  return element(
    'form',
    { className: 'who', onsubmit: submit },
    element('label', {}, element('span', {}, question), input),
    names,
    send,
  );
}
