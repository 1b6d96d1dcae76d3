/**
 * `npm run -s test:matrix`: everybody at every route. The last line is JSON; exit code 1 when something was answered
 * otherwise than the table says.
 */
import { begin } from '../../scripts/entry.ts';
import { openMatrix } from './open-matrix.ts';
import { walkMatrix } from './walk-matrix.ts';

begin({ usage: 'npm run test:matrix' });
const ends: (() => unknown)[] = [];
const { site, callers } = await openMatrix({ after: (end: () => unknown) => void ends.push(end) } as never);
const { wrong, ...counted } = await walkMatrix(site, callers);
for (const cell of wrong) console.log(cell);
for (const end of ends.toReversed()) await end();
const { routes, roles, cells } = counted;
console.log(
  `${routes} routes were asked by ${roles} kinds of callers, in ${cells} ways: ${wrong.length} wrong answers`,
);
console.log(JSON.stringify({ ...counted, wrong: wrong.length }));
process.exitCode = wrong.length === 0 ? 0 : 1;
