import type { KeyedCertificate } from '../system/certificates.ts';
import type { Disk } from '../system/disk.ts';
import { wordsOf } from '../system/error-words.ts';
import type { Log } from '../system/log.ts';
import { factsOf, keyedIn } from './certificate-facts.ts';

export interface OwnersCertificateParts {
  readonly disk: Pick<Disk, 'read'>;
  readonly log: Log;
  /** Empty: there is none. */
  readonly files: { readonly certificate: string; readonly privateKey: string };
  readonly tell: (fault: string) => void;
}

/** A certificate that the owner brings, in two files that somebody else replaces. */
export class OwnersCertificate {
  readonly #parts: OwnersCertificateParts;
  #text: string | undefined;
  /** The last one that was good. */
  #keyed: KeyedCertificate | undefined;
  renewals = 0;

  constructor(parts: OwnersCertificateParts) {
    this.#parts = parts;
  }

  /** As the files have it now: a pair that does not fit is being replaced, and the last good one is used meanwhile. */
  async now(): Promise<KeyedCertificate | undefined> {
    const { files, log, tell } = this.#parts;
    if (files.certificate === '' && files.privateKey === '') return undefined;
    const text = await this.#read().catch((error: unknown) => ({ fault: wordsOf(error) }));
    if (text === this.#text && this.#keyed !== undefined) return this.#keyed;
    const found = typeof text === 'string' ? keyedIn(text) : text.fault;
    if (typeof found === 'string') {
      const instead = this.#keyed === undefined ? 'that of the device' : 'the last good one';
      tell(`cannot use the certificate in ${files.certificate} and ${files.privateKey}: ${found}; ${instead} is shown`);
      return this.#keyed;
    }
    const { names, fingerprint } = factsOf(found.certificate);
    log.info('the certificate that the owner has brought is used', { file: files.certificate, names, fingerprint });
    if (this.#keyed !== undefined) this.renewals += 1;
    this.#text = typeof text === 'string' ? text : undefined;
    this.#keyed = found;
    return found;
  }

  async #read(): Promise<string> {
    const { disk, files } = this.#parts;
    const paths = [files.certificate, files.privateKey];
    if (paths.includes('')) throw new Error('web.certificate and web.privateKey have to be set both');
    const texts = await Promise.all(
      paths.map(async (path) => {
        const bytes = await disk.read(path);
        if (bytes === undefined) throw new Error(`there is no ${path}`);
        return Buffer.from(bytes).toString();
      }),
    );
    return texts.join('\n');
  }
}
