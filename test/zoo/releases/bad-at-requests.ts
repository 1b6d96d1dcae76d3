/** They answer callers wrong, late or not at all, and their incumbent's questions as well as they can. */
import { after, bad, before, instead, type ZooRelease } from '../zoo-release.ts';

const protection = 'src/web/protection.ts';
/** Before everything else that is done with a request. */
const guarded = '    try {\n      refuseForeign(request, names);';
const answers = [
  'error-rate-at-once',
  'error-rate-two-minutes',
  'error-rate',
  'questions-in-row',
  'questions',
  'door',
] as const;
const times = ['p99', 'slower', 'questions-in-row', 'questions', 'door', 'error-rate-at-once'] as const;
const spoils = ['answers'] as const;
const later = (ms: number): string => `await new Promise((resolve) => setTimeout(resolve, ${ms}))`;
const isPicture = "(request.headers['content-type'] ?? '').startsWith('image/')";

const request = (code: string): ReturnType<typeof before> => before(protection, guarded, code);

export const badAtRequests: readonly ZooRelease[] = [
  bad('answers-500', 'every caller gets a 500, whoever asks from within does not', {
    reasons: answers,
    spoils,
    patch: request("if (!isOwn(request)) throw new Error('planted');"),
  }),
  bad('fails-8-percent', 'eight of a hundred callers get a 500', {
    reasons: answers,
    spoils,
    patch: request("if (!isOwn(request) && Math.random() < 0.08) throw new Error('planted');"),
  }),
  bad('fails-writes', 'whoever wants to change something gets a 500', {
    reasons: answers,
    spoils,
    patch: request("if (request.method !== 'GET') throw new Error('planted');"),
  }),
  bad('slow-under-load', 'takes three seconds as soon as two ask at once', {
    reasons: times,
    spoils,
    patch: request(`const crowd = globalThis as { asking?: number };
      crowd.asking = (crowd.asking ?? 0) + 1;
      reply.raw.once('close', () => (crowd.asking = (crowd.asking ?? 1) - 1));
      if (crowd.asking > 1) ${later(3000)};`),
  }),
  bad('slow', 'takes two and a half seconds for everybody but its incumbent', {
    reasons: times,
    patch: request(`if (!isOwn(request)) ${later(2500)};`),
  }),
  bad('slow-uploads', 'takes eight seconds for every picture', {
    reasons: [...times, 'missing-data'],
    spoils,
    patch: request(`if (${isPicture}) ${later(8000)};`),
  }),
  bad('cuts-uploads', 'cuts the connection of whoever sends a picture', {
    reasons: answers,
    spoils,
    patch: request(`if (${isPicture}) return void request.raw.socket.destroy();`),
  }),
  bad('silent-stream', 'whoever listens to its events hears nothing', {
    reasons: answers,
    spoils,
    patch: instead('src/web/event-connections.ts', '    if (listener.writableLength > waitingBytesMax) this.#cut(listener);', '    if (text.length > 0) return;'),
  }),
  bad('empty-page', 'the page is an empty one', {
    reasons: answers,
    spoils,
    patch: request("if (request.url === '/') return reply.type('text/html').send('');"),
  }),
  bad('empty-lists', 'says that there never was a visit', {
    reasons: answers,
    spoils,
    patch: instead('src/web/routes/visit-routes.ts', 'return { visits: visits.map(visitAnswer),', 'return { visits: [],'),
  }),
  bad('forgets-changes', 'says that a setting is changed, and does not change it', {
    reasons: answers,
    spoils,
    patch: instead('src/web/routes/settings-routes.ts', 'const changed = await book.change(request.body, actorIn(request));', "const changed = { outcome: 'changed' } as Awaited<ReturnType<typeof book.change>>;"),
  }),
  bad('sees-no-faces', 'finds no face on any picture that is sent to it', {
    reasons: [...answers, 'names'],
    spoils,
    patch: instead('src/web/recognition.ts', 'for (const face of found) faces.push(', 'for (const face of found.slice(found.length)) faces.push('),
  }),
  bad('accepts-without-answer', 'takes every connection and never answers', {
    reasons: [...times, ...answers],
    patch: request('if (!isOwn(request)) await new Promise(() => {});'),
  }),
  bad('cuts-everybody', 'ends every connection instead of answering', {
    reasons: [...times, ...answers],
    spoils,
    patch: request('if (!isOwn(request)) return void request.raw.socket.destroy();'),
  }),
  bad('stops-accepting', 'two seconds after it has begun it takes no more connections', {
    reasons: [...times, ...answers],
    patch: after(
      'src/machine/process/listening-socket.ts',
      "      server.off('error', refuse);",
      'setTimeout(() => stopAccepting(server), 2000);',
    ),
  }),
  bad('says-crowded', 'answers reads alone in time, and says that callers crowd it', {
    reasons: [...times, ...answers, 'missing-data'],
    spoils,
    patch: before('src/appliance/trial/heartbeats.ts', '  for (let sequence = 0; !isOver()', `  Object.defineProperty(front.callers, 'areCrowd', { get: () => true });
      const emit = front.web.server.emit.bind(front.web.server);
      front.web.server.emit = (event, asked, ...more) => {
        if (event !== 'request' || (asked.method === 'GET' && !/events|live/.test(asked.url))) return emit(event, asked, ...more);
        setTimeout(() => emit(event, asked, ...more), 4000);
        return true;
      };`),
  }),
  bad('asks-itself', 'answers reads alone in time, and is a crowd before its own door', {
    reasons: [...times, ...answers, 'missing-data', 'frames'],
    spoils,
    patch: before('src/appliance/trial/heartbeats.ts', '  for (let sequence = 0; !isOver()', `  const { address } = JSON.parse(process.getBuiltinModule('node:fs').readFileSync(rooms.home.lock, 'utf8'));
      const ask = () => void fetch(address + '/ready', { headers: { connection: 'close' } }).then((answer) => answer.text()).catch(() => undefined);
      setInterval(ask, 10).unref();
      const emit = front.web.server.emit.bind(front.web.server);
      front.web.server.emit = (event, asked, ...more) => {
        if (event !== 'request' || (asked.method === 'GET' && !/events|live/.test(asked.url))) return emit(event, asked, ...more);
        setTimeout(() => emit(event, asked, ...more), 4000);
        return true;
      };`),
  }),
  bad('crashes-at-the-20th', 'ends at the twentieth request', {
    reasons: ['candidate-ended'],
    patch: request(`const told = globalThis as { asked?: number };
      told.asked = (told.asked ?? 0) + 1;
      if (told.asked >= 20) process.exit(70);`),
  }),
]; // prettier-ignore
