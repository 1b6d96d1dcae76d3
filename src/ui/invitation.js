import { accessForm, nameField, newPasswordField } from './access-form.js';
import { ask } from './api.js';
import { isLetIn } from './caller.js';
import { codesScreen } from './claim.js';
import { button, element } from './element.js';

/**
 * Somebody came with a link that works once.
 * @param {string} secret
 * @returns {import('./access-form.js').Screen}
 */
export function invitationScreen(secret) {
  return (way) => {
    const act = async (/** @type {any} */ values) => {
      const accepted = await ask('/access/invitations/accept', { method: 'POST', json: { ...values, secret } });
      const codes = accepted?.recoveryCodes ?? [];
      if (codes.length > 0) way.to(codesScreen(codes));
      else way.done();
    };
    return {
      title: 'You are invited',
      content: [
        element('p', {}, 'Choose the name and the password that you will log in with.'),
        accessForm([nameField(), newPasswordField()], { text: 'Come in', act }),
        isLetIn() ? button({ text: 'Not now', kind: 'quiet' }, () => way.done()) : undefined,
      ],
    };
  };
}
