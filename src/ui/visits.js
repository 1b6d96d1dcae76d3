import { ask } from './api.js';
import { may } from './caller.js';
import { byId, element, icon } from './element.js';
import { openVisit } from './visit-dialog.js';
import { tagsOf } from './visit-tags.js';
import { agoOf, dayOf, momentOf, timeOf, titleOf } from './words.js';

const pageVisits = 20;

/**
 * The list of visits.
 * @param {() => void} changed called when a person said something about a visit
 */
export function visitList(changed) {
  const state = { limit: pageVisits };
  const load = async () => {
    const { visits, before } = await ask(`/visits?limit=${state.limit}`);
    byId('visits').replaceChildren(...(visits.length === 0 ? [nothingYet()] : byDay(visits, changed)));
    byId('more-visits').hidden = before === null || state.limit >= 200;
  };
  byId('more-visits').addEventListener('click', () => {
    state.limit = Math.min(200, state.limit + 40);
    void load().catch(() => undefined);
  });
  return { load };
}

function nothingYet() {
  return element(
    'div',
    { className: 'empty' },
    icon('door'),
    element('strong', {}, 'Nobody has rung yet'),
    may('ring') ? element('p', {}, 'Press the button at the door, or press Ring here to try it.') : undefined,
  );
}

/**
 * @param {any[]} visits
 * @param {() => void} changed
 */
function byDay(visits, changed) {
  const days = new Map();
  for (const visit of visits) {
    const day = dayOf(visit.startedMs);
    days.set(day, [...(days.get(day) ?? []), visit]);
  }
  return [...days].flatMap(([day, ofDay]) => [
    element('h3', {}, day),
    element('ul', {}, ...ofDay.map((/** @type {any} */ visit) => element('li', {}, visitRow(visit, changed)))),
  ]);
}

/**
 * @param {any} visit
 * @param {() => void} changed
 */
function visitRow(visit, changed) {
  const thumbnail =
    visit.thumbnail === null
      ? element('span', { className: 'thumb none' }, icon('door'))
      : element('img', { className: 'thumb', src: visit.thumbnail, alt: '', loading: 'lazy' });
  return element(
    'button',
    { type: 'button', className: 'visit', onclick: () => openVisit(visit.id, changed) },
    thumbnail,
    element(
      'span',
      { className: 'visit-text' },
      element('span', { className: 'visit-head' }, element('strong', {}, titleOf(visit)), ...tagsOf(visit)),
      element('span', { className: 'reason' }, visit.reason ?? 'Still looking who it is'),
      element('time', { title: momentOf(visit.startedMs) }, `${timeOf(visit.startedMs)} · ${agoOf(visit.startedMs)}`),
    ),
  );
}
