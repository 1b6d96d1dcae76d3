/**
 * A fault that somebody could make. Only such as break a promise: what a second check defends (the digest of a fetched chunk,
 * the mark of a slot: the read-back before the start) shows nowhere, by design.
 * In `file`, `from` becomes `to`.
 */
export interface PlantedFault {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Found only with a real release file: what it plants is in the code that reads one. */
  readonly isDeep?: true;
}
