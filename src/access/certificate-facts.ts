import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyedCertificate, MachineNames } from '../system/certificates.ts';
import { wordsOf } from '../system/error-words.ts';

/** What a certificate says of itself. */
export interface CertificateFacts {
  /** Names and addresses that it is good for. */
  readonly names: readonly string[];
  readonly fromMs: number;
  readonly untilMs: number;
  /** SHA-256, in pairs: `AB:CD:…`. */
  readonly fingerprint: string;
}

/** Throws at what is no certificate. Of several the first one counts. */
export function factsOf(certificate: string): CertificateFacts {
  const parsed = new X509Certificate(certificate);
  return {
    names: namesIn(parsed.subjectAltName ?? ''),
    fromMs: parsed.validFromDate.getTime(),
    untilMs: parsed.validToDate.getTime(),
    fingerprint: parsed.fingerprint256,
  };
}

/** As phones read it. */
export function derOf(certificate: string): Uint8Array {
  return new X509Certificate(certificate).raw;
}

const blockPattern = /-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g;

/** Both in one text, so that one rename replaces both. */
export function textOf({ certificate, privateKey }: KeyedCertificate): string {
  return `${certificate.trim()}\n${privateKey.trim()}\n`;
}

/** What such a text holds; why it cannot be used, in words. */
export function keyedIn(text: string): KeyedCertificate | string {
  const blocks = [...text.matchAll(blockPattern)].map(([block, kind = '']) => ({ block, kind }));
  const certificates = blocks.filter(({ kind }) => kind === 'CERTIFICATE').map(({ block }) => block);
  const key = blocks.find(({ kind }) => kind.endsWith('PRIVATE KEY'))?.block;
  const [first] = certificates;
  if (first === undefined) return 'there is no certificate (PEM) in it';
  if (key === undefined) return 'there is no private key (PEM) in it';
  try {
    if (!new X509Certificate(first).checkPrivateKey(createPrivateKey(key)))
      return 'the private key belongs to another certificate';
  } catch (error) {
    return wordsOf(error);
  }
  return { certificate: `${certificates.join('\n')}\n`, privateKey: `${key}\n` };
}

interface Wanted extends MachineNames {
  readonly nowMs: number;
  /** Sooner than it ends by this. */
  readonly beforeMs: number;
  readonly authority: KeyedCertificate;
}

/** Why another one is needed than this; undefined when it will do. */
export function whyRenew({ certificate }: KeyedCertificate, wanted: Wanted): string | undefined {
  const leaf = new X509Certificate(certificate);
  const root = new X509Certificate(wanted.authority.certificate);
  if (!leaf.verify(root.publicKey)) return 'another authority made it';
  const { fromMs, untilMs } = factsOf(certificate);
  if (wanted.nowMs < fromMs) return 'the clock is before its beginning';
  if (wanted.nowMs > untilMs - wanted.beforeMs) return 'it ends soon';
  const missing = [
    ...wanted.names.filter((name) => leaf.checkHost(name, { subject: 'never' }) === undefined),
    ...wanted.addresses.filter((address) => leaf.checkIP(address) === undefined),
  ];
  return missing.length === 0 ? undefined : `this machine is also ${missing.join(', ')}`;
}

/** As Node writes the extension: `DNS:door.local, IP Address:192.168.1.5`. */
function namesIn(subjectAltName: string): readonly string[] {
  return subjectAltName.split(', ').flatMap((one) => {
    const [, name] = /^(?:DNS|IP Address):(.+)$/.exec(one) ?? [];
    return name === undefined ? [] : [shortAddress(name)];
  });
}

/** Node writes IPv6 with all its zeros. */
function shortAddress(name: string): string {
  if (!/^[\dA-F]*:[\dA-F:]+$/i.test(name)) return name;
  return (URL.parse(`http://[${name}]`)?.hostname ?? name).replaceAll(/[[\]]/g, '');
}
