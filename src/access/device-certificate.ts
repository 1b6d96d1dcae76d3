import type { CertificateIssuer, KeyedCertificate, MachineNames } from '../system/certificates.ts';
import type { Clock } from '../system/clock.ts';
import { replaceFile, type Disk } from '../system/disk.ts';
import { wordsOf } from '../system/error-words.ts';
import type { Log } from '../system/log.ts';
import { factsOf, keyedIn, textOf, whyRenew } from './certificate-facts.ts';
import { certifiable, houseNetworks, isWithin } from './certificate-names.ts';

const dayMs = 24 * 60 * 60_000;
/** Phones are told about a root once: as long as the device may live. */
const rootMs = 3650 * dayMs;
/** Phones refuse more than 825 days of a root that their owner added. */
const leafMs = 90 * dayMs;
const renewBeforeMs = 30 * dayMs;
/** A machine without a battery clock begins some day before this: a root is good from here on. 2026-01-01. */
const earliestMs = 1_767_225_600_000;
/** Stands before the root in its file: what it may vouch for. */
const permittedPattern = /^Vouches for: (.+)$/m;

export interface DeviceCertificateParts {
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly disk: Disk;
  readonly log: Log;
  readonly issuer: CertificateIssuer;
  readonly machine: () => MachineNames;
  /** Where they lie: tls/ of the home. */
  readonly folder: string;
  /** Of the processes in one home, one may write there. */
  readonly mayWrite: () => boolean;
  /** What did not go as it should. */
  readonly tell: (fault: string) => void;
}

interface Root {
  readonly keyed: KeyedCertificate;
  readonly names: readonly string[];
}

/**
 * The device's own certificate, and the small root that vouches for it: for the names of this device and addresses of a
 * house, and for nothing else.
 *
 * Chosen: one file for a certificate with its key, replaced by one rename; rejected: two files; why: a power cut leaves no
 * pair that does not fit. Chosen: a root stays when the machine is renamed, and the new name is left out with a word;
 * rejected: a new root; why: every phone that trusts the old one would be told to beware of its own door.
 */
export class DeviceCertificate {
  readonly #parts: DeviceCertificateParts;
  #root: Root | undefined;
  #leaf: KeyedCertificate | undefined;
  #leftOut = '';
  renewals = 0;

  constructor(parts: DeviceCertificateParts) {
    this.#parts = parts;
  }

  /** The certificate that is shown now; undefined where there is none and none may be made. Rejects with a `DiskFault`. */
  async now(): Promise<KeyedCertificate | undefined> {
    const { clock, machine, issuer, log, mayWrite } = this.#parts;
    const nowMs = Math.max(clock.wallMs(), earliestMs);
    const { names, addresses } = certifiable(machine());
    this.#root = await this.#rootFor(names, nowMs);
    if (this.#root === undefined) return undefined;
    const wish = { names: this.#vouchedFor(this.#root, names), addresses };
    const authority = this.#root.keyed;
    const whyNot = (leaf: KeyedCertificate): string | undefined =>
      whyRenew(leaf, { ...wish, nowMs, beforeMs: renewBeforeMs, authority });
    const stored = await this.#stored('certificate.pem');
    const had = stored?.keyed ?? this.#leaf;
    const [good] = [stored?.keyed, this.#leaf].filter((leaf) => leaf !== undefined && whyNot(leaf) === undefined);
    if (!mayWrite()) return (this.#leaf = good ?? had);
    this.#leaf = good ?? (await issuer.leaf(authority, { ...wish, fromMs: nowMs - dayMs, untilMs: nowMs + leafMs }));
    if (good === undefined && had !== undefined) this.renewals += 1;
    if (good === undefined)
      log.info('the device has a new certificate', {
        reason: had === undefined ? 'there was none' : whyNot(had),
        names: [...wish.names, ...addresses],
      });
    if (this.#leaf !== stored?.keyed) await this.#keep('certificate.pem', textOf(this.#leaf));
    return this.#leaf;
  }

  /** PEM, for phones; undefined before `now` has found or made one. */
  get root(): string | undefined {
    return this.#root?.keyed.certificate;
  }

  async #rootFor(names: readonly string[], nowMs: number): Promise<Root | undefined> {
    const { issuer, log, mayWrite } = this.#parts;
    const stored = await this.#stored('authority.pem');
    const had = stored ?? this.#root;
    const isGood = had !== undefined && factsOf(had.keyed.certificate).untilMs > nowMs + leafMs;
    if (!mayWrite() || (isGood && stored !== undefined)) return had;
    const root = isGood ? had : {
      names,
      keyed: await issuer.authority({
        title: `Doorward ${names[0] ?? ''}`.trim(), names, networks: houseNetworks, fromMs: earliestMs,
        untilMs: nowMs + rootMs,
      }),
    }; // prettier-ignore
    const { fingerprint } = factsOf(root.keyed.certificate);
    if (!isGood) log.info('the device has a certificate authority of its own', { names, fingerprint });
    await this.#keep('authority.pem', `Vouches for: ${root.names.join(' ')}\n${textOf(root.keyed)}`);
    return root;
  }

  /** Those names that the root may vouch for. */
  #vouchedFor(root: Root, names: readonly string[]): readonly string[] {
    const leftOut = names.filter((name) => !isWithin(name, root.names)).join(', ');
    if (leftOut !== this.#leftOut && leftOut !== '')
      this.#parts.log.warn('this machine has a name that its own certificate authority may not vouch for', {
        names: leftOut,
        advice:
          'to have another authority: stop doorward, remove the folder tls of its home, and start it. Phones have to be told anew',
      });
    this.#leftOut = leftOut;
    return names.filter((name) => isWithin(name, root.names));
  }

  /** What cannot be used counts as not there, and is told. */
  async #stored(name: string): Promise<Root | undefined> {
    const path = `${this.#parts.folder}/${name}`;
    const bytes = await this.#parts.disk.read(path);
    if (bytes === undefined) return undefined;
    const text = Buffer.from(bytes).toString();
    const keyed = keyedIn(text);
    if (typeof keyed !== 'string') return { keyed, names: permittedPattern.exec(text)?.[1]?.split(' ') ?? [] };
    this.#parts.tell(`cannot use ${path}: ${keyed}`);
    return undefined;
  }

  /** What cannot be kept is used until the end of this process, and tried again. */
  async #keep(name: string, text: string): Promise<void> {
    const { disk, folder, tell } = this.#parts;
    try {
      await disk.makeDirectory(folder);
      await replaceFile(disk, `${folder}/${name}`, text);
    } catch (error) {
      tell(`cannot keep the certificate of this device: ${wordsOf(error)}`);
    }
  }
}
