import { accessForm, nameField, newPasswordField } from './access-form.js';
import { ask } from './api.js';
import { isLetIn } from './caller.js';
import { fingerprintLine } from './certificate.js';
import { button, element } from './element.js';
import { recoveryCodes } from './recovery-codes.js';

/**
 * The first one to come, with the code that only whoever holds the device can see, becomes its administrator.
 * @param {string} code as it was brought along, or empty
 * @returns {import('./access-form.js').Screen}
 */
export function claimScreen(code) {
  return (way) => {
    const of = { value: code, autocomplete: 'off', autocapitalize: 'characters', spellcheck: false, maxLength: 20 };
    const hint = 'On the terminal and in the log of the device, or by “doorward access” there.';
    const fields = [{ name: 'code', label: 'Code', hint, of }, nameField(), newPasswordField()];
    const act = async (/** @type {any} */ values) => {
      const claimed = await ask('/access/claim', { method: 'POST', json: values });
      way.to(codesScreen(claimed.recoveryCodes));
    };
    return {
      title: 'Make this doorbell yours',
      content: [
        element('p', {}, 'Nobody has claimed it yet. Whoever does decides who may look in.'),
        accessForm(fields, { text: 'Claim it', act }),
        fingerprintLine(),
        isLetIn() ? button({ text: 'Not now', kind: 'quiet' }, () => way.done()) : undefined,
      ],
    };
  };
}

/**
 * @param {string[]} codes
 * @returns {import('./access-form.js').Screen}
 */
export function codesScreen(codes) {
  return (way) => ({ title: 'Keep these codes', content: recoveryCodes(codes, () => way.done()) });
}
