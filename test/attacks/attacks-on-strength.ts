import type { Socket } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import { attack, firstOf, type Attack } from './attack.ts';
import type { BesiegedHouse } from './besieged-house.ts';

/** The owner waits no longer, whoever else is there. */
const servedMsMax = 5000;

/** What is said when the owner is not served while others do this. */
async function keepsOut(house: BesiegedHouse): Promise<string | undefined> {
  const tookMs = await house.servesAda();
  if (tookMs === undefined) return 'the owner is not answered';
  return tookMs > servedMsMax ? `the owner waits for ${Math.round(tookMs)} ms` : undefined;
}

/** So many connections that say this, one after the other so that the machine itself is not the bound, and then the owner. */
async function crowded(
  house: BesiegedHouse,
  { crowd, bytes, isPlain = false }: { readonly crowd: number; readonly bytes: string; readonly isPlain?: boolean },
): Promise<string | undefined> {
  const sockets: Socket[] = [];
  try {
    for (let one = 0; one < crowd; one += 1) {
      const socket = await house.dial(isPlain);
      socket.on('data', () => undefined);
      if (bytes !== '') socket.write(bytes);
      sockets.push(socket);
    }
    return await keepsOut(house);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/** Whether somebody can speak with the house so. */
function speaks({ port, certificate }: BesiegedHouse, options: ConnectionOptions): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const socket = connect({ host: '127.0.0.1', port, ca: certificate, servername: 'localhost', ...options });
      socket.once('secureConnect', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false)).once('close', () => resolve(false));
    } catch {
      resolve(false); // This machine does not know it any more either.
    }
  });
}

const weakened = 'DEFAULT:@SECLEVEL=0';

/** Too weak a lock, and too much of everything. */
const attacksOnLocks: readonly Attack[] = [
  attack('old TLS: 1.0 and 1.1', (house) =>
    firstOf(['TLSv1', 'TLSv1.1'] as const, async (version) =>
      (await speaks(house, { minVersion: version, maxVersion: version, ciphers: weakened })) ? `${version} is spoken` : undefined,
    ),
  ),
  attack('weak ciphers: none, RC4, 3DES, without forward secrecy', (house) =>
    firstOf(['eNULL', 'aNULL', 'RC4', '3DES', 'kRSA', 'EXPORT'], async (ciphers) =>
      (await speaks(house, { maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` })) ? `${ciphers} is spoken` : undefined,
    ),
  ),
  attack('another’s certificate: the house is taken for who it is not', async (house) =>
    (await speaks(house, { servername: 'evil.example' })) ? 'its certificate is good for evil.example' : undefined,
  ),
  attack('a megabyte of header, an address of 100 kB, 20,000 parameters', (house) =>
    firstOf(
      [
        [visitsOf(''), { 'x-long': 'x'.repeat(1_000_000) }],
        [visitsOf('x'.repeat(100_000)), {}],
        [visitsOf('a=1&'.repeat(20_000)), {}],
        [visitsOf(''), { cookie: 'a=b; '.repeat(50_000) }],
      ] as const,
      async ([path, headers]) => {
        const { status } = await house.ask(path, { headers });
        return status === 0 || (status >= 400 && status < 500) ? undefined : `it is answered ${status}`;
      },
    ),
  ),
  attack('100 MB of JSON, and JSON 100,000 deep', (house) =>
    firstOf(['"'.padEnd(100_000_000, 'x'), `${'['.repeat(100_000)}${']'.repeat(100_000)}`], async (body) => {
      const headers = { 'content-type': 'application/json' };
      const { status } = await house.ask('/api/v1/access/log-in', { method: 'POST', headers, body });
      return status === 0 || (status >= 400 && status < 500) ? await keepsOut(house) : `it is answered ${status}`;
    }),
  ),
]; // prettier-ignore

/** So many at once, while the owner wants to be served. */
const attacksOfCrowd = (crowd: number): readonly Attack[] => [
  attack(`${crowd} connections that say nothing`, (house) => crowded(house, { crowd, bytes: '', isPlain: true })),
  attack(`${crowd} connections by TLS that say nothing`, (house) => crowded(house, { crowd, bytes: '' })),
  attack(`${crowd} connections with half a header`, (house) => crowded(house, { crowd, bytes: `GET / HTTP/1.1\r\nHost: localhost:${house.port}\r\nX-Slow: ` })),
  attack(`${crowd} handshakes that stop in the middle`, (house) => crowded(house, { crowd, bytes: '\x16\x03\x01\x02\x00\x01', isPlain: true })),
  attack(`${crowd} streams of one user`, (house) =>
    crowded(house, { crowd, bytes: `GET /api/v1/events HTTP/1.1\r\nHost: localhost:${house.port}\r\nCookie: ${house.cookies.get('Vera') ?? ''}\r\n\r\n` }),
  ),
  attack(`${crowd} log-ins at once`, async (house) => {
    const json = { name: 'Bob', password: 'a password of somebody' };
    const tries = Array.from({ length: crowd }, (_, turn) => house.ask('/api/v1/access/log-in', { json, from: `127.11.${turn % 250}.9` }));
    const kept = await keepsOut(house);
    const bad = (await Promise.all(tries)).filter(({ status }) => status >= 500 && status !== 503);
    return kept ?? (bad.length > 0 ? `${bad.length} are answered with a fault` : undefined);
  }),
]; // prettier-ignore

export function attacksOnStrength(crowd: number): readonly Attack[] {
  return [...attacksOnLocks, ...attacksOfCrowd(crowd)];
}

function visitsOf(query: string): string {
  return `/api/v1/visits?${query}`;
}
