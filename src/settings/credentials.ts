import type { Disk } from '../system/disk.ts';
import { credentialPrefix, type Layer, layerOfTexts, originOfCredential, unreadableLayer } from './layers.ts';
import { wordsOf } from '../system/error-words.ts';

const credentialBytesMax = 64 * 1024;
const credentialsMax = 100;

/**
 * Settings that the service manager hands over as credentials: files in $CREDENTIALS_DIRECTORY that only this process can
 * read, one for each setting. What they say is never written down. Never rejects.
 */
export async function credentialLayer(disk: Disk, folder: string | undefined): Promise<Layer> {
  if (folder === undefined || folder === '') return { chosen: new Map(), complaints: [] };
  try {
    const texts: Record<string, string> = {};
    const complaints: string[] = [];
    const files = (await disk.list(folder)).filter(({ name }) => name.startsWith(credentialPrefix));
    if (files.length > credentialsMax)
      complaints.push(`cannot use more than ${credentialsMax} credentials of ${folder}`);
    for (const { name, bytes } of files.slice(0, credentialsMax)) {
      if (bytes > credentialBytesMax)
        complaints.push(`cannot use the credential ${name}: it is larger than ${credentialBytesMax} bytes`);
      else texts[name.slice(credentialPrefix.length)] = await textOf(disk, `${folder}/${name}`);
    }
    const layer = layerOfTexts(texts, originOfCredential);
    return { ...layer, complaints: [...complaints, ...layer.complaints] };
  } catch (error) {
    const why = wordsOf(error);
    return unreadableLayer(`cannot use the credentials in ${folder}: ${why}`);
  }
}

async function textOf(disk: Disk, path: string): Promise<string> {
  const content = Buffer.from((await disk.read(path)) ?? []).toString();
  return content.replace(/\r?\n$/, '');
}
