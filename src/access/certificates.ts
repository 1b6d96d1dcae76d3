import type { KeyedCertificate } from '../system/certificates.ts';
import type { Clock } from '../system/clock.ts';
import { wordsOf } from '../system/error-words.ts';
import { derOf, factsOf, type CertificateFacts } from './certificate-facts.ts';
import { DeviceCertificate, type DeviceCertificateParts } from './device-certificate.ts';
import { OwnersCertificate, type OwnersCertificateParts } from './owners-certificate.ts';
import { TicketKeys, type TicketKeyParts } from './ticket-keys.ts';

const dayMs = 24 * 60 * 60_000;
const lookIntervalMs = 60_000;

export type CertificatesParts = Omit<DeviceCertificateParts & OwnersCertificateParts & TicketKeyParts, 'tell'> & {
  readonly clock: Clock;
};

/** What a connection by TLS takes. */
export interface Credentials {
  readonly keyed: KeyedCertificate;
  /** The same in every process of this home: whoever comes back is known by each. */
  readonly ticketKeys: Uint8Array;
  /** The owner has brought the certificate: browsers trust it already. */
  readonly isOwners: boolean;
}

export interface ShownCertificate {
  readonly leaf: CertificateFacts;
  readonly root: (CertificateFacts & { readonly pem: string; readonly der: Uint8Array }) | undefined;
}

/** How it stands with the certificates. */
export interface CertificateState {
  readonly daysLeft: number;
  /** Since the start of this process. */
  readonly renewals: number;
  readonly failures: number;
}

/** The certificate that callers are shown: one that the owner brings, else the device's own. Looked after once it is needed. */
export class Certificates {
  readonly #parts: CertificatesParts;
  readonly #tickets: TicketKeys;
  readonly #device: DeviceCertificate;
  readonly #owners: OwnersCertificate;
  #current: Credentials | undefined;
  #looking: Promise<void> | undefined;
  #failures = 0;
  /** Faults of the last look and of the one before: each is told once. */
  #faults = new Set<string>();
  #told: ReadonlySet<string> = new Set();

  constructor(parts: CertificatesParts) {
    this.#parts = parts;
    const tell = (fault: string): void => this.#tell(fault);
    this.#tickets = new TicketKeys({ ...parts, tell });
    this.#device = new DeviceCertificate({ ...parts, tell });
    this.#owners = new OwnersCertificate({ ...parts, tell });
  }

  /** Undefined where there are none and none may be made here. */
  async credentials(): Promise<Credentials | undefined> {
    if (this.#current === undefined) await this.look();
    return this.#current;
  }

  /** Whether browsers trust what is shown, as far as this house knows. */
  get isOwners(): boolean {
    return this.#current?.isOwners === true;
  }

  /** What callers are shown, and the root that vouches for it: none where the owner has brought a certificate. */
  async shown(): Promise<ShownCertificate | undefined> {
    const credentials = await this.credentials();
    if (credentials === undefined) return undefined;
    const pem = credentials.isOwners ? undefined : this.#device.root;
    const root = pem === undefined ? undefined : { pem, der: derOf(pem), ...factsOf(pem) };
    return { leaf: factsOf(credentials.keyed.certificate), root };
  }

  /** Undefined as long as nobody has needed them. */
  get state(): CertificateState | undefined {
    if (this.#current === undefined && this.#failures === 0) return undefined;
    const untilMs = this.#current === undefined ? 0 : factsOf(this.#current.keyed.certificate).untilMs;
    return {
      daysLeft: Math.max(0, (untilMs - this.#parts.clock.wallMs()) / dayMs),
      renewals: this.#device.renewals + this.#owners.renewals,
      failures: this.#failures,
    };
  }

  /** Until the signal: looks every minute whether something has changed. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#parts.clock.sleep(lookIntervalMs, signal);
      if (!signal.aborted && this.#current !== undefined) await this.look();
    }
  }

  /** Reads what lies there, and makes what is missing. Never rejects: what cannot be had is told. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<void> {
    this.#told = this.#faults;
    this.#faults = new Set();
    try {
      const ticketKeys = await this.#tickets.now();
      const owners = await this.#owners.now();
      const keyed = owners ?? (await this.#device.now());
      if (keyed === undefined) return;
      const isSame = this.#current?.keyed.certificate === keyed.certificate;
      if (isSame && this.#current?.ticketKeys === ticketKeys) return;
      this.#current = { keyed, ticketKeys, isOwners: owners !== undefined };
    } catch (error) {
      this.#tell(`cannot look after the certificate: ${wordsOf(error)}`);
    }
  }

  #tell(fault: string): void {
    this.#faults.add(fault);
    this.#failures += 1;
    if (!this.#told.has(fault)) this.#parts.log.error('the certificate is not as it should be', { reason: fault });
  }
}
