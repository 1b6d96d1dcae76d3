import type { SelfTestAnswer } from './self-test-answer.ts';
import { shortIds } from './find-id.ts';
import { count, plain, table } from './text.ts';

/** What a self-test found: the verdict, the figures, and what to do, with the command that does it. */
export function linesOfSelfTest(test: SelfTestAnswer): string[] {
  const rows = [picturesRow(test), alikeRow(test), visitsRow(test), saidRow(test), strangersRow(test)];
  const advice = test.advice.flatMap((one) => [`- ${plain(one.text)}`, `  ${plain(commandOf(one))}`]);
  return [
    plain(test.verdict),
    ...table(rows.filter((row) => row.length > 0)),
    ...(advice.length === 0 ? [] : ['What to do:', ...advice]),
  ];
}

/** "3 named, 1 not named": what there is none of is left out. */
function counts(...all: readonly (readonly [number: number, what: string])[]): string {
  return all.flatMap(([number, what]) => (number === 0 ? [] : [`${number} ${what}`])).join(', ');
}

function picturesRow({ pictures, people }: SelfTestAnswer): string[] {
  const { enrolled, known, missed, probably, tried, waiting, wrong } = pictures;
  const single = people.filter((person) => person.tried === 0).length;
  const late = waiting === 0 ? '' : `; ${waiting} not embedded yet`;
  if (enrolled === 0) return [];
  if (tried === 0) return ['pictures', `${enrolled} enrolled, none can be tried: nobody has two${late}`];
  const found = counts(
    [known, 'named'],
    [probably, 'named “probably”'],
    [missed, 'not named'],
    [wrong, 'named wrongly'],
  );
  const rest = single === 0 ? '' : `; ${single} of ${people.length} people cannot be tried`;
  return ['pictures', `${tried} of ${enrolled} tried against all others: ${found}${rest}${late}`];
}

function alikeRow({ alike }: SelfTestAnswer): string[] {
  if (alike === null) return [];
  const { one, other, distance, allowed } = alike;
  const pair = `${plain(one.name)} and ${plain(other.name)} are the nearest to each other`;
  return ['people', `${pair}: ${distance.toFixed(2)}, a name needs ${allowed.toFixed(2)}`];
}

function visitsRow({ days, visits }: SelfTestAnswer): string[] {
  const { faceless, looked, lost, namedNow, otherName, same } = visits;
  if (looked === 0) return ['visits', `none in ${count(days, 'day')}`];
  const found = counts(
    [same, 'decided as at the door'], [namedNow, 'named now'], [lost, 'not named any more'], [otherName, 'named otherwise'],
    [faceless, 'without a face that was kept'],
  ); // prettier-ignore
  return ['visits', `${looked} in ${count(days, 'day')}: ${found}`];
}

function saidRow({ said, visits }: SelfTestAnswer): string[] {
  const told = ({ right, missed, wrong }: SelfTestAnswer['said']['now']): string =>
    counts([right, 'right'], [missed, 'not named'], [wrong, 'wrong']);
  const then = [['at the door', told(said.door)] as const, ['today', told(said.now)] as const].flatMap(([when, what]) =>
    what === '' ? [] : [`${when} ${what}`],
  );
  if (then.length > 0) return ['your word', then.join('; ')];
  return visits.looked === 0 ? [] : ['your word', 'you have said of no visit who it was'];
}

function strangersRow({ strangers: { named, nearest, tried } }: SelfTestAnswer): string[] {
  if (tried === 0) return [];
  const found = `${count(tried, 'visit')}, ${named === 0 ? 'none' : named} would be named`;
  if (nearest === null) return ['strangers', found];
  const { allowed, distance, name, visitId } = nearest;
  const near = `the nearest, ${shortIds([])(visitId)}, is ${distance.toFixed(2)} from ${plain(name)}, a name needs ${allowed.toFixed(2)}`;
  return ['strangers', `${found}; ${near}`];
}

/** A command to copy: names are quoted for a shell. */
function commandOf({ kind, name, visitId }: SelfTestAnswer['advice'][number]): string {
  const who = `'${(name ?? '').replaceAll("'", String.raw`'\''`)}'`;
  if (kind === 'set') return 'doorward self-test --apply';
  if (kind === 'add-picture')
    return `doorward people add ${who} ${visitId === null ? 'PICTURE' : `--visit ${shortIds([])(visitId)}`}`;
  return `doorward people show ${who}`;
}
