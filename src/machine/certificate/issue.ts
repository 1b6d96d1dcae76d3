import 'reflect-metadata'; // Asked for by the library below, before it.
import { createPrivateKey, webcrypto } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from '@peculiar/asn1-x509';
import {
  AuthorityKeyIdentifierExtension, BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, Extension,
  KeyUsageFlags, KeyUsagesExtension, SubjectAlternativeNameExtension, SubjectKeyIdentifierExtension, X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'; // prettier-ignore
import type { AuthorityWish, KeyedCertificate, LeafWish } from '../../system/certificates.ts';

const keyKind = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { ...keyKind, hash: 'SHA-256' } as const;
/** id-ce-nameConstraints (RFC 5280, 4.2.1.10). */
const nameConstraints = '2.5.29.30';
const serialBytes = 16;

/** A root whose signature is good for these names and networks alone: whoever steals its key cannot be anybody else. */
export async function issueAuthority({
  title,
  names,
  networks,
  ...validity
}: AuthorityWish): Promise<KeyedCertificate> {
  const keys = await newKeys();
  const permitted = [
    ...names.map((dNSName) => new GeneralName({ dNSName })),
    ...networks.map((iPAddress) => new GeneralName({ iPAddress })),
  ].map((base) => new GeneralSubtree({ base }));
  const constraints = new NameConstraints({ permittedSubtrees: new GeneralSubtrees(permitted) });
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...datesOf(validity),
    serialNumber: newSerial(),
    name: [{ CN: [title] }],
    keys,
    signingAlgorithm: signing,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new Extension(nameConstraints, true, AsnConvert.serialize(constraints)),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, privateKey: await pemOf(keys.privateKey) };
}

/** A certificate of a server. Its names stand in the extension alone, as browsers read them (RFC 9525). */
export async function issueLeaf(
  authority: KeyedCertificate,
  { names, addresses, ...validity }: LeafWish,
): Promise<KeyedCertificate> {
  const root = new X509Certificate(authority.certificate);
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    ...datesOf(validity),
    serialNumber: newSerial(),
    subject: [{ CN: [names[0] ?? 'doorward'] }],
    issuer: root.subjectName,
    publicKey: keys.publicKey,
    signingKey: await keyOf(authority.privateKey),
    signingAlgorithm: signing,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...addresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(root.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, privateKey: await pemOf(keys.privateKey) };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyKind, true, ['sign', 'verify']);
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return String(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }));
}

function keyOf(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  return webcrypto.subtle.importKey('pkcs8', der, keyKind, false, ['sign']);
}

function datesOf({ fromMs, untilMs }: { fromMs: number; untilMs: number }): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(fromMs), notAfter: new Date(untilMs) };
}

/** Positive, as DER writes numbers. */
function newSerial(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(serialBytes));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}
