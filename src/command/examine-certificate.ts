import { X509Certificate } from 'node:crypto';
import type { LoadedSettings } from '../settings/load.ts';
import type { Disk } from '../system/disk.ts';
import { wordsOf } from '../system/error-words.ts';
import { isLoopback } from '../system/peer.ts';
import type { CommandContext } from './context.ts';
import type { Finding } from './finding.ts';
import { count } from './text.ts';

const dayMs = 24 * 60 * 60_000;
/** It is renewed a month before its end; a week later somebody should look. */
const daysMin = 21;

/** Will callers by TLS be shown a certificate that holds. Nothing is said where nobody comes from the network. */
export async function examineCertificate(
  { clock, disk, home }: Pick<CommandContext, 'clock' | 'home'> & { readonly disk: Pick<Disk, 'read'> },
  { settings: { web } }: Pick<LoadedSettings, 'settings'>,
): Promise<readonly Finding[]> {
  const isOwners = web.certificate !== '';
  if (!isOwners && isLoopback(web.address)) return [];
  const path = isOwners ? web.certificate : `${home.tls}/certificate.pem`;
  const advice = isOwners
    ? 'renew it, or let the device make its own: doorward settings unset web.certificate'
    : 'the log says why it was not renewed';
  const found = (verdict: Finding['verdict'], message: string): readonly Finding[] => [
    { name: 'certificate', verdict, message, ...(verdict === 'good' ? {} : { advice }) },
  ];
  try {
    const bytes = await disk.read(path);
    if (bytes === undefined && isOwners) return found('mend', `cannot find ${path}`);
    if (bytes === undefined) return found('advice', 'none yet: it is made at the next start');
    const { validToDate, fingerprint256 } = new X509Certificate(bytes);
    const days = Math.floor((validToDate.getTime() - clock.wallMs()) / dayMs);
    if (days < 0) return found('mend', `${path} has ended ${count(-days, 'day')} ago`);
    const message = `good for ${count(days, 'day')}${isOwners ? `, ${path}` : ''}, SHA-256 ${fingerprint256.slice(0, 11)}…`;
    return found(days < daysMin ? 'advice' : 'good', message);
  } catch (error) {
    return found('mend', `cannot read ${path}: ${wordsOf(error)}`);
  }
}
