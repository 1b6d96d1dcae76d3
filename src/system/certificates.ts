/** A certificate, with those that lead to its root behind it, and the key to it: PEM. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/** From when to when, as the wall clock has it. */
interface Validity {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface AuthorityWish extends Validity {
  /** How people see it in the settings of a phone. */
  readonly title: string;
  /** It can vouch for these names and for addresses in these networks (`10.0.0.0/8`), and for nothing else. */
  readonly names: readonly string[];
  readonly networks: readonly string[];
}

export interface LeafWish extends Validity {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

/** Makes certificates. */
export interface CertificateIssuer {
  /** A root of its own. */
  authority(wish: AuthorityWish): Promise<KeyedCertificate>;
  /** A certificate of a server, that the root vouches for. */
  leaf(authority: KeyedCertificate, wish: LeafWish): Promise<KeyedCertificate>;
}

/** How a machine is found in its network. */
export interface MachineNames {
  readonly names: readonly string[];
  /** Of every network that it is in, loopback too. */
  readonly addresses: readonly string[];
}
