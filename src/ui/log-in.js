import { accessForm, codeField, nameField, newPasswordField, passwordField } from './access-form.js';
import { ask } from './api.js';
import { isLetIn, learnCaller, whoAsked } from './caller.js';
import { button, element } from './element.js';

/**
 * @param {{ name?: string, words?: string }} [known]
 * @returns {import('./access-form.js').Screen}
 */
export function logInScreen({ name = whoAsked(), words } = {}) {
  return (way) => {
    const act = async (/** @type {any} */ values) => {
      await ask('/access/log-in', { method: 'POST', json: values });
      way.done();
    };
    return {
      title: 'Who is there?',
      content: [
        words === undefined ? undefined : element('p', { role: 'status' }, words),
        accessForm([nameField(name), passwordField(), codeField(true)], { text: 'Log in', act }),
        button({ text: 'I cannot log in any more', kind: 'quiet' }, () => way.to(recoverScreen(name))),
      ],
    };
  };
}

/**
 * @param {string} name
 * @returns {import('./access-form.js').Screen}
 */
function recoverScreen(name) {
  return (way) => {
    const of = { autocomplete: 'off', autocapitalize: 'characters', spellcheck: false, maxLength: 64 };
    const code = { name: 'recoveryCode', label: 'One of your recovery codes', of };
    const act = async (/** @type {any} */ values) => {
      await ask('/access/recover', { method: 'POST', json: values });
      await learnCaller();
      if (isLetIn()) way.done();
      else way.to(logInScreen({ name: values.name, words: 'Your new password is set. Log in with it.' }));
    };
    const back = () => way.to(logInScreen({ name }));
    return {
      title: 'Come in with a code',
      content: [
        element('p', {}, 'You were given ten codes to keep. Each works once, and takes your second factor away.'),
        accessForm([nameField(name), code, newPasswordField('A new password')], { text: 'Set the password', act }),
        element('p', { className: 'hint' }, 'No code either? An administrator can invite you again.'),
        button({ text: 'Back', kind: 'quiet' }, back),
      ],
    };
  };
}
