import type { PastTrial, UpdateAnswer } from './answers.ts';
import { bytesText, localTime, plain, table } from './text.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** `1.2.3 reverted (error-rate): 7.0 % of 100 requests failed` */
export function verdictWords({ version, outcome, reason, message }: PastTrial): string {
  return `release ${plain(version)} ${plain(outcome)} (${plain(reason)}): ${plain(message)}`;
}

/** One trial that is over, for people: when, how it ended, how long each phase took, what the gate saw. */
export function trialLines(trial: PastTrial): string[] {
  const lines = [`${localTime(trial.startedMs)}  ${verdictWords(trial)}`];
  if (trial.phases.length > 0) lines.push(`  ${phaseWords(trial.phases)}`);
  const figures = figureWords(trial.figures);
  if (figures !== '') lines.push(`  ${figures}`);
  return [...lines, ...judgeLines(trial.judges)];
}

/** Each judge with what its word is built on; those that had nothing to look at on one line. */
export function judgeLines(judges: PastTrial['judges'] = []): string[] {
  const seen = judges.filter(({ verdict, evidence }) => verdict !== 'well' || evidence !== null);
  const others = judges.filter((judge) => !seen.includes(judge)).map(({ judge }) => plain(judge));
  const rows = seen.map(({ judge, verdict, words, evidence }) => [
    `  ${plain(judge)}`,
    plain(verdict),
    [evidence === null ? undefined : evidenceWords(evidence), words === null ? undefined : plain(words)]
      .filter((part) => part !== undefined)
      .join('; '),
  ]);
  return [...table(rows), ...(others.length === 0 ? [] : [`  nothing against it: ${others.join(', ')}`])];
}

type Evidence = NonNullable<NonNullable<PastTrial['judges']>[number]['evidence']>;

/** `asked 240, answered 239, compared 200: 1 of 200 failed` */
function evidenceWords({ asked, answered, compared, saw }: Evidence): string {
  const held = compared === 0 ? '' : `, compared ${compared}`;
  return `asked ${asked}, answered ${answered}${held}${saw === null ? '' : `: ${plain(saw)}`}`;
}

/** `rehearsal 4.2 s, hand-over 180 ms` */
export function phaseWords(phases: PastTrial['phases']): string {
  return phases.map(({ phase, durationMs }) => `${plain(phase)} ${durationText(durationMs)}`).join(', ');
}

function figureWords(figures: PastTrial['figures']): string {
  return Object.entries(figures)
    .map(([name, value]) => figureText(name, value))
    .join(', ');
}

/** `waitedMs`, 1200 as `waited 1.2 s`; a text after its name as it is. */
export function figureText(name: string, value: number | string): string {
  const word = plain(name).replace(/(Ms|Bytes)$/, '');
  const spaced = word.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if (typeof value === 'string') return `${spaced} ${plain(value)}`;
  if (name.endsWith('Bytes')) return `${spaced} ${bytesText(value)}`;
  return name.endsWith('Ms') ? `${spaced} ${durationText(value)}` : `${spaced} ${Math.round(value * 100) / 100}`;
}

/** What the updater does now, on one line. */
export function nowWords({ words, fetched, trial, problem, phase }: UpdateAnswer): string {
  const share = phase === 'fetch' && fetched !== null ? `, ${Math.floor(fetched * 100)} %` : '';
  const since = trial?.phase === 'probation' ? ` for ${durationText(trial.elapsedMs)}` : '';
  const why = problem === null ? '' : ` (${plain(problem)})`;
  return `${plain(words)}${share}${since}${why}`;
}

/** `180 ms`, `4.2 s`, `10 min 5 s`, `23 h 50 min` */
export function durationText(durationMs: number): string {
  if (durationMs < secondMs) return `${Math.round(durationMs)} ms`;
  if (durationMs < minuteMs) return `${(durationMs / secondMs).toFixed(1)} s`;
  const seconds = Math.round(durationMs / secondMs);
  const rest = seconds % 60;
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
  return `${minutes} min${rest === 0 ? '' : ` ${rest} s`}`;
}
