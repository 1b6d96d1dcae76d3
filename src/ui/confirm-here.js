import { button, element } from './element.js';

/**
 * Something that ends at the second press: asked in place, so that the list stays where it is.
 * @param {{ text: string, question: string, yes?: string }} words
 * @param {() => unknown} act
 */
export function confirmHere({ text, question, yes = text }, act) {
  const place = element('span', { className: 'confirm' });
  const ask = () => {
    const no = button({ text: 'Keep', kind: 'quiet' }, () => {
      rest();
      place.firstElementChild?.focus();
    });
    place.replaceChildren(element('span', {}, question), button({ text: yes, kind: 'danger' }, act), no);
    no.focus();
  };
  const rest = () => place.replaceChildren(button({ text, kind: 'quiet danger-text' }, ask));
  rest();
  return place;
}
