/**
 * Builds an element. Strings become text nodes; nothing is parsed.
 * @param {string} tag
 * @param {Record<string, unknown>} [properties] properties of the element, listeners (`onclick`) and attributes (`aria-label`)
 * @param {...(Node | string | undefined)} children
 * @returns {any}
 */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (typeof value === 'string' && isAttribute(name)) node.setAttribute(name, value);
    else Reflect.set(node, name, value);
  }
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

/** @param {string} name */
function isAttribute(name) {
  return name.includes('-') || name === 'role' || name === 'list';
}

/** @param {string} id one of the symbols in page.html */
export function icon(id) {
  const space = 'http://www.w3.org/2000/svg';
  const picture = document.createElementNS(space, 'svg');
  picture.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `#icon-${id}`);
  picture.append(use);
  return picture;
}

/**
 * The element of page.html with this id.
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`cannot find #${id} in the page`);
  return node;
}

/**
 * A button that cannot be pressed twice while it works.
 * @param {{ text: string, icon?: string, kind?: string, label?: string }} look
 * @param {() => unknown} act
 */
export function button(look, act) {
  const node = element(
    'button',
    { type: 'button', className: `button ${look.kind ?? ''}`, 'aria-label': look.label },
    look.icon === undefined ? undefined : icon(look.icon),
    look.text,
  );
  node.addEventListener('click', async () => {
    node.disabled = true;
    try {
      await act();
    } finally {
      node.disabled = false;
    }
  });
  return node;
}

/**
 * A face or initials, round.
 * @param {string | null} picture
 * @param {string} name
 */
export function portrait(picture, name) {
  if (picture !== null) return element('img', { className: 'portrait', src: picture, alt: '', loading: 'lazy' });
  const [first] = new Intl.Segmenter().segment(name.trim());
  return element(
    'span',
    { className: 'portrait initials', 'aria-hidden': 'true' },
    first?.segment.toLocaleUpperCase() ?? '?',
  );
}
