import { button, byId, element } from './element.js';

const noticeMs = 6000;
/** What went wrong takes longer to read, and a change of mind takes as long. */
const slowNoticeMs = 12_000;

/**
 * Says something for a moment, to eyes and to screen readers.
 * @param {string} text
 * @param {'good' | 'bad'} [mood]
 */
export function notice(text, mood = 'good') {
  show(element('p', { className: `notice ${mood}` }, text), mood === 'good' ? noticeMs : slowNoticeMs);
}

/**
 * Says what was done, with a way back.
 * @param {string} text
 * @param {() => Promise<unknown>} undo
 */
export function undoableNotice(text, undo) {
  const node = element('div', { className: 'notice good' }, element('span', {}, text));
  const back = button({ text: 'Undo', kind: 'light' }, async () => {
    if (await attempt(undo)) node.remove();
  });
  node.append(back);
  show(node, slowNoticeMs);
}

/**
 * @param {any} node
 * @param {number} durationMs
 */
function show(node, durationMs) {
  byId('notices').append(node);
  setTimeout(() => node.remove(), durationMs);
}

/**
 * Does something and says why when it did not work. True when it did.
 * @param {() => Promise<unknown>} act
 */
export async function attempt(act) {
  try {
    await act();
    return true;
  } catch (error) {
    notice(error instanceof Error ? error.message : 'cannot do this', 'bad');
    return false;
  }
}
