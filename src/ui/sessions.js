import { accessRow, accessSection } from './access-section.js';
import { ask } from './api.js';
import { confirmHere } from './confirm-here.js';
import { button, element } from './element.js';
import { attempt, notice } from './notice.js';
import { agoOf } from './words.js';

/** Where somebody is logged in. */
export function sessionSection() {
  return accessSection('Where you are logged in', async (again) => {
    const { sessions } = await ask('/access/sessions');
    const everywhere = confirmHere({ text: 'Log out everywhere', question: 'Here too?', yes: 'Log out' }, () =>
      attempt(async () => {
        await ask('/access/sessions', { method: 'DELETE' });
        location.replace('/');
      }),
    );
    const rows = sessions.map((/** @type {any} */ session) => row(session, again));
    return [element('ul', { className: 'access-list' }, ...rows), everywhere];
  });
}

/**
 * @param {any} session
 * @param {() => Promise<void>} again
 */
function row(session, again) {
  const end = button({ text: 'Log out', label: `Log out ${browserOf(session.agent)}` }, () =>
    attempt(async () => {
      await ask(`/access/sessions/${session.id}`, { method: 'DELETE' });
      notice('Logged out there.');
      await again();
    }),
  );
  const what = { name: browserOf(session.agent), tag: session.isOwn === true ? 'This one' : undefined };
  return accessRow(
    { ...what, facts: [session.address, `here ${agoOf(session.seenMs)}`] },
    session.isOwn === true ? undefined : end,
  );
}

/**
 * "Chrome on Android": enough to tell one's own devices apart.
 * @param {string | null | undefined} agent
 */
export function browserOf(agent) {
  const words = agent ?? '';
  const find = (/** @type {string[][]} */ table) => table.find(([mark]) => words.includes(mark ?? ''))?.[1];
  const browser = find(browsers) ?? 'A browser';
  const device = find(devices);
  return device === undefined ? browser : `${browser} on ${device}`;
}

/** The first that fits: most of them claim to be others too. */
const browsers = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser', 'Samsung Internet'],
  ['Firefox', 'Firefox'],
  ['FxiOS', 'Firefox'],
  ['Chrom', 'Chrome'],
  ['CriOS', 'Chrome'],
  ['Safari', 'Safari'],
];
const devices = [
  ['iPhone', 'an iPhone'],
  ['iPad', 'an iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Macintosh', 'a Mac'],
  ['Linux', 'Linux'],
];
