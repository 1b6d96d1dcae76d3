import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { replaceFile, type Disk } from '../system/disk.ts';
import type { Random } from '../system/random.ts';

/**
 * Two keys, because releases before knew one: the head is signed with the key that lies beside the chain, which they look
 * for there; entries are signed with the key that the service manager hands over, where it does, or else with the same.
 */
export interface AuditKeys {
  readonly head: KeyObject;
  readonly sealing: KeyObject;
}

/** The service manager's credential: an Ed25519 key, PEM of PKCS #8 (`openssl genpkey -algorithm ed25519`). */
export const auditCredential = 'doorward.audit.key';

export type CredentialResult =
  | { readonly outcome: 'key'; readonly key: KeyObject }
  | { readonly outcome: 'none' }
  | { readonly outcome: 'unusable'; readonly message: string };

const keyBytes = 32;
/** The DER of a PKCS #8 Ed25519 key up to its 32 bytes (RFC 8410, 7). */
const keyPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key beside the chain; made at the first start, readable by the appliance's user only. */
export async function openHeadKey(disk: Disk, folder: string, random: Random): Promise<KeyObject> {
  const found = await disk.read(headKeyPath(folder));
  if (found !== undefined) return createPrivateKey(Buffer.from(found));
  const der = Buffer.concat([keyPrefix, random.secret(keyBytes)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  await replaceFile(disk, headKeyPath(folder), key.export({ format: 'pem', type: 'pkcs8' }).toString());
  return key;
}

/** The public part of the key beside the chain; a message when there is none that can be used. */
export async function readHeadKey(
  disk: Disk,
  folder: string,
): Promise<{ readonly key: string } | { readonly message: string }> {
  const pem = await disk.read(headKeyPath(folder));
  if (pem === undefined) return { message: `${headKeyPath(folder)} is missing` };
  try {
    return { key: publicText(createPublicKey(Buffer.from(pem).toString())) };
  } catch {
    return { message: `${headKeyPath(folder)} is no key` };
  }
}

/** The key that the service manager hands over in `folder` ($CREDENTIALS_DIRECTORY). Never rejects. */
export async function readCredential(disk: Disk, folder: string | undefined): Promise<CredentialResult> {
  if (folder === undefined || folder === '') return { outcome: 'none' };
  const unusable = { outcome: 'unusable', message: `cannot use the credential ${auditCredential}` } as const;
  try {
    const pem = await disk.read(`${folder}/${auditCredential}`);
    if (pem === undefined) return { outcome: 'none' };
    const key = createPrivateKey(Buffer.from(pem).toString());
    if (key.asymmetricKeyType === 'ed25519') return { outcome: 'key', key };
    return { ...unusable, message: `${unusable.message}: it is no Ed25519 key` };
  } catch {
    return { ...unusable, message: `${unusable.message}: it is no private key in PEM` };
  }
}

/** The public key as it is written down: its 32 bytes in base64url. */
export function publicText(key: KeyObject): string {
  return createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' }).export({ format: 'jwk' }).x ?? '';
}

/** Base64. */
export function signText(text: string, key: KeyObject): string {
  return sign(null, Buffer.from(text), key).toString('base64');
}

/** Whether the owner of one of these public keys has signed the text. A key that does not parse has signed nothing. */
export function isSignedBy(text: string, signature: string, keys: readonly string[]): boolean {
  return keys.some((x) => {
    try {
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
    } catch {
      return false;
    }
  });
}

function headKeyPath(folder: string): string {
  return `${folder}/device-key.pem`;
}
