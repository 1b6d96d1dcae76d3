import { ask } from './api.js';
import { byId, element, icon } from './element.js';
import { closeDialog, openDialog } from './dialog.js';
import { notice } from './notice.js';
import { whoForm } from './who-form.js';
import { agoOf, counted } from './words.js';

/**
 * Faces without a name, each with "who is this?".
 * @param {() => void} changed
 */
export function strangerList(changed) {
  return {
    async load() {
      const { strangers } = await ask('/strangers?limit=24');
      byId('strangers-section').hidden = strangers.length === 0;
      byId('strangers').replaceChildren(
        ...strangers.map((/** @type {any} */ stranger) => strangerCard(stranger, changed)),
      );
    },
  };
}

/**
 * @param {any} stranger
 * @param {() => void} changed
 */
function strangerCard(stranger, changed) {
  const seen = `${counted(stranger.visits, 'visit')}, ${agoOf(stranger.lastSeenMs)}`;
  return element(
    'li',
    {},
    element(
      'button',
      {
        type: 'button',
        className: 'stranger-card',
        onclick: () => nameStranger(stranger, changed),
      },
      picture(stranger),
      element('span', {}, seen),
      element('strong', {}, 'Name'),
    ),
  );
}

/** @param {any} stranger */
function picture(stranger) {
  if (stranger.thumbnail === null) return element('span', { className: 'thumb none' }, icon('person'));
  return element('img', { className: 'thumb', src: stranger.thumbnail, alt: '', loading: 'lazy' });
}

/**
 * @param {any} stranger
 * @param {() => void} changed
 */
function nameStranger(stranger, changed) {
  const form = whoForm('Name', async (who) => {
    const named = await ask(`/strangers/${stranger.id}/name`, { method: 'POST', json: who });
    closeDialog();
    notice(`${named.person.name}: ${counted(named.visits, 'past visit')} named.`);
    for (const refusal of named.faces === 0 ? named.refusals.slice(0, 1) : []) notice(refusal.message, 'bad');
    changed();
  });
  const seen = `Here ${counted(stranger.visits, 'time')}, last ${agoOf(stranger.lastSeenMs)}.`;
  openDialog(
    'Who is this?',
    element('div', { className: 'who-picture' }, picture(stranger)),
    element('p', { className: 'hint' }, seen),
    form,
  );
}
