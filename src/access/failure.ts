/** Why an act of access was not done. */
export type AccessFailure = keyof typeof words;

const words = {
  'already-claimed': 'cannot claim: this doorbell has its administrator already',
  unclaimed: 'cannot do that: nobody has claimed this doorbell yet',
  'wrong-code': 'cannot claim: the code is another one: it is in the log and on the terminal of the device',
  'wrong-credentials': 'cannot log in: the name or the password is wrong',
  'second-factor-needed': 'cannot log in: the code of the second factor is needed too',
  'wrong-recovery-code': 'cannot come back: the name or the recovery code is wrong',
  'wrong-second-factor': 'cannot use this code: it is not the one that the second factor shows now',
  'too-many-tries': 'cannot try again yet: there were too many wrong tries',
  busy: 'cannot check the password now: others are being checked',
  'name-unusable': 'cannot use this name: 1 to 60 characters are asked for',
  'scopes-unusable': 'cannot make this token: it needs at least one scope',
  'name-taken': 'cannot use this name: somebody else has it',
  'password-short': 'cannot use this password: at least 12 characters are asked for',
  'password-long': 'cannot use this password: at most 1024 bytes are taken',
  'password-is-name': 'cannot use this password: it is the name',
  'invitation-unusable': 'cannot use this invitation: it was used, withdrawn, or is too old',
  'last-administrator': 'cannot do that: it is the last administrator',
  'not-a-user': 'cannot do that: only a user who is logged in has this',
  'no-second-factor': 'cannot do that: no second factor was begun',
  'not-found': 'cannot do that: there is none of this id',
  'too-many': 'cannot add another: there are too many already',
} as const;

export interface Refusal {
  readonly outcome: 'refused';
  readonly failure: AccessFailure;
  /** For people; says nothing that whoever asks may not know. */
  readonly message: string;
  /** Of `too-many-tries` and `busy`: when to try again. */
  readonly retryAfterS?: number;
}

export function refusal(failure: AccessFailure, retryAfterS?: number): Refusal {
  return {
    outcome: 'refused',
    failure,
    message: words[failure],
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  };
}
