import type { WebParts } from '../parts.ts';
import { problems, tooMuch } from '../problem.ts';
import { recognitionShape, recognize } from '../recognition.ts';
import type { Site } from '../site.ts';
import { giveBack } from '../upload-room.ts';
import { decodeUpload, pictureBody, readUpload, uploadBytesMax } from '../upload.ts';

/** Pictures that wait, the one that is looked at included: the inference thread belongs to the door first. */
const underWayMax = 2;

/** Tries recognition on a picture. */
export function recognizeRoutes(site: Site, parts: WebParts): void {
  const underWay = new Set<string>();
  const { pictureMemory: memory, pictures } = parts;

  site.post(
    '/api/v1/recognize',
    {
      config: { isRepeatable: true },
      bodyLimit: uploadBytesMax,
      schema: {
        summary: 'Who is on this picture? Nothing is stored',
        description: 'Each face is judged by the thresholds of a visit, but alone: no other frame can agree.',
        tags: ['people'],
        body: { content: pictureBody() },
        response: { 200: recognitionShape, ...problems(422) },
      },
    },
    async (request) => {
      const { picture } = await readUpload(request); // First: one that comes a drop at a time takes no place.
      if (underWay.size >= underWayMax) {
        giveBack(picture);
        throw tooMuch('busy', {
          message: 'cannot look at more pictures at once',
          advice: 'Send them one after the other.',
        });
      }
      underWay.add(request.id);
      try {
        return await memory.inTurn(async () =>
          recognize(parts, await decodeUpload(pictures, picture, memory.picture), memory.padded),
        );
      } finally {
        underWay.delete(request.id);
      }
    },
  );
}
