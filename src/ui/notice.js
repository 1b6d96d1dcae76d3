import { byId, element } from './element.js';

const noticeMs = 6000;

/**
 * Says something for a moment, to eyes and to screen readers.
 * @param {string} text
 * @param {'good' | 'bad'} [mood]
 */
export function notice(text, mood = 'good') {
  const node = element('p', { className: `notice ${mood}` }, text);
  byId('notices').append(node);
  setTimeout(() => node.remove(), noticeMs);
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
