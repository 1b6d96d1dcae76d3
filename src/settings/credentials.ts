import type { Disk, DiskEntry } from '../system/disk.ts';
import { credentialPrefix, type Layer, layerOfTexts, originOfCredential, unreadableLayer } from './layers.ts';
import { wordsOf } from '../system/error-words.ts';

const credentialBytesMax = 64 * 1024;
const credentialsMax = 100;
/** Handed over for others: the key of the audit chain (telemetry/audit-keys.ts). */
const keys: ReadonlySet<string> = new Set(['doorward.audit.key']);

/**
 * Settings that the service manager hands over as credentials: files in $CREDENTIALS_DIRECTORY that only this process can
 * read, one for each setting. What they say is never written down. Never rejects.
 */
export async function credentialLayer(disk: Disk, folder: string | undefined): Promise<Layer> {
  if (folder === undefined || folder === '') return { chosen: new Map(), complaints: [] };
  try {
    const texts: Record<string, string> = {};
    const complaints: string[] = [];
    const files = (await disk.list(folder)).filter(({ name }) => name.startsWith(credentialPrefix) && !keys.has(name));
    if (files.length > credentialsMax)
      complaints.push(`cannot use more than ${credentialsMax} credentials of ${folder}`);
    for (const file of files.slice(0, credentialsMax)) {
      const text = await textOrComplaint(disk, folder, file);
      if (text.outcome === 'complaint') complaints.push(text.complaint);
      else texts[file.name.slice(credentialPrefix.length)] = text.text;
    }
    const layer = layerOfTexts(texts, originOfCredential);
    return { ...layer, complaints: [...complaints, ...layer.complaints] };
  } catch (error) {
    const why = wordsOf(error);
    return unreadableLayer(`cannot use the credentials in ${folder}: ${why}`);
  }
}

type Read =
  | { readonly outcome: 'text'; readonly text: string }
  | { readonly outcome: 'complaint'; readonly complaint: string };

/** A pipe or a device would be read for ever; one credential that cannot be read takes none of the others with it. */
async function textOrComplaint(disk: Disk, folder: string, { name, kind, bytes }: DiskEntry): Promise<Read> {
  const refused = (why: string): Read => ({
    outcome: 'complaint',
    complaint: `cannot use the credential ${name}: ${why}`,
  });
  if (kind !== 'file') return refused('it is not a file');
  if (bytes > credentialBytesMax) return refused(`it is larger than ${credentialBytesMax} bytes`);
  try {
    return { outcome: 'text', text: await textOf(disk, `${folder}/${name}`) };
  } catch (error) {
    return refused(wordsOf(error));
  }
}

async function textOf(disk: Disk, path: string): Promise<string> {
  const content = Buffer.from((await disk.read(path)) ?? []).toString();
  return content.replace(/\r?\n$/, '');
}
