import { whoAsks } from './caller.js';
import { certificateSection } from './certificate.js';
import { openDialog } from './dialog.js';
import { element } from './element.js';
import { invitationSection } from './invitations.js';
import { tokenSection } from './tokens.js';
import { userSection } from './users.js';

/** Who may look in: users, invitations, programs, and how a phone comes to trust this device. */
export function openAccess() {
  const users = userSection();
  openDialog(
    'Who may look in',
    whoAsks().state === 'open'
      ? element(
          'p',
          { className: 'hint' },
          'On this machine itself everything is open: nobody is asked to log in here.',
        )
      : undefined,
    users,
    invitationSection(),
    tokenSection(),
    certificateSection(),
  );
}
