import type { Disk } from '../system/disk.ts';
import { type Layer, layerOfTexts, originOfCredential } from './layers.ts';
import { wordsOf } from '../system/error-words.ts';

/** Of their names, as systemd-creds(1) and /etc/credstore know them: `doorward.notify.webhookSecret`. */
const prefix = 'doorward.';
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
    const names = (await disk.list(folder)).filter(({ name }) => name.startsWith(prefix)).slice(0, credentialsMax);
    for (const { name, bytes } of names) {
      if (bytes > credentialBytesMax) continue; // No setting is so long: its absence is complained about by whoever needs it.
      const content = await disk.read(`${folder}/${name}`);
      if (content !== undefined)
        texts[name.slice(prefix.length)] = Buffer.from(content)
          .toString()
          .replace(/\r?\n$/, '');
    }
    return layerOfTexts(texts, originOfCredential);
  } catch (error) {
    const why = wordsOf(error);
    return { chosen: new Map(), complaints: [`cannot use the credentials in ${folder}: ${why}`] };
  }
}
