import { copyButton } from './copy.js';
import { button, element } from './element.js';

/**
 * Codes that are shown this one time.
 * @param {string[]} codes
 * @param {() => void} kept
 * @returns {Node[]}
 */
export function recoveryCodes(codes, kept) {
  const text = codes.join('\n');
  const file = new Blob([`Doorward: recovery codes, each works once\n\n${text}\n`], { type: 'text/plain' });
  const save = element(
    'a',
    { className: 'button', href: URL.createObjectURL(file), download: 'doorward-recovery-codes.txt' },
    'Save as a file',
  );
  return [
    element('p', {}, 'If your password is lost, each of them lets you in once. They are not shown again.'),
    element('ul', { className: 'codes' }, ...codes.map((code) => element('li', {}, code))),
    element('div', { className: 'acts' }, copyButton(text), save),
    button({ text: 'I have kept them', kind: 'primary' }, kept),
  ];
}
