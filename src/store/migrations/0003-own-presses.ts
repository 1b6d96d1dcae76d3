/**
 * Schema version 3. Presses that an incumbent makes itself to see what a release on trial does with them: visits that only
 * they have begun are nobody's. Rows are there before the press, and go when the trial has ended.
 */
export const ownPresses = `
CREATE TABLE own_presses (
  trigger_id TEXT PRIMARY KEY
) STRICT;
`;
