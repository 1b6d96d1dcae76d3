import { Problem } from './api.js';
import { element } from './element.js';

/**
 * @typedef {{ name: string, label: string, hint?: string, isLater?: boolean, of?: Record<string, unknown> }} Field one line of
 *   a form; `isLater`: shown only once it is asked for; `of`: properties of its input
 */

/**
 * @typedef {{ to(screen: Screen): void, done(): void }} Way where a screen of the gate may lead
 * @typedef {(way: Way) => { title: string, content: (Node | string | undefined)[] }} Screen
 */

export const passwordLengthMin = 12;
const secondMs = 1000;

/**
 * A name that somebody logs in with.
 * @param {string} [value]
 * @returns {Field}
 */
export function nameField(value = '') {
  const of = { value, autocomplete: 'username', autocapitalize: 'none', spellcheck: false, maxLength: 60 };
  return { name: 'name', label: 'Your name', of };
}

/**
 * Whose password it is: not shown, and not sent. Password keepers want to know.
 * @param {string | null} name
 * @returns {Field}
 */
export function ownerField(name) {
  return { name: 'owner', label: 'Your name', isLater: true, of: { value: name ?? '', autocomplete: 'username' } };
}

/**
 * A password that somebody has.
 * @param {string} [label]
 * @returns {Field}
 */
export function passwordField(label = 'Password') {
  return { name: 'password', label, of: { type: 'password', autocomplete: 'current-password', maxLength: 1024 } };
}

/**
 * A password that somebody thinks of.
 * @param {string} [label]
 * @returns {Field}
 */
export function newPasswordField(label = 'A password') {
  const hint = `At least ${passwordLengthMin} characters. A few words are good.`;
  const of = { type: 'password', autocomplete: 'new-password', minLength: passwordLengthMin, maxLength: 1024 };
  return { name: 'password', label, hint, of };
}

/**
 * @param {boolean} isLater
 * @returns {Field}
 */
export function codeField(isLater) {
  const of = { autocomplete: 'one-time-code', inputMode: 'numeric', maxLength: 12, spellcheck: false };
  return { name: 'secondFactor', label: 'The code from your phone', isLater, of };
}

/**
 * A form that does one thing and says why not, in its own words where it has some.
 * @param {Field[]} fields
 * @param {{ text: string, kind?: string, act: (values: any) => Promise<unknown> }} wish
 */
export function accessForm(fields, { text, kind = 'primary', act }) {
  const lines = fields.map(line);
  const why = element('p', { className: 'refusal', role: 'alert', hidden: true });
  const send = element('button', { type: 'submit', className: `button ${kind}` }, text);
  const say = (/** @type {string} */ words) => {
    why.textContent = words;
    why.hidden = words === '';
  };
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    if (send.disabled === true) return;
    send.disabled = true;
    say('');
    try {
      const shown = lines.filter(({ label }) => label.hidden !== true);
      await act(Object.fromEntries(shown.map(({ field, input }) => [field.name, input.value])));
      send.disabled = false;
    } catch (error) {
      refuse(error instanceof Error ? error : new Error('cannot do this'));
    }
  };
  const refuse = (/** @type {Error} */ error) => {
    const later = lines.find(({ field }) => field.name === 'secondFactor');
    if (error instanceof Problem && error.code === 'second-factor-needed' && later?.label.hidden === true) {
      later.label.hidden = false;
      later.input.required = true;
      later.input.focus();
    } else say(error.message);
    hold(send, { text, seconds: error instanceof Problem ? error.retryAfterS : 0 });
  };
  return element('form', { className: 'access-form', onsubmit: submit }, ...lines.map(({ label }) => label), why, send);
}

/** @param {Field} field */
function line(field) {
  const input = element('input', { name: field.name, required: field.isLater !== true, ...field.of });
  const hint = field.hint === undefined ? undefined : element('small', { className: 'hint' }, field.hint);
  const box = input.type === 'password' ? element('span', { className: 'secret' }, input, eye(input)) : input;
  const name = element('span', { className: 'label' }, field.label);
  const label = element('label', { hidden: field.isLater === true }, name, box, hint);
  return { field, input, label };
}

/**
 * Shows what is typed, and hides it again.
 * @param {any} input
 */
function eye(input) {
  const show = element('button', { type: 'button', className: 'button quiet', 'aria-pressed': 'false' }, 'Show');
  show.addEventListener('click', () => {
    const isHidden = input.type === 'password';
    input.type = isHidden ? 'text' : 'password';
    show.setAttribute('aria-pressed', String(isHidden));
  });
  show.setAttribute('aria-label', 'Show the password');
  return show;
}

/**
 * Nobody presses in vain: a doorbell that wants to be left alone for some seconds says for how long.
 * @param {any} send
 * @param {{ text: string, seconds: number }} wait
 */
function hold(send, { text, seconds }) {
  send.disabled = seconds > 0;
  send.textContent = seconds > 0 ? `Again in ${seconds} s` : text;
  if (seconds > 0 && send.isConnected === true) setTimeout(() => hold(send, { text, seconds: seconds - 1 }), secondMs);
}
