import { element } from './element.js';

/** What somebody may do, in the order of how much. */
const roles = [
  ['viewer', 'Viewer', 'looks, and changes nothing'],
  ['member', 'Member', 'looks, rings and names who was here'],
  ['administrator', 'Administrator', 'decides everything'],
];

/** @param {string} role */
export function roleWord(role) {
  return roles.find(([one]) => one === role)?.[1] ?? role;
}

/**
 * @param {string} label
 * @param {string} chosen
 */
export function roleChoice(label, chosen) {
  const options = roles.map(([value, name, meaning]) => element('option', { value }, `${name}: ${meaning}`));
  const select = element('select', { name: 'role' }, ...options);
  select.value = chosen;
  return { select, label: element('label', {}, element('span', {}, label), select) };
}
