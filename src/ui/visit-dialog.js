import { ask } from './api.js';
import { may } from './caller.js';
import { closeDialog, confirmFirst, isDialogOpen, openDialog } from './dialog.js';
import { button, element } from './element.js';
import { attempt, notice, undoableNotice } from './notice.js';
import { evidenceOf } from './evidence.js';
import { tagsOf } from './visit-tags.js';
import { whoForm } from './who-form.js';
import { dayOf, sourceWord, timeOf, titleOf } from './words.js';

/**
 * Opens a visit: who, why, and what people can say about it.
 * @param {string} visitId
 * @param {() => void} changed
 */
export async function openVisit(visitId, changed) {
  await attempt(async () => show(await ask(`/visits/${visitId}`), changed));
}

/**
 * @param {any} visit
 * @param {() => void} changed
 */
function show(visit, changed) {
  const picture =
    visit.picture === null
      ? undefined
      : element('img', { className: 'visit-picture', src: visit.picture, alt: titleOf(visit) });
  openDialog(
    titleOf(visit),
    element(
      'p',
      { className: 'visit-line' },
      ...tagsOf(visit),
      ` ${dayOf(visit.startedMs)} ${timeOf(visit.startedMs)} · ${sourceWord(visit.source)}`,
    ),
    picture,
    element('p', { className: 'visit-reason' }, visit.reason ?? 'Still looking who it is.'),
    correction(visit, changed),
    ...evidenceOf(visit),
    framesOf(visit),
    may('remove-visits') ? element('div', { className: 'acts end' }, deletion(visit, changed)) : undefined,
  );
}

/**
 * "This is …" and "not this person".
 * @param {any} visit
 * @param {() => void} changed
 */
function correction(visit, changed) {
  if (visit.phase !== 'decided' || !may('name-visits')) return undefined;
  const again = async () => {
    changed();
    await openVisit(visit.id, changed);
  };
  const isNot =
    visit.personId === null
      ? undefined
      : button({ text: `Not ${visit.personName ?? 'this person'}`, kind: 'quiet' }, () =>
          attempt(async () => {
            const { personId, personName } = visit;
            await ask(`/visits/${visit.id}/correct`, { method: 'POST', json: { personId: null } });
            undoableNotice(`This face is not taken for ${personName ?? 'this person'} again.`, async () => {
              await ask(`/visits/${visit.id}/correct`, { method: 'POST', json: { personId } });
              await (isDialogOpen() ? again() : changed());
            });
            await again();
          }),
        );
  const form = whoForm('This is', async (who) => {
    await sayWho(visit, who);
    notice('Thank you, noted.');
    await again();
  });
  return element('section', { className: 'correction' }, form, isNot);
}

/**
 * A stranger's name goes to all past visits; a new name on a visit without one enrols its face first.
 * @param {any} visit
 * @param {{ name: string } | { personId: string }} who
 */
async function sayWho(visit, who) {
  if (visit.strangerId !== null && visit.personId === null) {
    await ask(`/strangers/${visit.strangerId}/name`, { method: 'POST', json: who });
    return;
  }
  if ('personId' in who) {
    await ask(`/visits/${visit.id}/correct`, { method: 'POST', json: who });
    return;
  }
  const { person } = await ask(`/visits/${visit.id}/enrol`, { method: 'POST', json: who });
  await ask(`/visits/${visit.id}/correct`, { method: 'POST', json: { personId: person.id } });
}

/** @param {any} visit */
function framesOf(visit) {
  if (visit.frames.length === 0) return undefined;
  const frames = visit.frames.map((/** @type {string} */ address, /** @type {number} */ position) =>
    element('img', { src: address, alt: `Frame ${position + 1}`, loading: 'lazy' }),
  );
  return element(
    'details',
    { className: 'frames' },
    element('summary', {}, `The ${frames.length} frames`),
    element('div', {}, ...frames),
  );
}

/**
 * @param {any} visit
 * @param {() => void} changed
 */
function deletion(visit, changed) {
  const question = {
    title: 'Forget this visit?',
    text: 'Its pictures are deleted. This cannot be undone.',
    yes: 'Forget it',
  };
  return button({ text: 'Forget this visit', icon: 'bin', kind: 'quiet danger-text' }, () =>
    confirmFirst(question, () =>
      attempt(async () => {
        await ask(`/visits/${visit.id}`, { method: 'DELETE' });
        closeDialog();
        notice('The visit is forgotten.');
        changed();
      }),
    ),
  );
}
