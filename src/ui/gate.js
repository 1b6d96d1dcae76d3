import { callerSign, isLetIn, learnCaller, whoAsks } from './caller.js';
import { claimScreen } from './claim.js';
import { byId, element } from './element.js';
import { invitationScreen } from './invitation.js';
import { logInScreen } from './log-in.js';

/** @type {{ letting: Promise<boolean> | undefined, sign: string }} */
const gate = { letting: undefined, sign: '' };

/**
 * Lets nobody by who has not claimed, logged in or been invited. Everybody who asks meanwhile waits for the same answer. A
 * page that must look different for whoever has come in begins anew.
 */
export function letIn() {
  gate.letting ??= stand().finally(() => (gate.letting = undefined));
  return gate.letting;
}

async function stand() {
  await learnCaller();
  const brought = takeFragment();
  for (let screen = screenFor(brought); screen !== undefined; screen = isLetIn() ? undefined : notKept()) {
    await pass(screen);
    await learnCaller();
  }
  if (gate.sign !== '' && gate.sign !== callerSign()) {
    location.reload();
    await new Promise(() => {});
  }
  gate.sign = callerSign();
  return true;
}

/** @returns {import('./access-form.js').Screen} */
function notKept() {
  return logInScreen({ words: 'This browser has not kept the log-in. Allow cookies for this address.' });
}

/**
 * What somebody brings in the part of the address that is never sent: a code or an invitation. It does not stay there.
 */
function takeFragment() {
  const brought = new URLSearchParams(location.hash.slice(1));
  if (brought.has('invitation') || brought.has('claim')) history.replaceState(null, '', location.pathname);
  return { invitation: brought.get('invitation'), claim: brought.get('claim') };
}

/**
 * @param {{ invitation: string | null, claim: string | null }} brought
 * @returns {import('./access-form.js').Screen | undefined}
 */
function screenFor({ invitation, claim }) {
  if (invitation !== null) return invitationScreen(invitation);
  if (claim !== null || whoAsks().state === 'unclaimed') return claimScreen(claim ?? '');
  return isLetIn() ? undefined : logInScreen();
}

/**
 * Shows a screen, and those that it leads to, until one has let somebody by.
 * @param {import('./access-form.js').Screen} first
 */
function pass(first) {
  return new Promise((resolve) => show(first, () => resolve(undefined)));
}

/**
 * @param {import('./access-form.js').Screen} first
 * @param {() => void} done
 */
function show(first, done) {
  const dialog = byId('gate');
  const way = {
    to(/** @type {import('./access-form.js').Screen} */ screen) {
      const { title, content } = screen(way);
      const heading = element('h2', { id: 'gate-title', tabIndex: -1 }, title);
      const sign = element('img', { src: '/ui/icon.svg', alt: '', width: 44, height: 44 });
      dialog.replaceChildren(element('div', { className: 'gate-sheet' }, sign, heading, ...content));
      dialog.scrollTop = 0;
      (dialog.querySelector('input:not([hidden])') ?? heading).focus();
    },
    done() {
      dialog.onclose = null;
      dialog.close();
      dialog.replaceChildren();
      done();
    },
  };
  // Escape does not open a door: browsers close a dialog at the second one whatever the page says.
  dialog.oncancel = (/** @type {Event} */ event) => event.preventDefault();
  dialog.onclose = () => dialog.showModal();
  if (dialog.open !== true) dialog.showModal();
  way.to(first);
}
