import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Worker } from 'node:worker_threads';

/** How TLS says that nobody it trusts has vouched for a certificate. */
const untrustedCodes: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

/** Its own thread: some 300 certificates are read and parsed, which takes a Pi most of a second. */
const readSystem = `
  const { parentPort } = require('node:worker_threads');
  parentPort.postMessage(require('node:tls').getCACertificates('system'));
`;

/**
 * Whom this machine trusts, beside those whom Node carries: a home with a certificate authority of its own names it there
 * (`update-ca-certificates`). Chosen: read when somebody is not trusted, once, and asked again then; rejected: at the
 * start, and the flag of Node's command line; why: it takes 0.2 s of a fast processor that most homes need for nothing,
 * and a single executable has no command line of Node's.
 */
export class TrustedCertificates {
  #read: Promise<boolean> | undefined;

  /** Does something that may need them, a second time when it was refused for want of them. */
  async with<Answer>(act: () => Promise<Answer>): Promise<Answer> {
    try {
      return await act();
    } catch (error) {
      if (!isUntrusted(error)) throw error;
      this.#read ??= trustSystem();
      if (!(await this.#read)) throw error;
      return act();
    }
  }
}

/** True when there is somebody whom this process did not trust before. */
async function trustSystem(): Promise<boolean> {
  const system = await systemCertificates();
  const trusted = new Set(getCACertificates('default'));
  const others = [...new Set(system)].filter((certificate) => !trusted.has(certificate));
  if (others.length > 0) setDefaultCACertificates([...trusted, ...others]);
  return others.length > 0;
}

/** None where the machine keeps no list. */
function systemCertificates(): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const reader = new Worker(readSystem, { eval: true, execArgv: [] });
    reader.once('message', (certificates: readonly string[]) => resolve(certificates));
    reader.once('error', () => resolve([]));
    reader.once('exit', () => resolve([]));
  });
}

/** Whether something failed because nobody who is trusted vouches for the other side. */
export function isUntrusted(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code: unknown = Reflect.get(error, 'code');
  return (typeof code === 'string' && untrustedCodes.has(code)) || isUntrusted(error.cause);
}
