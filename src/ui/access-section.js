import { element } from './element.js';

/**
 * A part of a dialog that is read from the doorbell, and read anew after each of its acts.
 * @param {string} title
 * @param {(again: () => Promise<void>) => Promise<(Node | string | undefined)[]>} read
 */
export function accessSection(title, read) {
  const heading = element('h3', { tabIndex: -1 }, title);
  const content = element('div', { className: 'access-content' });
  const again = async () => {
    try {
      const parts = await read(again);
      content.replaceChildren(...parts.filter((part) => part !== undefined));
      // What was pressed may be gone: whoever goes by keys goes on here, and not from the beginning.
      if (document.activeElement === document.body) heading.focus();
    } catch (error) {
      const words = error instanceof Error ? error.message : 'cannot read this';
      content.replaceChildren(element('p', { className: 'refusal' }, words));
    }
  };
  void again();
  return element('section', { className: 'evidence' }, heading, content);
}

/**
 * A line of a list: what it is, what there is to know about it, and what can be done with it.
 * @param {{ name: Node | string, tag?: string, facts: (string | undefined)[] }} what
 * @param {...(Node | undefined)} acts
 */
export function accessRow({ name, tag, facts }, ...acts) {
  const words = facts.filter((fact) => fact !== undefined).join(' · ');
  return element(
    'li',
    { className: 'access-row' },
    element(
      'span',
      { className: 'access-what' },
      element('strong', {}, name),
      tag === undefined ? undefined : element('span', { className: 'tag' }, tag),
      element('span', { className: 'hint' }, words),
    ),
    ...acts,
  );
}

/**
 * Something that is opened before it is filled in.
 * @param {string} title
 * @param {...(Node | string | undefined)} content
 */
export function folded(title, ...content) {
  return element('details', { className: 'folded' }, element('summary', {}, title), ...content);
}
