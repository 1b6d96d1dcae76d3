import type { Advice, SelfTestReport } from './report.ts';
import { judgeNow } from './tally.ts';
import type { PictureCase, VisitCase } from './truth.ts';
import type { Named, Tried } from './try-face.ts';
import { shortName } from '../../store/short-name.ts';

const adviceMax = 10;

interface Findings {
  readonly people: SelfTestReport['people'];
  readonly pictures: readonly PictureCase[];
  readonly visits: readonly VisitCase[];
  readonly settings: SelfTestReport['settings'];
  readonly strangersPerName: number;
}

/** What to do, the gravest first: wrong names, names that are missing, what cannot be tried. */
export function adviceOn(findings: Findings): Advice[] {
  return [
    ...aboutWrongPictures(findings),
    ...aboutWrongVisits(findings),
    ...aboutSettings(findings),
    ...aboutMissed(findings),
    ...aboutSinglePictures(findings),
  ].slice(0, adviceMax);
}

function aboutWrongPictures({ people, pictures }: Findings): Advice[] {
  return people
    .filter(({ wrong }) => wrong > 0)
    .map(({ personId, name, wrong, tried }) => {
      const takenFor = pictures.flatMap(({ person, tried: one }) =>
        person.personId === personId && one?.person !== undefined && one.person.personId !== personId
          ? [shortName(one.person.name)]
          : [],
      );
      const others = [...new Set(takenFor)].join(' and ');
      const text = `${wrong} of ${tried} pictures of ${shortName(name)} would be taken for ${others}: look whether all show ${shortName(name)}`;
      return { kind: 'look-at-pictures', text, name, visitId: null };
    });
}

function aboutWrongVisits({ visits }: Findings): Advice[] {
  return visits
    .filter((visit) => judgeNow(visit) === 'wrong')
    .flatMap(({ visitId, truth, tried }) => {
      const called = shortName(tried?.person?.name ?? '');
      if (truth.kind === 'was') {
        const { name } = truth.person;
        return [picture(name, visitId, `a visit of ${shortName(name)} would be named ${called}: add its face`)];
      }
      const text = `without your word, a visit that was not ${called} would be named so again: look whether all pictures show ${called}`;
      return [{ kind: 'look-at-pictures' as const, text, name: tried?.person?.name ?? null, visitId }];
    });
}

function aboutSettings({ settings, strangersPerName }: Findings): Advice[] {
  const recommended = settings[strangersPerNameKey];
  if (recommended === undefined) return [];
  const why = recommended > strangersPerName ? 'wrong names would be fewer' : 'more of the household would be named';
  const text = `let at most one stranger in ${recommended} be named, not in ${strangersPerName}: ${why} (${strangersPerNameKey})`;
  return [{ kind: 'set', text, name: null, visitId: null }];
}

export const strangersPerNameKey = 'recognition.strangersPerName';

/** People whom the bell would not name, by their pictures or by visits of theirs; the newest such visit may be enrolled. */
function aboutMissed({ people, pictures, visits }: Findings): Advice[] {
  const missedPictures = pictures.flatMap(({ person, tried }): Missed[] =>
    tried !== undefined && tried.person === undefined ? [{ ...person, tried, visitId: undefined }] : [],
  );
  const missedVisits = visits.flatMap((visit): Missed[] =>
    visit.truth.kind === 'was' && visit.tried !== undefined && judgeNow(visit) === 'missed'
      ? [{ ...visit.truth.person, tried: visit.tried, visitId: visit.visitId }]
      : [],
  );
  const missed = Map.groupBy([...missedVisits, ...missedPictures], ({ personId }) => personId);
  return [...missed].map(([personId, all]) => {
    const name = all[0]?.name ?? '';
    const tried = people.find((person) => person.personId === personId)?.tried ?? 0;
    const ofVisits = all.filter((one) => one.visitId !== undefined).length;
    const ofPictures = all.length - ofVisits;
    const what = [
      ...(ofPictures === 0 ? [] : [`${ofPictures} of ${tried} pictures`]),
      ...(ofVisits === 0 ? [] : [`${ofVisits} ${ofVisits === 1 ? 'visit' : 'visits'}`]),
    ].join(' and ');
    const text = `${what} of ${shortName(name)} would get no name`;
    if (!all.some((one) => one.tried.denied.includes(personId)))
      return picture(name, all[0]?.visitId, `${text}: add a picture`);
    const why = `you have said of a face like that that it is not ${shortName(name)}`;
    return { kind: 'look-at-pictures', text: `${text}, because ${why}: say that it is, if it is`, name, visitId: null };
  });
}

interface Missed extends Named {
  readonly tried: Tried;
  readonly visitId: string | undefined;
}

function aboutSinglePictures({ people }: Findings): Advice[] {
  return people
    .filter(({ pictures }) => pictures === 1)
    .map(({ name }) =>
      picture(name, undefined, `${shortName(name)} has one picture, which cannot be tried: add a second`),
    );
}

function picture(name: string, visitId: string | undefined, text: string): Advice {
  return { kind: 'add-picture', text, name, visitId: visitId ?? null };
}
