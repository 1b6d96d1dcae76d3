import { byId, element } from './element.js';
import { counted } from './words.js';

/** @type {Record<string, string>} */
const verdicts = { well: 'Well', broken: 'Broken', missing: 'Not known yet', strained: 'Machine is busy' };

/**
 * What each judge of a trial says, and what its word is built on. Closed until somebody wants to know.
 * @param {any[] | undefined} judges
 */
export function showJudges(judges) {
  const heard = judges ?? [];
  byId('release-judges').hidden = heard.length === 0;
  const against = heard.filter(({ verdict }) => verdict !== 'well').length;
  const word = against === 0 ? 'all well' : `${against} not well`;
  byId('release-judges-title').textContent = `${counted(heard.length, 'judge')}, ${word}`;
  byId('release-judges-list').replaceChildren(...heard.map(rowOf));
}

/** @param {any} judgement */
function rowOf({ judge, verdict, words, evidence }) {
  return element(
    'li',
    { className: `judge judge-${verdict}` },
    element('span', { className: 'judge-name' }, judge.replaceAll('-', ' ')),
    element('span', { className: 'judge-verdict' }, verdicts[verdict] ?? verdict),
    element('span', { className: 'hint' }, [words, evidenceWords(evidence)].filter(Boolean).join(' · ')),
  );
}

/** @param {any} evidence */
function evidenceWords(evidence) {
  if (evidence === null) return '';
  const { asked, answered, compared, saw } = evidence;
  return [`${asked} asked, ${answered} answered, ${compared} compared`, saw].filter(Boolean).join(': ');
}
