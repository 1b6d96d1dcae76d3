import { normalize } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Disk } from '../system/disk.ts';
import type { Home } from '../system/home.ts';
import { sendUnlessKnown } from './etag.ts';
import { notFound } from './problem.ts';

/**
 * A browser keeps a face, and asks each time whether it may still show it. Chosen: ask, and 304; rejected: a day of
 * `immutable`; why: a picture must not outlive its deletion or a log-out, and asking costs a hash.
 */
const mustAsk = 'private, no-cache, must-revalidate';

interface PictureShelf {
  readonly home: Pick<Home, 'root' | 'visits' | 'people'>;
  readonly disk: Pick<Disk, 'read'>;
}

/** The absolute path of a picture of the home; undefined for a path that leads out of its picture folders. */
function confinedPath(home: PictureShelf['home'], relative: string): string | undefined {
  const path = normalize(`${home.root}/${relative}`);
  const isInside = [home.visits, home.people].some((folder) => path.startsWith(`${normalize(folder)}/`));
  return isInside ? path : undefined;
}

interface PictureRequest {
  readonly shelf: PictureShelf;
  /** Relative to the home, as the store keeps it. */
  readonly path: string | undefined;
}

/** Answers with a stored JPEG, or with 304 when the browser has it. Throws `RequestRefused` 404 when it is gone. */
export async function sendPicture(request: FastifyRequest, reply: FastifyReply, wanted: PictureRequest): Promise<void> {
  const { shelf, path: relative } = wanted;
  const path = relative === undefined ? undefined : confinedPath(shelf.home, relative);
  const bytes = path === undefined ? undefined : await shelf.disk.read(path);
  if (bytes === undefined) throw notFound('picture');
  return sendUnlessKnown(request, reply.header('cache-control', mustAsk).type('image/jpeg'), bytes);
}
