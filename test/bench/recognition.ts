// How well the product recognises people: pictures of labelled people and of strangers, all through its own inference,
// its own gates and its own decision.
//   npm run bench:recognition -- DIR… [--groups CSV] [--visits 200] [--households 20] [--sources 60] [--seed 1]
//     [--recogniser dlib] [--curves]
// Each DIR: a folder for each person, pictures of strangers, or deepface's master.csv (see recognition/faces-given.ts).
// With --curves it also writes test/bench/recognition/CURVES.md: what each limit of the settings keeps out.
// The last line is one JSON object for programs: shares from 0 to 1; null where nothing could be measured.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import Value from 'typebox/value';
import { startInference } from '../../src/machine/inference/onnx-inference.ts';
import { settingsSchema } from '../../src/settings/settings-schema.ts';
import { begin, Misused, wholeNumber } from '../../scripts/entry.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { Eye } from './recognition/eye.ts';
import { curvesPage } from './recognition/curves.ts';
import { readGivenFaces } from './recognition/faces-given.ts';
import { measureGroups } from './recognition/groups.ts';
import { measureOpenSet, type OpenSet } from './recognition/open-set.ts';
import { pairsTable } from './recognition/pairs.ts';
import { measureAsTheyAre, measureStress, type Measuring, type StressLook } from './recognition/stress.ts';
import { payVisits, type PaidVisit } from './recognition/visits.ts';
import { curveKinds, stressKinds } from './recognition/stress-kinds.ts';
import { survey, type Survey } from './recognition/survey.ts';
import {
  gateTable,
  isNamed,
  openSetTable,
  reliabilityTable,
  share,
  stressTable,
  visitsTable,
} from './recognition/tables.ts';

const wordsKnown = {
  usage:
    'npm run bench:recognition -- DIR… [--groups CSV] [--visits N] [--households N] [--sources N] [--seed N] [--recogniser NAME] [--curves]',
  words: 50,
  options: {
    groups: { type: 'string' },
    visits: { type: 'string' },
    households: { type: 'string' },
    sources: { type: 'string' },
    seed: { type: 'string' },
    recogniser: { type: 'string' },
    curves: { type: 'boolean', default: false },
  },
} as const;
const sizes = [2, 5, 10, 20, 50] as const;
const { positionals, values } = begin(wordsKnown);
const modelsFolder = path.join(import.meta.dirname, '../../.models');

async function main(): Promise<void> {
  if (positionals.length === 0) throw new Misused('name folders of labelled people');
  const given = await readGivenFaces(positionals, values.groups);
  if (given.outcome === 'unusable') return refuse(given.message);
  const { recogniser } = values;
  const chosen = recogniser === undefined ? {} : { recogniser };
  const started = await startInference({ modelsFolder, threads: 1, ...chosen });
  if (started.outcome !== 'started') return refuse(started.message);
  const random = new SeededRandom(wholeNumber(values.seed, 1));
  const eye = new Eye(started, Value.Create(settingsSchema).recognition);
  const found = await survey(eye, given, progress('pictures'));
  console.log(`${eye.recogniser}: ${given.people.length} people, ${given.strangers.length} strangers\n`);
  console.log(`${gateTable(found)}\n`);
  console.log(`${pairsTable([...found.samples, ...found.strangers], eye)}\n`);
  const households = wholeNumber(values.households, 20);
  const openSets = sizes.flatMap((size) =>
    [1, 3].flatMap((references) => measureOpenSet({ eye, found, random }, { size, references, households }) ?? []),
  );
  console.log(`${openSetTable(openSets)}\n`);
  const shown = headline(openSets);
  if (shown !== undefined) console.log(`${reliabilityTable(shown)}\n`);
  const groups = measureGroups({ eye, found, random }, households);
  if (groups !== undefined) console.log(`${groups.table}\n`);
  const measuring = { eye, found, random };
  const kinds = values.curves ? [...stressKinds, ...curveKinds] : stressKinds;
  const sourcesMax = wholeNumber(values.sources, 60);
  const looks = await measureStress(measuring, { kinds, sourcesMax }, progress('faces under stress'));
  console.log(`${stressTable(looks)}\n`);
  if (values.curves) await writeCurves(measuring, looks);
  const visits = await payVisits({ eye, found, random }, wholeNumber(values.visits, 6, 0), progress('visits'));
  console.log(`${visitsTable(visits)}\n`);
  await started.stop();
  console.log(
    JSON.stringify(figuresOf({ found, openSets, looks, visits, worstGroupRatio: groups?.worstRatio ?? null })),
  );
}

