import { button, byId, element } from './element.js';

/**
 * Opens the one dialog with this content. Escape, the cross and a tap beside it close it; focus goes back by itself.
 * @param {string} title
 * @param {...(Node | string | undefined)} content
 */
export function openDialog(title, ...content) {
  const dialog = byId('dialog');
  const close = button({ text: '', icon: 'close', kind: 'icon', label: 'Close' }, closeDialog);
  const sheet = element(
    'div',
    { className: 'sheet' },
    element('header', {}, element('h2', { id: 'dialog-title' }, title), close),
    ...content,
  );
  // Beside an open dialog everything is covered, and silent for screen readers: whatever is said is said in it.
  dialog.replaceChildren(sheet, byId('voice'));
  dialog.onclick = (/** @type {MouseEvent} */ event) => {
    if (event.target === dialog) closeDialog();
  };
  dialog.onclose = () => {
    if (dialog.open === true) return;
    byId('main').before(byId('voice'));
    dialog.replaceChildren();
  };
  if (dialog.open !== true) dialog.showModal();
  dialog.scrollTop = 0;
}

export function isDialogOpen() {
  return byId('dialog').open === true;
}

export function closeDialog() {
  byId('dialog').close();
}

/**
 * Asks before something that cannot be undone.
 * @param {{ title: string, text: string, yes: string }} question
 * @param {() => unknown} act
 */
export function confirmFirst({ title, text, yes }, act) {
  openDialog(
    title,
    element('p', {}, text),
    element(
      'div',
      { className: 'acts end' },
      button({ text: 'Keep', kind: '' }, closeDialog),
      button({ text: yes, kind: 'danger' }, act),
    ),
  );
}
