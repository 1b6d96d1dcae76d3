/** They look at visitors worse than the incumbent: at the door only, or in the rehearsal already. */
import { bad, instead, type ZooRelease } from '../zoo-release.ts';

const visit = 'src/visit/visit.ts';
const looking = 'src/visit/looking.ts';
const looked = 'return match(parts.gallery, frame.sequence, embedded.value);';
const seen = 'const seen = match(parts.gallery, frame.sequence, embedded.value);';
const reasons = ['named', 'names', 'own-press'] as const;

export const badAtNaming: readonly ZooRelease[] = [
  bad('names-nobody', 'sees no face at the door', {
    reasons,
    patch: instead(visit, 'explain(parts, visit, decide(sightings, rules))', 'explain(parts, visit, decide([], rules))'),
  }),
  bad('decides-nothing', 'leaves every visit open', {
    reasons: [...reasons, 'kept'],
    patch: instead(visit, 'await record(parts, visit, { verdict, saved: seen.saved });', ''),
  }),
  bad('everybody-is-the-first', 'gives everybody at the door the first name of the household', {
    reasons,
    patch: instead(
      looking,
      looked,
      `${seen}
       return { ...seen, faces: seen.faces.map((face) => ({ ...face, candidates: face.candidates
         .toSorted((one, other) => one.name.localeCompare(other.name))
         .map((candidate, index) => ({ ...candidate, distance: index === 0 ? 0.1 : 0.9 })) })) };`,
    ),
  }),
  bad('only-strangers', 'knows nobody at the door', {
    reasons,
    patch: instead(looking, looked, `${seen} return { ...seen, faces: seen.faces.map((face) => ({ ...face, candidates: [] })) };`),
  }),
  bad('looks-away', 'its pictures of visitors say that they are on the disk, and are not', {
    reasons: [...reasons, 'kept', 'stored-rows'],
    patch: instead('src/visit/saved-frames.ts', 'await replaceFile(disk, `${home.root}/${path}`, jpeg);', 'void jpeg;'),
  }),
  bad('knows-nobody', 'knows nobody, in the rehearsal too', {
    reasons: ['recognition-drop'],
    patch: instead('src/visit/decide.ts', "if (nearest === undefined) return 'stranger';", "if (nearest !== null) return 'stranger';"),
  }),
  bad('mixes-names-up', 'takes the least alike for the most alike', {
    reasons: ['false-name'],
    patch: instead(
      'src/visit/embed.ts',
      'gallery.match(face.embedding)),',
      `((found: ReturnType<typeof gallery.match>) => ({ ...found, candidates: found.candidates.toReversed()
         .map((candidate, index) => ({ ...candidate, distance: 0.1 + index / 2 })) }))(gallery.match(face.embedding))),`,
    ),
  }),
]; // prettier-ignore
