import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { Key, Signature } from '@tufjs/models';

/** PKCS#8 of an Ed25519 private key up to its 32 bytes (RFC 8410, section 7). */
const privateKeyHead = Buffer.from('302e020100300506032b657004220420', 'hex');
/** SubjectPublicKeyInfo of an Ed25519 public key up to its 32 bytes (RFC 8410, section 4). */
const publicKeyHead = Buffer.from('302a300506032b6570032100', 'hex');
export const seedBytes = 32;

/** A pair of key files, PEM, as `openssl pkey` reads them too. */
export interface KeyPair {
  readonly privatePem: string;
  readonly publicPem: string;
}

/** Makes an Ed25519 pair from 32 secret bytes. With a passphrase the private key is encrypted (PBES2, AES-256-CBC). */
export function makeKeyPair(seed: Uint8Array, passphrase?: string): KeyPair {
  assert(seed.length === seedBytes, 'an Ed25519 seed has 32 bytes');
  const key = createPrivateKey({ key: Buffer.concat([privateKeyHead, seed]), format: 'der', type: 'pkcs8' });
  const cipher = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return {
    privatePem: key.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString(),
    publicPem: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Whoever can sign: the name of the key, and the private half. */
export interface Signer {
  readonly keyId: string;
  readonly key: Key;
  sign(data: Buffer): Signature;
}

/** Reads a private key file; a text is what is wrong with it. */
export function readPrivateKey(pem: Uint8Array, passphrase?: string): Signer | string {
  const text = new TextDecoder().decode(pem);
  if (text.includes('ENCRYPTED') && passphrase === undefined)
    return 'it is encrypted: put its passphrase into DOORWARD_KEY_PASSPHRASE';
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey({ key: text, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    return passphrase === undefined ? 'it is no private key' : 'it is no private key, or the passphrase is wrong';
  }
  if (privateKey.asymmetricKeyType !== 'ed25519') return 'it is no Ed25519 key';
  const key = keyOf(createPublicKey(privateKey));
  return {
    keyId: key.keyID,
    key,
    sign: (data) => new Signature({ keyID: key.keyID, sig: sign(undefined, data, privateKey).toString('hex') }),
  };
}

/** Reads a public key file; a text is what is wrong with it. */
export function readPublicKey(pem: Uint8Array): Key | string {
  const text = new TextDecoder().decode(pem);
  if (text.includes('PRIVATE')) return 'it is the private half: name the .pub file';
  try {
    const publicKey = createPublicKey({ key: text, format: 'pem' });
    return publicKey.asymmetricKeyType === 'ed25519' ? keyOf(publicKey) : 'it is no Ed25519 key';
  } catch {
    return 'it is no public key';
  }
}

function keyOf(publicKey: KeyObject): Key {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  assert(der.subarray(0, publicKeyHead.length).equals(publicKeyHead), 'an Ed25519 key');
  const hex = der.subarray(publicKeyHead.length).toString('hex');
  return new Key({ keyID: keyIdOf(hex), keyType: 'ed25519', scheme: 'ed25519', keyVal: { public: hex } });
}

/** The name of a key (TUF specification 4.2, KEYID): SHA-256 of its canonical JSON, so that one key cannot have two names. */
export function keyIdOf(publicHex: string): string {
  const canonical = `{"keytype":"ed25519","keyval":{"public":"${publicHex}"},"scheme":"ed25519"}`;
  return createHash('sha256').update(canonical).digest('hex');
}