/** Every limit of the settings beside what it keeps out. */
async function writeCurves(measuring: Measuring, looks: readonly StressLook[]): Promise<void> {
  const { eye, found } = measuring;
  const all = [...measureAsTheyAre(measuring), ...looks];
  const pairs = pairsTable([...found.samples, ...found.strangers], eye);
  const page = [
    '# What each limit keeps out',
    `Written by \`npm run -s bench:recognition -- DIR… --curves\` with ${eye.recogniser}: ${found.samples.length} pictures of ${new Set(found.samples.map(({ person }) => person)).size} people as they are, and some of them under stress made by script. All as if there were no gate. "Own name missing": a member of the household is not named. "Another is nearer": whatever the thresholds. "Stranger named": a household in which the person does not live names somebody. "Two people alike": of pairs of faces of two people, both in the range, would be one person if one of them were enrolled.`,
    curvesPage(eye, all),
    'Two pictures at a time, by their distance (`strangerDistance`):',
    `\`\`\`\n${pairs}\n\`\`\``,
  ];
  await writeFile(path.join(import.meta.dirname, 'recognition/CURVES.md'), `${page.join('\n\n')}\n`);
}

interface Measured {
  readonly found: Survey;
  readonly openSets: readonly OpenSet[];
  readonly looks: readonly StressLook[];
  readonly visits: readonly PaidVisit[];
  readonly worstGroupRatio: number | null;
}

function figuresOf({ found, openSets, looks, visits, worstGroupRatio }: Measured): object {
  const samples = [...found.samples, ...found.strangers];
  const good = samples.flatMap(({ seen }) => (seen !== undefined && isGood(seen.complaint) ? [seen] : []));
  const open = headline(openSets);
  const [visitors, strangers] = [open?.visitors, open?.strangers];
  const named = (visitors?.known ?? 0) + (visitors?.probably ?? 0);
  const small = looks.filter(({ kind }) => kind === '48 px');
  const [ordinary, attacks] = [visits.filter(({ isAttack }) => !isAttack), visits.filter(({ isAttack }) => isAttack)];
  return {
    people: new Set(found.samples.map(({ person }) => person)).size,
    strangers: new Set(found.strangers.map(({ person }) => person)).size,
    detected: share(samples.filter(({ seen }) => seen !== undefined).length, samples.length),
    refusedGood: share(good.filter(({ complaint }) => complaint !== undefined).length, good.length),
    household: open === undefined ? null : `${open.size}x${open.references}`,
    known: share(visitors?.known ?? 0, visitors?.looks ?? 0),
    probably: share(visitors?.probably ?? 0, visitors?.looks ?? 0),
    missed: share((visitors?.looks ?? 0) - named, visitors?.looks ?? 0),
    strangerKnown: share(strangers?.wrongKnown ?? 0, strangers?.looks ?? 0),
    strangerProbably: share(strangers?.wrongProbably ?? 0, strangers?.looks ?? 0),
    worstGroupRatio,
    px48Found: share(small.filter(({ seen }) => seen !== undefined).length, small.length),
    px48Named: share(small.filter(isNamed).length, small.length),
    visits: ordinary.length,
    visitsNamedRight: ordinary.filter(
      ({ expected, outcome, personName }) => expected === personName && outcome !== 'unanswered',
    ).length,
    visitsNamedWrong: ordinary.filter(({ expected, personName }) => personName !== undefined && expected !== personName)
      .length,
    attacksWarned: share(attacks.filter(({ isWarned }) => isWarned).length, attacks.length),
    falseAlarms: share(ordinary.filter(({ isWarned }) => isWarned).length, ordinary.length),
  };
}

/** Twenty people of three references each; of fewer, as many as there are. */
function headline(openSets: readonly OpenSet[]): OpenSet | undefined {
  const most = Math.max(...openSets.map(({ references }) => references));
  const some = openSets.filter(({ references }) => references === most);
  return some.find(({ size }) => size === 20) ?? some.at(-1);
}

/** Whoever looks away or is far away is no good face; everything else that the gate says of a picture may be for nothing. */
function isGood(complaint: string | undefined): boolean {
  return complaint === undefined || !/ px wide|turned \d+ degrees/.test(complaint);
}

function progress(what: string): (done: number) => void {
  return (done) => void (process.stderr.isTTY && process.stderr.write(`\r${done} ${what} `));
}

function refuse(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

await main();
