import { Certificates, type CertificatesParts } from '../../src/access/certificates.ts';
import { certificateIssuer } from '../../src/machine/certificate/issuer.ts';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { nodeDisk } from '../../src/machine/node/node-disk.ts';
import { nodeRandom } from '../../src/machine/node/node-random.ts';

/** The certificate of a machine that is called door, made in this folder when somebody asks for it. */
export function aCertificate(
  folder: string,
  parts: Partial<CertificatesParts> & Pick<CertificatesParts, 'log'>,
): Certificates {
  return new Certificates({
    clock: nodeClock,
    disk: nodeDisk,
    random: nodeRandom,
    issuer: certificateIssuer,
    machine: () => ({ names: ['door', 'door.local'], addresses: ['127.0.0.1', '192.168.1.5'] }),
    folder,
    files: { certificate: '', privateKey: '' },
    mayWrite: () => true,
    ...parts,
  });
}
