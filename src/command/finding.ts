/** One thing that was looked at. `mend`: the bell does not work so; `advice`: it does, but. */
export interface Finding {
  readonly name: string;
  readonly verdict: 'good' | 'advice' | 'mend';
  /** What is so. */
  readonly message: string;
  /** What to do about it. */
  readonly advice?: string;
}
