import { ask } from './api.js';
import { button, byId, element, icon, portrait } from './element.js';
import { titleOf } from './words.js';

const shownMs = 45_000;
const recentMs = 60_000;

/**
 * The banner: first that somebody is at the door, then who. Once a visit is known its row says everything, so every
 * event only makes us look again.
 * @param {(visitId: string) => void} open
 */
export function ringBanner(open) {
  const state = { visitId: '', timer: 0, title: document.title };

  const hide = () => {
    byId('ring').hidden = true;
    document.title = state.title;
  };
  const show = (/** @type {any} */ visit, /** @type {string} */ text) => {
    const isNamed = visit.outcome !== null;
    byId('ring').className = `ring ${isNamed ? visit.outcome : 'ringing'}`;
    byId('ring').replaceChildren(
      isNamed && visit.thumbnail !== null
        ? portrait(visit.thumbnail, text)
        : element('span', { className: 'ring-bell' }, icon('bell')),
      element(
        'div',
        { className: 'ring-text' },
        element('strong', {}, text),
        element('span', {}, visit.reason ?? 'Looking who it is…'),
      ),
      button({ text: 'Look', kind: 'light' }, () => open(visit.id)),
      button({ text: '', icon: 'close', kind: 'icon light', label: 'Dismiss' }, hide),
    );
    byId('ring').hidden = false;
    document.title = `🔔 ${text}`;
    clearTimeout(state.timer);
    state.timer = setTimeout(hide, shownMs);
  };

  return {
    /**
     * Somebody rang. The words stand before anything else is asked for.
     * @param {string} visitId
     */
    rang(visitId) {
      state.visitId = visitId;
      show({ id: visitId, outcome: null, reason: null, thumbnail: null }, 'Somebody is at the door');
    },
    /**
     * Something became known about a visit.
     * @param {string} visitId
     */
    async learned(visitId) {
      if (visitId !== state.visitId) return;
      const visit = await ask(`/visits/${visitId}`).catch(() => undefined);
      if (visit === undefined || visit.outcome === null || Date.now() - visit.startedMs > recentMs) return;
      show(visit, sentenceOf(visit));
    },
  };
}

/** @param {any} visit */
function sentenceOf(visit) {
  if (visit.outcome === 'no-face') return 'Somebody rang, no face to see';
  return `${titleOf(visit)} is at the door`;
}
