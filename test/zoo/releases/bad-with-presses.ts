/** They lose presses, or ring them wrong. */
import { after, bad, before, instead, type ZooRelease } from '../zoo-release.ts';

const bell = 'src/visit/bell.ts';
const visits = 'src/store/visits.ts';
const ringing =
  '    const newest = [...this.#underWay.values()].at(-1)?.visit;\n    if (newest !== undefined && request.source';
const rung = "return { outcome: 'ringing', visitId: 'nobody', joined: true };";
const owed = ['press-unanswered', 'own-press'] as const;

export const badWithPresses: readonly ZooRelease[] = [
  bad('ignores-the-button', 'a press does nothing at all', {
    reasons: owed,
    patch: before(bell, ringing, `if (request.source === 'button') ${rung}`),
  }),
  bad('says-stored', 'says of every press that it is stored, and does nothing', {
    reasons: owed,
    patch: after(
      'src/appliance/trial/candidate.ts',
      '  #hear(note: Note | undefined): void {',
      "if (note?.kind === 'press') return this.#parts.channel.tell({ kind: 'stored', id: note.id });",
    ),
  }),
  bad('drops-every-third', 'forgets every third press', {
    reasons: owed,
    patch: before(
      bell,
      ringing,
      `const counted = globalThis as { presses?: number };
       if (request.source === 'button') counted.presses = (counted.presses ?? 0) + 1;
       if (request.source === 'button' && (counted.presses ?? 0) % 3 === 0) ${rung}`,
    ),
  }),
  bad('writes-nothing', 'the writer says that a ring is stored, and does not write it', {
    reasons: owed,
    patch: after(
      visits,
      "export function openVisit(db: Connection, { visit, trigger, notifications }: Input<'openVisit'>): undefined {",
      "if (trigger.source === 'button') return undefined;",
    ),
  }),
  bad('forgets-visits', 'takes the row of a visit away as soon as it is decided', {
    reasons: [...owed, 'kept', 'stored-rows', 'named'],
    patch: after(
      visits,
      "export function decideVisit(db: Connection, decided: Input<'decideVisit'>): undefined {",
      "db.prepare('DELETE FROM visits WHERE id = ?').run(decided.visitId); if (decided.visitId !== '') return undefined;",
    ),
  }),
  bad('rings-late', 'rings eight seconds after the press', {
    reasons: owed,
    patch: before(
      bell,
      ringing,
      "if (request.source === 'button') await new Promise((resolve) => setTimeout(resolve, 8000));",
    ),
  }),
  bad('rings-twice', 'makes two rings of every press', {
    reasons: [...owed, 'told', 'press-doubled'],
    patch: before(
      bell,
      ringing,
      "if (request.source === 'button' && request.triggerId !== undefined) void this.ring({ source: 'button' });",
    ),
    spoils: ['rings'],
  }),
  bad('rings-as-motion', 'stores a press as if somebody had only passed by: nobody is told of a ring', {
    reasons: [...owed, 'told'],
    patch: instead(
      'src/visit/ring.ts',
      'const trigger: Trigger = { id: triggerId, visitId: id, source, press, atMs: startedMs };',
      "const trigger: Trigger = { id: triggerId, visitId: id, source: 'motion', press, atMs: startedMs };",
    ),
    spoils: ['rings'],
  }),
];
