import { ask, Problem } from './api.js';
import { closeDialog, openDialog } from './dialog.js';
import { button, element } from './element.js';
import { notice } from './notice.js';

/**
 * Asks for a name and takes the face from the camera or from a picture.
 * @param {() => void} changed
 */
export function openEnrol(changed) {
  const name = element('input', { required: true, maxLength: 500, autocomplete: 'off', placeholder: 'Name' });
  const done = async (/** @type {any} */ answer) => {
    closeDialog();
    notice(`${answer.person.name} is enrolled.`);
    changed();
  };
  openDialog(
    'Enrol somebody',
    element('p', { className: 'hint' }, 'One face, straight at the camera, well lit. More faces can be added later.'),
    element('label', { className: 'choice' }, element('span', {}, 'Name'), name),
    faceAdder('/people', { name, done }),
  );
  name.focus();
}

/**
 * "From the camera" and "from a picture", with the reason when a face is refused.
 * @param {string} path that takes the face
 * @param {{ name?: HTMLInputElement, done(answer: any): Promise<void> }} wish
 */
export function faceAdder(path, wish) {
  const why = element('div', { className: 'why', role: 'alert' });
  const preview = element('img', {
    className: 'preview',
    src: `/api/v1/snapshot.jpg?at=${Date.now()}`,
    alt: 'What the camera sees',
  });
  preview.addEventListener('error', () => preview.remove());
  const take = async (/** @type {{ file?: File, isSomebodyElse?: boolean }} */ from) => {
    if (wish.name !== undefined && !wish.name.reportValidity()) return;
    why.replaceChildren(element('p', { className: 'hint' }, 'Looking at the face…'));
    try {
      const answer = await send(path, { ...from, name: wish.name?.value });
      why.replaceChildren();
      await wish.done(answer);
    } catch (error) {
      why.replaceChildren(...refusal(error, () => take({ ...from, isSomebodyElse: true })));
    }
  };
  const file = element('input', {
    type: 'file',
    accept: 'image/*',
    className: 'unseen',
    tabIndex: -1,
    'aria-hidden': 'true',
  });
  file.addEventListener('change', async () => {
    for (const one of file.files) await take({ file: one });
    file.value = '';
  });
  const acts = element(
    'div',
    { className: 'acts' },
    button({ text: 'From the camera', icon: 'camera', kind: 'primary' }, () => take({})),
    button({ text: 'From a picture', icon: 'file' }, () => file.click()),
  );
  return element('div', { className: 'adder' }, preview, acts, file, why);
}

/**
 * @param {string} path
 * @param {{ file?: File, name?: string, isSomebodyElse?: boolean }} wish
 */
function send(path, { file, name, isSomebodyElse }) {
  if (file === undefined) return ask(path, { method: 'POST', json: { name, fromCamera: true, isSomebodyElse } });
  const form = new FormData();
  if (name !== undefined) form.append('name', name);
  if (isSomebodyElse === true) form.append('isSomebodyElse', 'true');
  form.append('picture', file);
  return ask(path, { method: 'POST', form });
}

/**
 * @param {unknown} error
 * @param {() => unknown} insist
 */
function refusal(error, insist) {
  const text = error instanceof Error ? error.message : 'cannot use this picture';
  const line = element('p', { className: 'refusal' }, text);
  if (!(error instanceof Problem) || error.code !== 'like-another-person') return [line];
  return [line, button({ text: 'They are two people: enrol anyway', kind: 'quiet' }, insist)];
}
