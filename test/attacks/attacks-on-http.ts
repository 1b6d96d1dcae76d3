import { attack, firstOf, type Attack } from './attack.ts';
import type { BesiegedHouse } from './besieged-house.ts';

const visits = '/api/v1/visits';

/** Statuses of the answers in what was heard on a connection. */
function answersIn(heard: string): readonly string[] {
  return [...heard.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status = '']) => status);
}

/** A request that hides in another's body, and whether the house answers it. */
function hidden(name: string, outer: (inner: string, host: string) => string): Attack {
  return attack(`smuggling: ${name}`, async (house) => {
    const host = `localhost:${house.port}`;
    const inner = `GET /api/v1/access HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    const statuses = answersIn(await house.say(outer(inner, host)));
    return statuses.includes('200') ? `the hidden request is answered: ${statuses.join(' ')}` : undefined;
  });
}

const post = (host: string, headers: string): string =>
  `POST /api/v1/access/log-in HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${headers}\r\n\r\n`;

const smuggling: readonly Attack[] = [
  hidden('length and chunks, the length believed', (inner, host) =>
    post(host, `Content-Length: ${inner.length + 5}\r\nTransfer-Encoding: chunked`) + `0\r\n\r\n${inner}`,
  ),
  hidden('chunks that are spelt oddly', (inner, host) =>
    post(host, 'Content-Length: 5\r\nTransfer-Encoding : chunked') + `0\r\n\r\n${inner}`,
  ),
  hidden('chunks that are not the last coding', (inner, host) =>
    post(host, 'Transfer-Encoding: chunked, identity') + `0\r\n\r\n${inner}`,
  ),
  hidden('two lengths', (inner, host) => post(host, 'Content-Length: 0\r\nContent-Length: 4') + `{}\r\n${inner}`),
  hidden('a length with a sign', (inner, host) => post(host, 'Content-Length: +0') + inner),
  hidden('a header that goes on in the next line', (inner, host) =>
    post(host, 'X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: 5') + `0\r\n\r\n${inner}`,
  ),
  hidden('a line that ends with a bare line feed', (inner, host) =>
    post(host, `X-A: b\nTransfer-Encoding: chunked\r\nContent-Length: ${inner.length}`) + inner,
  ),
  hidden('a chunk whose size is none', (inner, host) =>
    post(host, 'Transfer-Encoding: chunked') + `0x0\r\n\r\n${inner}`,
  ),
  hidden('a header with a line break in its value', (inner, host) =>
    post(host, `X-A: b\r\n\r\n${inner.trimEnd()}\r\nContent-Length: 0`),
  ),
]; // prettier-ignore

/** Headers that say that somebody else asks, or asks for something else. */
const liesInHeaders: readonly Readonly<Record<string, string>>[] = [
  { 'x-forwarded-for': '127.0.0.1' },
  { forwarded: 'for=127.0.0.1;proto=https' },
  { 'x-real-ip': '127.0.0.1', 'x-forwarded-proto': 'https' },
  { 'x-original-url': visits, 'x-rewrite-url': visits },
  { 'x-http-method-override': 'GET' },
  { 'doorward-peer': '{"address":"127.0.0.1","isEncrypted":true,"isHouse":true}' },
  { 'doorward-peer': '1 1 127.0.0.1', 'doorward-request': '00000000-0000-0000-0000-000000000000' },
  { 'doorward-again': 'unknown' },
  { authorization: 'Bearer ' },
  { authorization: 'Bearer undefined' },
  { authorization: 'Bearer dw_00000000_0000000000000000000000000000000000000000000' },
  { authorization: 'Basic QWRhOg==' },
  { cookie: '__Host-doorward=' },
  { cookie: '__Host-doorward=undefined; doorward=null' },
  { cookie: `__Host-doorward=${'0'.repeat(64)}` },
];

/** Ways to write the address of something that is guarded. */
const oddPaths = [
  '//api/v1/visits', '/./api/v1/visits', '/ui/../api/v1/visits', '/api/v1/visits/', '/api/v1/visits;x', '/API/v1/visits',
  '/api/v1/%76isits', '/api%2fv1%2fvisits', '/api/v1/visits%00', '/api/v1/visits?%00', '/api/v1/visits#x', '/%2e%2e/api/v1/visits',
  'https://localhost/api/v1/visits', '/health/../api/v1/visits', '/api/v1/access/../visits', '/api/v1/visits.json',
]; // prettier-ignore
const outOfTheFolder = ['/ui/../../package.json', '/ui/..%2f..%2fpackage.json', '/ui/%2e%2e%2fpackage.json', '/ui/....//package.json', '/ui/..\\..\\package.json']; // prettier-ignore

/** Pages of others that have a browser ask, with the cookies that it has. */
const ofOtherSites: readonly Readonly<Record<string, string>>[] = [
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: '' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site', origin: 'https://localhost' },
  { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
];

function ringFor(house: BesiegedHouse, headers: Readonly<Record<string, string>>, json?: unknown) {
  const cookie = house.cookies.get('Ada') ?? '';
  return house.ask('/api/v1/trigger', { method: 'POST', headers: { cookie, ...headers }, json: json ?? {} });
}

export const attacksOnHttp: readonly Attack[] = [
  ...smuggling,
  attack('headers that say who asks, or what for', (house) =>
    firstOf(liesInHeaders, async (headers) => {
      const { status } = await house.ask(visits, { headers });
      return status === 401 || status === 403 ? undefined : `${JSON.stringify(headers)} is answered ${status}`;
    }),
  ),
  attack('other ways to write an address that is guarded', (house) =>
    firstOf(oddPaths, async (path) => {
      const { status, text } = await house.ask(path);
      return status === 200 && text.includes('visits') ? `${path} is answered` : undefined;
    }),
  ),
  attack('files beside those of the page', (house) =>
    firstOf(outOfTheFolder, async (path) => ((await house.ask(path)).status === 200 ? `${path} is given out` : undefined)),
  ),
  attack('other methods for what is guarded', (house) =>
    firstOf(['HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'get'], async (method) => {
      const { status } = await house.ask(visits, { method });
      return status > 0 && status < 400 ? `${method} is answered ${status}` : undefined;
    }),
  ),
  attack('another site has a browser ring the bell (CSRF)', (house) =>
    firstOf(ofOtherSites, async (headers) => {
      const { status } = await ringFor(house, headers);
      return status < 400 ? `${JSON.stringify(headers)} rings` : undefined;
    }),
  ),
  attack('a form of another site, in the types that need no leave', (house) =>
    firstOf(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''], async (type) => {
      const headers = { cookie: house.cookies.get('Ada') ?? '', 'content-type': type };
      const { status } = await house.ask('/api/v1/trigger', { method: 'POST', headers, body: '{}' });
      return status < 400 ? `${type} rings` : undefined;
    }),
  ),
  attack('a foreign name that points here (DNS rebinding)', (house) =>
    firstOf(['evil.example', 'evil.example:80', 'localhost.evil.example', '127.0.0.1.evil.example', 'localhost@evil.example'], async (host) => {
      const { status } = await house.ask('/api/v1/status', { headers: { host, cookie: house.cookies.get('Ada') ?? '' } });
      return status === 200 ? `${host} is answered` : undefined;
    }),
  ),
  attack('leave for other sites to read along (CORS)', async (house) => {
    const { headers } = await house.as('Ada', visits, { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' } });
    return Object.keys(headers).find((name) => name.startsWith('access-control-'));
  }),
  attack('a page that is shown in a frame, or runs scripts of others', async (house) => {
    const { headers } = await house.ask('/');
    const policy = String(headers['content-security-policy']);
    const isStrict = ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", 'require-trusted-types-for'].every((rule) => policy.includes(rule));
    return isStrict && headers['x-content-type-options'] === 'nosniff' ? undefined : `its policy is ${policy}`;
  }),
  attack('names with markup, line breaks and turned letters', (house) =>
    firstOf(['<img src=x onerror=alert(1)>', 'Eve\r\nSet-Cookie: a=b', 'Eve\u202Enimda', '\u0000', ' '.repeat(50)], async (name) => {
      const { secret } = JSON.parse((await house.as('Ada', '/api/v1/access/invitations', { json: { role: 'viewer' } })).text) as { secret: string };
      const accepted = await house.ask('/api/v1/access/invitations/accept', { json: { secret, name, password: 'Eve has 3 hats, or 4' } });
      const isMarkup = name.startsWith('<'); // Shown as text, it does nothing: the page's own tests see to that.
      return accepted.status < 400 && !isMarkup ? `${JSON.stringify(name)} is a name` : undefined;
    }),
  ),
]; // prettier-ignore
