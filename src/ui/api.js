/** What the server said no with. */
export class Problem extends Error {
  /** @param {{ status?: number, code?: string, message?: string, retryAfterS?: number }} answer */
  constructor(answer) {
    super(answer.message ?? 'cannot reach the doorbell: look whether it is switched on');
    this.status = answer.status ?? 0;
    this.code = answer.code ?? 'unreachable';
    this.retryAfterS = answer.retryAfterS ?? 0;
  }
}

/** Who helps when the doorbell wants to know who asks, or to hear the password once more; whether it went well. */
const helpers = { logIn: async () => false, prove: async () => false };

/** @param {typeof helpers} offered */
export function helpAsking(offered) {
  Object.assign(helpers, offered);
}

/**
 * Asks the API; throws `Problem`. Whoever has to log in or to prove first does so, and then it is asked again.
 * @param {string} path below /api/v1
 * @param {{ method?: string, json?: unknown, form?: FormData, part?: { content: Blob, range: string } }} [request]
 * @returns {Promise<any>}
 */
export async function ask(path, request = {}) {
  for (;;) {
    const response = await fetch(`/api/v1${path}`, optionsOf(request)).catch(() => undefined);
    if (response === undefined) throw new Problem({});
    if (response.status === 204) return undefined;
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    const retryAfterS = Number(response.headers.get('retry-after') ?? 0);
    const problem = new Problem({ code: 'no-words', ...answer, status: response.status, retryAfterS });
    if (!(await helped(problem))) throw problem;
  }
}

/** @param {Problem} problem */
async function helped({ code }) {
  if (code === 'fresh-proof-needed') return helpers.prove();
  return (code === 'log-in-needed' || code === 'not-claimed') && helpers.logIn();
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

const refusedRetryMs = 5000;

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
    // The server said no for now; browsers give up then, we do not. Who has to log in is told so by the question.
    const rest = new Promise((resolve) => setTimeout(resolve, refusedRetryMs));
    void Promise.allSettled([ask('/status'), rest]).then(() => listen(listener));
  });
}
