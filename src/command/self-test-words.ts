import type { SelfTestAnswer } from './self-test-answer.ts';
import { shortIds } from './find-id.ts';
import { count, plain, table } from './text.ts';

/** What a self-test found: the verdict, the figures, and what to do, with the command that does it. */
export function linesOfSelfTest(test: SelfTestAnswer): string[] {
  const advice = test.advice.flatMap((one) => [`- ${plain(one.text)}`, `  ${plain(commandOf(one))}`]);
  return [
    plain(test.verdict),
    ...table(
      [picturesRow(test), alikeRow(test), visitsRow(test), saidRow(test), strangersRow(test)].filter(
        (row) => row.length > 0,
      ),
    ),
    ...(advice.length === 0 ? [] : ['What to do:', ...advice]),
  ];
}

function picturesRow({ pictures, people }: SelfTestAnswer): string[] {
  const { enrolled, known, missed, probably, tried, waiting, wrong } = pictures;
  const single = people.filter((person) => person.tried === 0).length;
  const late = waiting === 0 ? '' : `; ${waiting} not embedded yet`;
  if (tried === 0) return ['pictures', `${enrolled} enrolled, none can be tried: nobody has two${late}`];
  const found = `${known} named, ${probably} named “probably”, ${missed} not named, ${wrong} named wrongly`;
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
  const changes = [
    `${same} as at the door`,
    `${namedNow} named now`,
    `${lost} not named any more`,
    `${otherName} another name`,
  ];
  return [
    'visits',
    `${looked} in ${count(days, 'day')}: ${changes.join(', ')}; ${faceless} without a face that was kept`,
  ];
}

function saidRow({ said }: SelfTestAnswer): string[] {
  const told = ({ right, missed, wrong }: SelfTestAnswer['said']['now']): string =>
    `${right} right, ${missed} not named, ${wrong} wrong`;
  const spoken = [said.door, said.now].some(({ right, missed, wrong }) => right + missed + wrong > 0);
  return [
    'your word',
    spoken ? `at the door ${told(said.door)}; today ${told(said.now)}` : 'you have said of no visit who it was',
  ];
}

function strangersRow({ strangers: { named, nearest, tried } }: SelfTestAnswer): string[] {
  if (nearest === null) return ['strangers', count(tried, 'visit')];
  const { allowed, distance, name, visitId } = nearest;
  const near = `the nearest, ${shortIds([])(visitId)}, is ${distance.toFixed(2)} from ${plain(name)}, a name needs ${allowed.toFixed(2)}`;
  return ['strangers', `${count(tried, 'visit')}, ${named} would be named; ${near}`];
}

/** A command to copy: names are quoted for a shell. */
function commandOf({ kind, name, visitId }: SelfTestAnswer['advice'][number]): string {
  const who = `'${(name ?? '').replaceAll("'", String.raw`'\''`)}'`;
  if (kind === 'set') return 'doorward self-test --apply';
  if (kind === 'add-picture')
    return `doorward people add ${who} ${visitId === null ? 'PICTURE' : `--visit ${shortIds([])(visitId)}`}`;
  return `doorward people show ${who}`;
}
