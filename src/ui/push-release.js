import { ask } from './api.js';

const partBytes = 1024 * 1024;
const attemptsMax = 20;
const retryMs = 1500;

/**
 * Sends a release file part by part; a part that did not arrive is sent again, from where the doorbell says.
 * @param {File} file
 * @param {(share: number) => void} told 0 to 1
 */
export async function pushRelease(file, told) {
  const name = nameFor(file.name);
  const path = `/update/files/${encodeURIComponent(name)}`;
  let offset = 0; // Nothing says that an earlier part is of this file: begin anew.
  let attempts = 0;
  while (offset < file.size) {
    told(offset / file.size);
    const end = Math.min(offset + partBytes, file.size);
    try {
      const range = `bytes ${offset}-${end - 1}/${file.size}`;
      offset = (await ask(path, { method: 'PUT', part: { content: file.slice(offset, end), range } })).bytes;
      attempts = 0;
    } catch (error) {
      attempts += 1;
      const mayPass = error instanceof Error && 'code' in error && ['unreachable', 'upload-under-way', 'wrong-length'].includes(String(error.code)); // prettier-ignore
      if (!mayPass || attempts > attemptsMax) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      const here = await ask(path).catch(() => undefined);
      if (here?.total === file.size && here.isComplete !== true) offset = here.bytes;
    }
  }
  told(1);
}

/** @param {string} name */
function nameFor(name) {
  const plain = name
    .replace(/\.release$/, '')
    .replaceAll(/[^A-Za-z0-9._+-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 80);
  return `${plain === '' ? 'file' : plain}.release`;
}
