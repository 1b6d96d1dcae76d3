import { element } from './element.js';
import { counted, dayOf, timeOf } from './words.js';

/** Distances are drawn up to here; beyond it everybody is a stranger. */
const distanceShownMax = 0.9;

/**
 * What the decision rested on: candidates against the thresholds, the face's quality, and how fast it went.
 * @param {any} visit
 * @returns {Node[]}
 */
export function evidenceOf(visit) {
  const parts = [];
  if (visit.decision !== null) parts.push(candidates(visit.decision), seen(visit.decision));
  if (Object.keys(visit.trace).length > 0) parts.push(trace(visit.trace));
  if (visit.notifications.length > 0) parts.push(notifications(visit.notifications));
  return parts;
}

/** @param {any} decision */
function candidates(decision) {
  const { thresholds } = decision;
  const rows = decision.candidates.map((/** @type {any} */ candidate) => {
    const bar = element('span', { className: `bar ${closeness(candidate.distance, thresholds)}` });
    bar.style.inlineSize = `${Math.min(100, (candidate.distance / distanceShownMax) * 100)}%`;
    const mark = element('span', { className: 'mark', title: `Known up to ${thresholds.known.toFixed(2)}` });
    mark.style.insetInlineStart = `${(thresholds.known / distanceShownMax) * 100}%`;
    return element(
      'li',
      {},
      element('span', { className: 'candidate-name' }, candidate.name),
      element('span', { className: 'track' }, bar, mark),
      element('span', { className: 'figure' }, candidate.distance.toFixed(2)),
      denialOf(candidate),
    );
  });
  const text =
    rows.length === 0
      ? 'Nobody of the household came near.'
      : `How far this face is from people you know: nearer than ${thresholds.known.toFixed(2)} is known, nearer than ${thresholds.probably.toFixed(2)} is probably, and ${thresholds.margin} nearer than the next one.`;
  return section('Why', element('p', { className: 'hint' }, text), element('ol', { className: 'candidates' }, ...rows));
}

/**
 * Why somebody so near was not even asked about.
 * @param {any} candidate
 */
function denialOf({ name, deniedMs }) {
  if (deniedMs === undefined) return undefined;
  return element('small', { className: 'denied' }, `you said “not ${name}”: ${dayOf(deniedMs)} ${timeOf(deniedMs)}`);
}

/**
 * @param {number} distance
 * @param {any} thresholds
 */
function closeness(distance, thresholds) {
  if (distance <= thresholds.known) return 'known';
  return distance <= thresholds.probably ? 'probably' : 'stranger';
}

/** @param {any} decision */
function seen(decision) {
  const { quality, thresholds } = decision;
  const facts = [
    ['Frames', `${decision.framesWithFace} of ${decision.framesSeen} with a face, ${decision.framesUsable} usable`],
    ['Agreement', `${Math.round(decision.agreement * 100)} %`],
  ];
  const [nearest] = decision.candidates;
  if (decision.sure !== undefined && nearest !== undefined)
    facts.unshift(['How sure', `${nearest.name}: ${surenessText(decision.sure)}`]);
  if (quality !== null)
    facts.push(
      ['Face width', `${Math.round(quality.widthPx)} px (${thresholds.faceWidthPxMin} needed)`],
      ['Sharpness', quality.sharpness.toFixed(0)],
      ['Turned', `${Math.round(Math.abs(quality.yawDeg))}°`],
      ['Light', quality.light.toFixed(0)],
    );
  return section('The face', factList(facts));
}

/** @param {any} trace */
function trace(trace) {
  const names = [
    ['stored', 'Safely stored'],
    ['rung', 'Rung'],
    ['firstFrame', 'First picture'],
    ['detected', 'Face found'],
    ['named', 'Named'],
    ['notified', 'Told'],
  ];
  const facts = names
    .filter(([key]) => trace[key] !== undefined)
    .map(([key, name]) => [name, `${Math.round(trace[key])} ms`]);
  return section('How fast', factList(facts));
}

/** @param {any[]} sent */
function notifications(sent) {
  /** @type {Record<string, string>} */
  const words = { pending: 'waiting', sent: 'sent', failed: 'failed', suppressed: 'held back' };
  const facts = sent.map(({ channel, kind, status, attempts, lastError }) => {
    const tries = attempts > 1 ? ` after ${counted(attempts, 'attempt')}` : '';
    const why = lastError === null ? '' : `: ${lastError}`;
    return [`${channel} · ${kind}`, `${words[status] ?? status}${tries}${why}`];
  });
  return section('Who was told', factList(facts));
}

/** @param {string[][]} facts */
function factList(facts) {
  return element(
    'dl',
    { className: 'facts' },
    ...facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );
}

/**
 * @param {string} title
 * @param {...Node} content
 */
function section(title, ...content) {
  return element('section', { className: 'evidence' }, element('h3', {}, title), ...content);
}

/**
 * Nobody is ever certain.
 * @param {number} sure from 0 to 1
 */
function surenessText(sure) {
  if (sure > 0.99) return 'more than 99 %';
  return sure < 0.01 ? 'less than 1 %' : `${Math.floor(100 * sure)} %`;
}
