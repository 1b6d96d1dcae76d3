import { element } from './element.js';
import { outcomeWord } from './words.js';

/**
 * How a visit ended, and what speaks against it.
 * @param {any} visit
 * @returns {Node[]}
 */
export function tagsOf(visit) {
  const tags = [element('span', { className: `tag ${visit.outcome ?? 'looking'}` }, outcomeWord(visit.outcome))];
  if (typeof visit.doubt === 'string')
    tags.push(element('span', { className: 'tag doubt', title: visit.doubt }, 'May be a picture'));
  return tags;
}
