/** Ids of the visits that nobody but an incumbent's own presses have begun: no list and no count has them. */
export const ownVisits = `
  SELECT begun.visit_id FROM own_presses JOIN triggers AS begun ON begun.id = own_presses.trigger_id
  WHERE NOT EXISTS (
    SELECT 1 FROM triggers AS other
    WHERE other.visit_id = begun.visit_id AND other.id NOT IN (SELECT trigger_id FROM own_presses)
  )`;
