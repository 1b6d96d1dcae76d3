import { ask } from './api.js';
import { may } from './caller.js';
import { closeDialog, confirmFirst, openDialog } from './dialog.js';
import { button, element } from './element.js';
import { faceAdder } from './enrol.js';
import { nameForm } from './name-form.js';
import { attempt, notice } from './notice.js';
import { dayOf, timeOf } from './words.js';

const standings = [
  ['household', 'Lives here or is welcome'],
  ['watched', 'Watched: sound the alarm'],
  ['ignored', 'Ignored: recorded, never announced'],
];
const notifyRules = [
  ['default', 'As the settings say'],
  ['always', 'Always announce'],
  ['never', 'Never announce'],
];

/**
 * Opens a person: name, rules, faces, merge, delete.
 * @param {string} personId
 * @param {() => void} changed
 */
export async function openPerson(personId, changed) {
  await attempt(async () => {
    const [person, { people }] = await Promise.all([ask(`/people/${personId}`), ask('/people?limit=500')]);
    show(person, people, changed);
  });
}

/**
 * @param {any} person
 * @param {any[]} people
 * @param {() => void} changed
 */
function show(person, people, changed) {
  const open = async (/** @type {string} */ personId) => {
    changed();
    await openPerson(personId, changed);
  };
  const again = () => open(person.id);
  const change = (/** @type {unknown} */ json) =>
    attempt(async () => {
      await ask(`/people/${person.id}`, { method: 'PATCH', json });
      notice('Saved.');
      await again();
    });
  if (!may('manage-people')) {
    openDialog(person.name, facesOf(person, again), erasure(person, changed));
    return;
  }
  openDialog(
    person.name,
    nameForm(person, open),
    choice('At the door', standings, { value: person.standing, change: (standing) => change({ standing }) }),
    choice('Notifications', notifyRules, { value: person.notify, change: (notify) => change({ notify }) }),
    facesOf(person, again),
    negativesOf(person, again),
    element(
      'section',
      { className: 'evidence' },
      element('h3', {}, 'Add a face'),
      faceAdder(`/people/${person.id}/faces`, { done: again }),
    ),
    merging(person, people, again),
    erasure(person, changed),
  );
}

/**
 * @param {string} label
 * @param {string[][]} options
 * @param {{ value: string, change(value: string): unknown }} field
 */
function choice(label, options, field) {
  const select = element('select', {}, ...options.map(([value, text]) => element('option', { value }, text)));
  select.value = field.value;
  select.addEventListener('change', () => field.change(select.value));
  return element('label', { className: 'choice' }, element('span', {}, label), select);
}

/**
 * @param {any} person
 * @param {() => Promise<void>} again
 */
function facesOf(person, again) {
  const faces = person.faces.filter((/** @type {any} */ face) => face.kind === 'reference');
  const removal = (/** @type {string} */ label, /** @type {any} */ face) =>
    button({ text: '', icon: 'bin', kind: 'icon', label }, () =>
      attempt(async () => {
        await ask(`/people/${person.id}/faces/${face.id}`, { method: 'DELETE' });
        notice('The face is removed.');
        await again();
      }),
    );
  const items = faces.map((/** @type {any} */ face, /** @type {number} */ position) =>
    element(
      'li',
      {},
      element('img', { src: face.picture, alt: `Face ${position + 1}`, loading: 'lazy' }),
      may('manage-people') ? removal(`Remove face ${position + 1}`, face) : undefined,
    ),
  );
  const empty = element('p', { className: 'hint' }, 'No face yet: add one, or the bell cannot recognise this person.');
  return element(
    'section',
    { className: 'evidence' },
    element('h3', {}, 'Faces'),
    items.length === 0 ? empty : element('ul', { className: 'faces' }, ...items),
  );
}

/**
 * Faces that somebody said are not this person's: they hold the name back from all that are like them.
 * @param {any} person
 * @param {() => Promise<void>} again
 */
