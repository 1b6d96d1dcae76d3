import { accessForm, codeField } from './access-form.js';
import { ask } from './api.js';
import { whoAsks } from './caller.js';
import { confirmHere } from './confirm-here.js';
import { secretLine } from './copy.js';
import { button, element } from './element.js';
import { attempt, notice } from './notice.js';
import { qrCode } from './qr-code.js';

/**
 * A code of the phone beside the password: to set up, or to take away. A title and what is under it.
 * @param {() => Promise<void>} again
 * @returns {[string, Node, Node]}
 */
export function secondFactor(again) {
  if (whoAsks().hasSecondFactor) return there(again);
  const place = element('div', { className: 'access-content' });
  const begin = button({ text: 'Set it up' }, () =>
    attempt(async () => place.replaceChildren(...(await confirming(again)))),
  );
  place.append(begin);
  const words = 'Beside the password, an app on your phone says a code that changes every half minute.';
  return ['Add a second factor', element('p', { className: 'hint' }, words), place];
}

/**
 * @param {() => Promise<void>} again
 * @returns {[string, Node, Node]}
 */
function there(again) {
  const words = { text: 'Take it away', question: 'Log in by the password alone?' };
  const remove = confirmHere(words, () =>
    attempt(async () => {
      await ask('/access/second-factor', { method: 'DELETE' });
      notice('Your password alone is asked for now.');
      await again();
    }),
  );
  return [
    'Your second factor',
    element('p', { className: 'hint' }, 'Your phone is asked for a code at log-in.'),
    remove,
  ];
}

/** @param {() => Promise<void>} again */
async function confirming(again) {
  const { secret, uri } = await ask('/access/second-factor', { method: 'POST' });
  const act = async (/** @type {any} */ values) => {
    await ask('/access/second-factor', { method: 'PUT', json: { code: values.secondFactor } });
    notice('From now on your phone is asked for a code.');
    await again();
  };
  return [
    element('p', {}, 'Let an authenticator app look at this, then type the code that it says.'),
    await qrCode(uri, 'The secret as a QR code'),
    secretLine('Or type this into the app', secret),
    accessForm([codeField(false)], { text: 'Confirm', act }),
  ];
}
