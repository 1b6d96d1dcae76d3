/** The kinds of audit entries that the contract names. */
export type AuditEventType =
  | 'authentication'
  | 'authorization'
  | 'data_access'
  | 'data_modification'
  | 'security_event'
  | 'system_change'
  | 'face_recognition'
  | 'notification_sent';

/** One act worth remembering for good. The spelling is the contract's. */
export interface AuditEntry {
  readonly event_type: AuditEventType;
  /** Who did it: `owner`, `api`, `system` ... */
  readonly actor: string;
  readonly action: string;
  /** What it was done to, by id: `person/<id>`. Never a name, never a face. */
  readonly resource: string;
  readonly result: 'success' | 'failure';
  readonly data?: Readonly<Record<string, string | number | boolean>>;
}

/** Where a room writes down who did what. Resolves when the entry survives a power cut; may reject when the disk does. */
export interface Chronicle {
  record(entry: AuditEntry): Promise<void>;
}

/** What is remembered of the audit chain where its files cannot reach. */
export interface AuditAnchor {
  /** The newest entry that is remembered. */
  readonly seq: number;
  readonly hash: string;
  /** Public Ed25519 keys, raw, in base64url: of the one that signs entries, and of the one that signs the head. */
  readonly sealingKey: string;
  readonly headKey: string;
}
