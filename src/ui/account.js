import { accessForm, newPasswordField, ownerField } from './access-form.js';
import { openAccess } from './access-dialog.js';
import { accessSection, folded } from './access-section.js';
import { ask } from './api.js';
import { learnCaller, may, whoAsks } from './caller.js';
import { openDialog } from './dialog.js';
import { button, element } from './element.js';
import { attempt, notice } from './notice.js';
import { roleWord } from './roles.js';
import { secondFactor } from './second-factor.js';
import { sessionSection } from './sessions.js';

/** Opens what concerns whoever is logged in: password, second factor, where else they are logged in. */
export function openAccount() {
  const { name, role } = whoAsks();
  openDialog(
    name ?? 'You',
    element(
      'div',
      { className: 'acts' },
      may('manage-access') ? button({ text: 'Who may look in', icon: 'key' }, openAccess) : undefined,
      button({ text: 'Log out' }, logOut),
    ),
    role === null ? undefined : element('p', { className: 'hint' }, `You are here as ${roleWord(role).toLowerCase()}.`),
    accessSection('How you log in', async (again) => {
      await learnCaller();
      return [folded('Change the password', passwordForm(again)), folded(...secondFactor(again))];
    }),
    sessionSection(),
  );
}

/** @param {() => Promise<void>} again */
function passwordForm(again) {
  const of = { type: 'password', autocomplete: 'current-password', maxLength: 1024 };
  const fields = [
    ownerField(whoAsks().name),
    { name: 'current', label: 'The password you have', of },
    { ...newPasswordField('The new password'), name: 'next' },
  ];
  return accessForm(fields, {
    text: 'Change it',
    async act(values) {
      await ask('/access/password', { method: 'PUT', json: values });
      notice('Your password is changed. Everywhere else you are logged out.');
      await again();
    },
  });
}

function logOut() {
  return attempt(async () => {
    await ask('/access/log-out', { method: 'POST' });
    location.replace('/');
  });
}
