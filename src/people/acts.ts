import type { NotifyRule, Person, Standing } from '../store/records.ts';
import type { Pixels } from '../system/pixels.ts';

/** Every reason for which an act on the household is refused. */
type RefusalReason =
  | 'no-such-person'
  | 'no-such-face'
  | 'no-such-visit'
  | 'no-such-stranger'
  | 'visit-under-way'
  | 'visit-not-named'
  | 'name-empty'
  | 'name-too-long'
  | 'name-unreadable'
  | 'name-taken'
  | 'merged'
  | 'not-merged'
  | 'same-person'
  | 'stranger-named'
  | 'last-face'
  | 'household-full'
  | 'person-full'
  | 'no-picture'
  | 'too-many-pictures'
  | 'picture-unreadable'
  | 'picture-too-large'
  | 'picture-busy'
  | 'picture-unavailable'
  | 'picture-enrolled'
  | 'no-face'
  | 'several-faces'
  | 'face-too-small'
  | 'face-blurred'
  | 'face-turned'
  | 'face-too-dark'
  | 'face-too-bright'
  | 'like-another-person'
  | 'unlike-this-person'
  | 'busy'
  | 'storage';

/** Why nothing was done, in words for people: begins "cannot", ends with what to do. */
export interface Refusal {
  readonly outcome: 'refused';
  readonly reason: RefusalReason;
  readonly message: string;
}

export function refusal(reason: RefusalReason, message: string): Refusal {
  return { outcome: 'refused', reason, message };
}

/** A new person by name, or one of the household. */
export type Who = { readonly name: string } | { readonly personId: string };

/** A picture as a file, and what people call it: its name or "picture 2". */
export interface PictureFile {
  readonly label: string;
  readonly bytes: Uint8Array;
  /** Called when the file is no longer needed. */
  readonly onRead?: () => void;
}

type EnrolSource =
  | { readonly kind: 'files'; readonly files: readonly PictureFile[] }
  /** Frames of the live camera; the best one is enrolled. The caller holds them until the act is over. `trouble`: why there are none. */
  | { readonly kind: 'camera'; readonly frames: readonly Pixels[]; readonly trouble?: string | undefined }
  | { readonly kind: 'visit'; readonly visitId: string };

export interface EnrolRequest {
  readonly who: Who;
  readonly from: EnrolSource;
  /** For the audit chain: who does it. */
  readonly actor: string;
  /** Somebody says that this person and the one they look like are two: the check for likeness is left out. */
  readonly isSomebodyElse?: boolean;
}

export interface EnrolledFace {
  readonly faceId: string;
  readonly label: string;
}

export interface PictureRefusal extends Refusal {
  readonly label: string;
}

/** Some of the pictures may be refused while others are enrolled. With none enrolled the whole act is refused. */
export type EnrolResult =
  | {
      readonly outcome: 'enrolled';
      readonly person: Person;
      readonly isNew: boolean;
      readonly faces: readonly EnrolledFace[];
      readonly refusals: readonly PictureRefusal[];
    }
  | (Refusal & { readonly refusals?: readonly PictureRefusal[] });

export interface RenameRequest {
  readonly personId: string;
  readonly name: string;
  readonly actor: string;
}

export interface RulesRequest {
  readonly personId: string;
  readonly standing: Standing;
  readonly notify: NotifyRule;
  readonly actor: string;
}

export interface MergeRequest {
  readonly personId: string;
  /** The person who stays; one who is merged already stands for the person it counts as. */
  readonly into: string;
  readonly actor: string;
}

export interface PersonRequest {
  readonly personId: string;
  readonly actor: string;
}

export type PersonResult = { readonly outcome: 'done'; readonly person: Person } | Refusal;

export interface FaceRequest {
  readonly faceId: string;
  readonly actor: string;
}

export type DoneResult = { readonly outcome: 'done' } | Refusal;

/**
 * What was removed, for the owner to keep. It holds no name and no hash of one: a hash of a name is as good as the
 * name to anybody with a list of names.
 */
export interface RemovalCertificate {
  readonly personId: string;
  /** Wall clock. */
  readonly removedAtMs: number;
  /** Rows of the database: the person and everybody merged into it. */
  readonly people: number;
  readonly faces: number;
  readonly embeddings: number;
  readonly visits: number;
  readonly triggers: number;
  readonly notifications: number;
  readonly strangers: number;
  /** Copies of the database that held the person. They are removed too, and a fresh one is made. */
  readonly backups: number;
  /** Picture files removed from the disk. */
  readonly pictures: number;
  /** Files that could not be removed now; the next start does it. */
  readonly picturesLeft: number;
  /** SHA-256 of the certificate without this field, as JSON with its keys in alphabetical order. */
  readonly sha256: string;
}

export type RemoveResult = { readonly outcome: 'removed'; readonly certificate: RemovalCertificate } | Refusal;

export interface CorrectRequest {
  readonly visitId: string;
  /** `was`: it was this person. `was-not`: it was not the one who was named. */
  readonly verdict: { readonly kind: 'was'; readonly personId: string } | { readonly kind: 'was-not' };
  readonly actor: string;
}

export type CorrectResult =
  | {
      readonly outcome: 'corrected';
      /** People who will not be taken for this face again. Empty when the visit has no face to learn from. */
      readonly toldApartFrom: readonly string[];
    }
  | Refusal;

export interface NameStrangerRequest {
  readonly strangerId: string;
  readonly who: Who;
  readonly actor: string;
}

export type NameStrangerResult =
  | {
      readonly outcome: 'named';
      readonly person: Person;
      readonly isNew: boolean;
      /** Past visits that now bear the name. */
      readonly visits: number;
      readonly faces: readonly EnrolledFace[];
      /** Why the other faces of the stranger were not enrolled. Without any enrolled face nobody is recognised. */
      readonly refusals: readonly PictureRefusal[];
    }
  | Refusal;

export interface ForgetVisitRequest {
  readonly visitId: string;
  readonly actor: string;
}
