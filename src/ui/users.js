import { accessRow, accessSection } from './access-section.js';
import { ask } from './api.js';
import { whoAsks } from './caller.js';
import { confirmHere } from './confirm-here.js';
import { button, element } from './element.js';
import { attempt, notice } from './notice.js';
import { roleChoice, roleWord } from './roles.js';
import { agoOf, counted } from './words.js';

/** Those who can log in. */
export function userSection() {
  return accessSection('People who log in', async (again) => {
    const { users } = await ask('/access/users');
    if (users.length === 0) return [notClaimed()];
    return [element('ul', { className: 'access-list' }, ...users.map((/** @type {any} */ user) => row(user, again)))];
  });
}

function notClaimed() {
  const claim = () =>
    attempt(async () => {
      const { claimCode } = await ask('/access/claim-code');
      location.hash = `claim=${claimCode ?? ''}`;
    });
  return element(
    'div',
    { className: 'access-content' },
    element(
      'p',
      {},
      'Nobody has claimed this doorbell yet. Whoever does is the first to log in, and invites the others.',
    ),
    button({ text: 'Claim it' }, claim),
  );
}

/**
 * @param {any} user
 * @param {() => Promise<void>} again
 */
function row(user, again) {
  const isMe = user.name === whoAsks().name;
  const facts = [
    user.seenMs === null ? 'not here yet' : `here ${agoOf(user.seenMs)}`,
    user.hasSecondFactor === true ? 'with a second factor' : undefined,
    isMe ? `${counted(user.recoveryCodesLeft, 'recovery code')} left` : undefined,
  ];
  return accessRow(
    { name: isMe ? `${user.name} (you)` : user.name, tag: roleWord(user.role), facts },
    isMe ? undefined : changes(user, again),
  );
}

/**
 * @param {any} user
 * @param {() => Promise<void>} again
 */
function changes(user, again) {
  const { select, label } = roleChoice(`What ${user.name} may do`, user.role);
  // By a button: whoever goes through the list by keys makes nobody an administrator on the way.
  const save = button({ text: 'Save' }, async () => {
    const json = { role: select.value };
    if (await attempt(() => ask(`/access/users/${user.id}`, { method: 'PATCH', json })))
      notice(`${user.name}: ${roleWord(select.value)} now.`);
    await again();
  });
  const remove = confirmHere({ text: 'Remove', question: `Remove ${user.name}?` }, () =>
    attempt(async () => {
      await ask(`/access/users/${user.id}`, { method: 'DELETE' });
      notice(`${user.name} cannot look in any more.`);
      await again();
    }),
  );
  return element(
    'details',
    { className: 'folded' },
    element('summary', {}, 'Change'),
    element('div', { className: 'who' }, label, save),
    remove,
  );
}
