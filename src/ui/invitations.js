import { accessForm } from './access-form.js';
import { accessRow, accessSection, folded } from './access-section.js';
import { ask } from './api.js';
import { secretLine } from './copy.js';
import { button, element } from './element.js';
import { attempt } from './notice.js';
import { qrCode } from './qr-code.js';
import { roleChoice, roleWord } from './roles.js';
import { untilOf } from './words.js';

/** Links that let somebody in once. */
export function invitationSection() {
  return accessSection('Invitations', async (again) => {
    const { invitations } = await ask('/access/invitations');
    const rows = invitations.map((/** @type {any} */ invitation) => row(invitation, again));
    return [
      rows.length === 0 ? undefined : element('ul', { className: 'access-list' }, ...rows),
      folded('Invite somebody', inviting(again)),
    ];
  });
}

/**
 * @param {any} invitation
 * @param {() => Promise<void>} again
 */
function row(invitation, again) {
  const what = { name: `For a ${roleWord(invitation.role).toLowerCase()}`, facts: [untilOf(invitation.expiresMs)] };
  const remove = button({ text: 'Withdraw', kind: 'quiet danger-text' }, () =>
    attempt(async () => {
      await ask(`/access/invitations/${invitation.id}`, { method: 'DELETE' });
      await again();
    }),
  );
  return accessRow(what, remove);
}

/** @param {() => Promise<void>} again */
function inviting(again) {
  const { select, label } = roleChoice('What they may do', 'member');
  const shown = element('div', { className: 'access-content' });
  const act = async () => {
    const { secret } = await ask('/access/invitations', { method: 'POST', json: { role: select.value } });
    const link = `${location.origin}/#invitation=${secret}`;
    shown.replaceChildren(
      element(
        'p',
        {},
        'Send this link, or let their phone look at the picture. It works once, and is not shown again.',
      ),
      secretLine('Link', link),
      await qrCode(link, 'The link as a QR code'),
      button({ text: 'Done', kind: 'primary' }, again),
    );
    form.replaceWith(shown);
  };
  const form = accessForm([], { text: 'Make a link', act });
  form.prepend(label);
  return form;
}
