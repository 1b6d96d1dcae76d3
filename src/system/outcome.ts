/**
 * How a visit ends, best first. Said once: the store keeps it, the page shows it, a trial compares it, a command reads it
 * and a channel tells it.
 */
export const visitOutcomes = ['known', 'probably', 'stranger', 'no-face'] as const;
/** Of these, those that give a name. */
export const namedOutcomes = ['known', 'probably'] as const satisfies readonly (typeof visitOutcomes)[number][];
export type VisitOutcome = (typeof visitOutcomes)[number];
