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
 * @param {{ method?: string, json?: unknown, form?: FormData }} [request]
 * @returns {Promise<any>}
 */
export async function ask(path, request = {}) {
  const { method = 'GET', json, form } = request;
  const options =
    json === undefined
      ? { method, body: form }
      : { method, body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
  const response = await fetch(`/api/v1${path}`, options).catch(() => undefined);
  if (response === undefined) throw new Problem({});
  if (response.status === 204) return undefined;
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(answer);
  return answer;
}

const eventTypes = [
  'DOORBELL_PRESSED', 'EVENT_CREATED', 'FACE_RECOGNIZED', 'FACE_UNKNOWN', 'FACE_BLACKLISTED', 'NO_FACES_DETECTED',
  'RECOGNITION_FAILED', 'EVENT_ENRICHED', 'EVENT_STORED', 'COMPONENT_STARTED', 'COMPONENT_ERROR',
]; // prettier-ignore

/**
 * Listens to what happens, and comes back by itself when the connection is lost.
 * @param {{ event(event: any): void, connected(): void, lost(): void }} listener
 */
export function listen(listener) {
  const source = new EventSource(`/api/v1/events?types=${eventTypes.join(',')}`);
  for (const type of eventTypes) source.addEventListener(type, (message) => listener.event(JSON.parse(message.data)));
  source.addEventListener('open', () => listener.connected());
  source.addEventListener('error', () => {
    listener.lost();
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => listen(listener), 5000); // The server said no for now; browsers give up then, we do not.
  });
}
