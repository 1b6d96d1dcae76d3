import { button, element } from './element.js';

/**
 * @param {string} text
 * @param {string} [label]
 */
export function copyButton(text, label = 'Copy') {
  const copy = button({ text: label }, async () => {
    // Over plain HTTP, and where a browser says no, there is no clipboard: what is shown can be marked by hand.
    const isCopied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    copy.textContent = isCopied === true ? 'Copied' : 'Cannot copy: mark it by hand';
  });
  return copy;
}

/**
 * Something that is shown this one time, with a way to take it along.
 * @param {string} label
 * @param {string} text
 */
export function secretLine(label, text) {
  const field = element('input', { value: text, readOnly: true, spellcheck: false, className: 'once' });
  field.addEventListener('focus', () => field.select());
  return element(
    'div',
    { className: 'who' },
    element('label', {}, element('span', {}, label), field),
    copyButton(text),
  );
}
