import { accessForm } from './access-form.js';
import { accessRow, accessSection, folded } from './access-section.js';
import { ask } from './api.js';
import { confirmHere } from './confirm-here.js';
import { secretLine } from './copy.js';
import { button, element } from './element.js';
import { attempt, notice } from './notice.js';
import { agoOf, untilOf } from './words.js';

const scopes = [
  ['read-metrics', 'Read metrics'],
  ['read-visits', 'Read visits and pictures'],
  ['ring', 'Ring'],
  ['push-pictures', 'Send pictures of a camera'],
  ['manage-releases', 'Manage releases'],
  ['everything', 'Everything'],
];
const lifetimes = [
  ['30', 'A month'],
  ['365', 'A year'],
  ['1825', 'Five years'],
];

/** Keys for programs. */
export function tokenSection() {
  return accessSection('Programs', async (again) => {
    const { tokens } = await ask('/access/tokens');
    const rows = tokens.map((/** @type {any} */ token) => row(token, again));
    return [
      rows.length === 0
        ? element('p', { className: 'hint' }, 'A token lets a program in: Prometheus, Home Assistant, a script.')
        : element('ul', { className: 'access-list' }, ...rows),
      folded('Make a token', making(again)),
    ];
  });
}

/**
 * @param {any} token
 * @param {() => Promise<void>} again
 */
function row(token, again) {
  const may = token.scopes.map((/** @type {string} */ scope) => scopeWord(scope)).join(', ');
  const used = token.seenMs === null ? 'never used' : `used ${agoOf(token.seenMs)}`;
  const remove = confirmHere({ text: 'Remove', question: 'Lock this program out?' }, () =>
    attempt(async () => {
      await ask(`/access/tokens/${token.id}`, { method: 'DELETE' });
      notice(`The token of ${token.name} is void.`);
      await again();
    }),
  );
  return accessRow({ name: token.name, facts: [may, used, untilOf(token.expiresMs)] }, remove);
}

/** @param {string} scope */
function scopeWord(scope) {
  return scopes.find(([one]) => one === scope)?.[1] ?? scope;
}

/** @param {() => Promise<void>} again */
function making(again) {
  const boxes = scopes.map(([value, text]) => {
    const box = element('input', { type: 'checkbox', value });
    return { box, label: element('label', { className: 'tick' }, box, text) };
  });
  const days = element('select', {}, ...lifetimes.map(([value, text]) => element('option', { value }, text)));
  days.value = '365';
  const act = async (/** @type {any} */ { name }) => {
    const chosen = boxes.filter(({ box }) => box.checked === true).map(({ box }) => box.value);
    if (chosen.length === 0) throw new Error('Choose what it may do.');
    const json = { name, scopes: chosen, expiresInDays: Number(days.value) };
    const { token } = await ask('/access/tokens', { method: 'POST', json });
    form.replaceWith(
      element('p', {}, 'Give this to the program. It is not shown again.'),
      secretLine('Token', token),
      button({ text: 'Done', kind: 'primary' }, again),
    );
  };
  const of = { autocomplete: 'off', maxLength: 64, placeholder: 'Prometheus' };
  const form = accessForm([{ name: 'name', label: 'What is it for?', of }], { text: 'Make it', act });
  const choices = element(
    'fieldset',
    { className: 'ticks' },
    element('legend', {}, 'It may'),
    ...boxes.map(({ label }) => label),
  );
  form.firstElementChild.after(choices, element('label', {}, element('span', {}, 'It works for'), days));
  return form;
}
