import type { SelfTestReport } from './report.ts';

/** Below this share of right names something must be mended; a single one of a few cases proves nothing. */
const shareMin = 0.85;
const casesMin = 5;

type Counted = Pick<SelfTestReport, 'pictures' | 'said' | 'advice'>;
type Verdict = Pick<SelfTestReport, 'state' | 'verdict' | 'cases' | 'right'>;

/** One sentence on all cases: pictures that were tried, and visits of which the household has said who it was. */
export function verdictOn({ pictures, said: { now }, advice }: Counted): Verdict {
  const right = pictures.known + pictures.probably + now.right;
  const missed = pictures.missed + now.missed;
  const wrong = pictures.wrong + now.wrong;
  const cases = right + missed + wrong;
  if (cases === 0)
    return { state: advice.length === 0 ? 'good' : 'advice', verdict: nothingToSay(pictures), cases, right };
  const isIll = wrong > 0 || (cases >= casesMin && right / cases < shareMin);
  const state = isIll ? 'mend' : advice.length > 0 ? 'advice' : 'good';
  const opening = isIll ? 'Not well' : missed > 0 ? 'Well enough' : 'Well';
  const visits = now.right + now.missed + now.wrong;
  const what = [...counted(pictures.tried, 'picture'), ...counted(visits, 'visit')].join(' and ');
  const others = [...(wrong > 0 ? [`${wrong} a wrong one`] : []), ...(missed > 0 ? [`${missed} none`] : [])];
  const all = cases === 1 ? what : `all of ${what}`;
  const who = others.length === 0 ? all : `of ${what}, ${right}`;
  const verdict = `${[`${opening}: ${who} would get the right name`, ...others].join(', ')}.`;
  return { state, verdict, cases, right };
}

function counted(number: number, noun: string): readonly string[] {
  return number === 0 ? [] : [`${number} ${noun}${number === 1 ? '' : 's'}`];
}

function nothingToSay({ enrolled, waiting }: SelfTestReport['pictures']): string {
  if (enrolled === 0) return 'Nobody is enrolled: there is nothing to try.';
  if (waiting > 0) return 'Nothing can be said yet: the pictures are still being embedded for this recogniser.';
  return 'Nothing can be said yet: nobody has a second picture, and of no visit has anybody said who it was.';
}
