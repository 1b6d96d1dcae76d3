/** Why a release file is not used, and whether that can change: `final` says that this file is never going to be right. */
export const verifyFailures = {
  'not-a-release-file': 'final',
  /** The source ends too early: it may still be on its way. */
  truncated: 'later',
  'too-large': 'final',
  'metadata-invalid': 'final',
  /** The way from the trusted root to that of the file is broken: a gap, or a step that was not signed by both. */
  'root-refused': 'final',
  unsigned: 'final',
  'too-few-signatures': 'final',
  /** The signatures are older than those of a release that was taken here. */
  'signatures-older': 'final',
  /** By a clock that may be wrong. */
  expired: 'later',
  /** Bytes are not the signed ones: the file is damaged. Says nothing against the release. */
  'digest-differs': 'final',
  'manifest-invalid': 'final',
  'wrong-architecture': 'final',
  'wrong-hardware': 'final',
  older: 'final',
  /** A release between must come first. */
  'follows-too-high': 'later',
  /** The database here is newer than the release knows. */
  'schema-too-new': 'final',
  /** The database here is older than the release can migrate. */
  'schema-too-old': 'later',
  'rejected-before': 'final',
  /** Signed, and still not the tar file that the manifest describes: a fault of whoever built it. */
  'payload-invalid': 'final',
  /** What lies on disk is not what was staged. */
  'staged-differs': 'later',
} as const;

export type VerifyFailure = keyof typeof verifyFailures;

/** A release file that is not used. The message is one line for people: what, why, what to do. */
export interface Refusal {
  readonly outcome: 'refused';
  readonly failure: VerifyFailure;
  readonly message: string;
  readonly kind: 'final' | 'later';
}

/** `cannot use release 1.4.0: why: what to do` */
export function refuse(failure: VerifyFailure, what: string, why: string): Refusal {
  return { outcome: 'refused', failure, message: `cannot use ${what}: ${why}`, kind: verifyFailures[failure] };
}
