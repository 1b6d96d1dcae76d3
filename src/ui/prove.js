import { accessForm, codeField, ownerField, passwordField } from './access-form.js';
import { ask } from './api.js';
import { whoAsks } from './caller.js';
import { button, byId, element } from './element.js';

/** @type {{ asked: Promise<boolean> | undefined }} */
const proof = { asked: undefined };

/** Asks for the password once more, before something that could do harm. False: thought better of it. */
export function prove() {
  proof.asked ??= askForProof().finally(() => (proof.asked = undefined));
  return proof.asked;
}

/** @returns {Promise<boolean>} */
function askForProof() {
  const dialog = byId('proof');
  return new Promise((resolve) => {
    const state = { isProved: false };
    const act = async (/** @type {any} */ values) => {
      await ask('/access/prove', { method: 'POST', json: values });
      state.isProved = true;
      dialog.close();
    };
    const { name, hasSecondFactor } = whoAsks();
    const fields = [ownerField(name), passwordField('Your password'), codeField(!hasSecondFactor)];
    dialog.replaceChildren(
      element(
        'div',
        { className: 'gate-sheet' },
        element('h2', { id: 'proof-title' }, 'Is it you?'),
        element('p', {}, 'This could do harm. Please say your password once more.'),
        accessForm(fields, { text: 'Go on', act }),
        button({ text: 'Leave it', kind: 'quiet' }, () => dialog.close()),
      ),
    );
    dialog.onclose = () => {
      dialog.replaceChildren();
      resolve(state.isProved);
    };
    dialog.showModal();
    dialog.querySelector('[type=password]').focus();
  });
}
