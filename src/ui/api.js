/** What the server said no with. */
export class Problem extends Error {
  /** @param {{ code?: string, message?: string }} answer */
  constructor(answer) {
    super(answer.message ?? 'cannot reach the doorbell: look whether it is switched on');
    this.code = answer.code ?? 'unreachable';
  }
}

/**
 * Asks the API; throws `Problem`.
 * @param {string} path below /api/v1
 * @param {{ method?: string, json?: unknown, form?: FormData, part?: { content: Blob, range: string } }} [request]
 * @returns {Promise<any>}
 */
export async function ask(path, request = {}) {
  const response = await fetch(`/api/v1${path}`, optionsOf(request)).catch(() => undefined);
  if (response === undefined) throw new Problem({});
  if (response.status === 204) return undefined;
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(answer);
  return answer;
}

/**
 * @param {{ method?: string, json?: unknown, form?: FormData, part?: { content: Blob, range: string } }} request
 * @returns {RequestInit}
 */
function optionsOf({ method = 'GET', json, form, part }) {
  if (json !== undefined)
    return { method, body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
  if (part === undefined) return { method, body: form };
  const headers = { 'content-type': 'application/octet-stream', 'content-range': part.range };
  return { method, body: part.content, headers };
}

/** What the updater does; without an id, and not kept. */
const updateEvent = 'UPDATE';
const eventTypes = [
  'DOORBELL_PRESSED', 'EVENT_CREATED', 'FACE_RECOGNIZED', 'FACE_UNKNOWN', 'FACE_BLACKLISTED', 'NO_FACES_DETECTED',
  'RECOGNITION_FAILED', 'EVENT_ENRICHED', 'EVENT_STORED', 'COMPONENT_STARTED', 'COMPONENT_ERROR',
]; // prettier-ignore

/**
 * Listens to what happens, and comes back by itself when the connection is lost.
 * @param {{ event(event: any): void, update(update: any): void, connected(): void, lost(): void }} listener
 */
export function listen(listener) {
  const source = new EventSource(`/api/v1/events?types=${[...eventTypes, updateEvent].join(',')}`);
  for (const type of eventTypes) source.addEventListener(type, (message) => listener.event(JSON.parse(message.data)));
  source.addEventListener(updateEvent, (message) => listener.update(JSON.parse(message.data)));
  source.addEventListener('open', () => listener.connected());
  source.addEventListener('error', () => {
    listener.lost();
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => listen(listener), 5000); // The server said no for now; browsers give up then, we do not.
  });
}