function negativesOf(person, again) {
  const faces = person.faces.filter((/** @type {any} */ face) => face.kind === 'negative');
  if (faces.length === 0) return undefined;
  const items = faces.map((/** @type {any} */ face) =>
    element(
      'li',
      { className: 'negative' },
      element('img', { src: face.picture, alt: '', loading: 'lazy' }),
      element('span', {}, `${dayOf(face.createdMs)} ${timeOf(face.createdMs)}`),
      button({ text: 'Restore', label: `Restore the face of ${dayOf(face.createdMs)} ${timeOf(face.createdMs)}` }, () =>
        attempt(async () => {
          await ask(`/people/${person.id}/faces/${face.id}`, { method: 'DELETE' });
          notice(`This face may be ${person.name} again.`);
          await again();
        }),
      ),
    ),
  );
  return element(
    'section',
    { className: 'evidence' },
    element('h3', {}, `Not ${person.name}`),
    element(
      'p',
      { className: 'hint' },
      'You said so of these faces: who looks like one of them is not called by this name.',
    ),
    element('ul', { className: 'negatives' }, ...items),
  );
}

/**
 * @param {any} person
 * @param {any[]} people
 * @param {() => Promise<void>} again
 */
function merging(person, people, again) {
  const merged = people.filter((one) => one.mergedInto === person.id);
  const others = people.filter((one) => one.mergedInto === null && one.id !== person.id);
  const act = (/** @type {string} */ path, /** @type {unknown} */ json) =>
    attempt(async () => {
      await ask(path, { method: 'POST', json });
      await again();
    });
  const apart = merged.map((one) =>
    button({ text: `Separate ${one.name} again`, kind: 'quiet' }, () => act(`/people/${one.id}/unmerge`, undefined)),
  );
  if (others.length === 0 && apart.length === 0) return undefined;
  const select = element(
    'select',
    {},
    element('option', { value: '' }, 'Choose…'),
    ...others.map((one) => element('option', { value: one.id }, one.name)),
  );
  const merge = button({ text: 'Merge into this one' }, async () => {
    if (select.value !== '') await act(`/people/${select.value}/merge`, { into: person.id });
  });
  return element(
    'details',
    { className: 'frames' },
    element('summary', {}, 'The same person under another name?'),
    element('p', { className: 'hint' }, 'Faces and visits of the other one then count here. This can be undone.'),
    element('div', { className: 'who' }, element('label', {}, element('span', {}, 'Also known as'), select), merge),
    ...apart,
  );
}

/**
 * @param {any} person
 * @param {() => void} changed
 */
function erasure(person, changed) {
  if (!may('erase')) return undefined;
  const question = {
    title: `Delete ${person.name}?`,
    text: 'Faces, visits and pictures of this person are deleted, in backups too. This cannot be undone.',
    yes: 'Delete for good',
  };
  const act = button({ text: 'Delete this person', icon: 'bin', kind: 'quiet danger-text' }, () =>
    confirmFirst(question, () =>
      attempt(async () => {
        const certificate = await ask(`/people/${person.id}`, { method: 'DELETE' });
        changed();
        showCertificate(certificate);
      }),
    ),
  );
  return element('div', { className: 'acts end' }, act);
}

/** @param {any} certificate */
function showCertificate(certificate) {
  const text = JSON.stringify(certificate, null, 2);
  const download = element(
    'a',
    {
      className: 'button',
      href: URL.createObjectURL(new Blob([text], { type: 'application/json' })),
      download: `doorward-removal-${new Date(certificate.removedAtMs).toISOString().slice(0, 10)}.json`,
    },
    'Download',
  );
  openDialog(
    'Deleted',
    element('p', {}, 'This is what was removed. Keep it if you have to show it to somebody.'),
    element('pre', { className: 'certificate', tabIndex: 0 }, text),
    element('div', { className: 'acts end' }, download, button({ text: 'Done', kind: 'primary' }, closeDialog)),
  );
}
