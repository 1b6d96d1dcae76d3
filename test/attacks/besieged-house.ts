/**
 * A real appliance that asks everybody to log in, from this machine too, with Ada (administrator), Bob (member) and Vera
 * (viewer) in it; and the ways of an attacker to speak to it: requests with any header from any address of this machine,
 * and bytes.
 */
import assert from 'node:assert/strict';
import { request as askPlain } from 'node:http';
import { request as askTls } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { newFolder, startAppliance, type Appliance, type Until } from '../end-to-end/appliance-process.ts';

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly json?: unknown;
  readonly body?: string | Uint8Array;
  /** Of this machine, e.g. 127.9.0.1: every 127.N.0.0/24 is a network of its own. */
  readonly from?: string;
  readonly isPlain?: boolean;
}

export interface Answer {
  /** 0: the connection was ended without an answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  readonly tookMs: number;
}

export const passwords = { Ada: 'Ada knows 40 birds', Bob: 'Bob counts 7 owls!', Vera: 'Vera hears 12 jays' } as const;
export type Name = keyof typeof passwords;

const answerMsMax = 30_000;

export class BesiegedHouse {
  readonly appliance: Appliance;
  readonly certificate: string;
  readonly port: number;
  /** Cookie header of each who lives here. */
  readonly cookies = new Map<Name, string>();
  /** Whatever nobody may read anywhere else. */
  readonly secrets: string[] = Object.values(passwords);

  constructor(appliance: Appliance, certificate: string) {
    this.appliance = appliance;
    this.certificate = certificate;
    this.port = Number(new URL(appliance.address).port);
  }

  /** Asks as a program of the attacker does: by TLS, with the house's own name in Host and nothing that shows who it is. */
  ask(path: string, { method, headers = {}, json, body, from, isPlain = false }: Asked = {}): Promise<Answer> {
    const content = json === undefined ? body : JSON.stringify(json);
    const type = json === undefined ? {} : { 'content-type': 'application/json' };
    const length = content === undefined ? {} : { 'content-length': String(Buffer.byteLength(content)) };
    const startedMs = performance.now();
    return new Promise((resolve) => {
      const ended = (status: number, more: Partial<Answer> = {}): void =>
        resolve({ status, headers: {}, text: '', tookMs: performance.now() - startedMs, ...more });
      const asked = (isPlain ? askPlain : askTls)({
        host: '127.0.0.1',
        port: this.port,
        path,
        method: method ?? (content === undefined ? 'GET' : 'POST'),
        headers: { host: `localhost:${this.port}`, ...type, ...length, ...headers } as Record<string, string>,
        ca: this.certificate,
        servername: 'localhost',
        agent: false,
        timeout: answerMsMax,
        ...(from === undefined ? {} : { localAddress: from }),
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => ended(0));
      asked.on('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('close', () => ended(answer.statusCode ?? 0, { headers: answer.headers, text }));
      });
      asked.end(content);
    });
  }

  /** As somebody who is logged in, in a browser. */
  as(name: Name, path: string, asked: Asked = {}): Promise<Answer> {
    const cookie = this.cookies.get(name) ?? '';
    const own = { cookie, origin: `https://localhost:${this.port}` };
    return this.ask(path, { ...asked, headers: { ...own, ...asked.headers } });
  }

  async logIn(name: Name, more: Asked = {}): Promise<string> {
    const entered = await this.ask('/api/v1/access/log-in', { ...more, json: { name, password: passwords[name] } });
    assert.equal(entered.status, 200, entered.text);
    return this.keep(name, entered);
  }

  /** The cookies of an answer, as the header Cookie sends them back. */
  keep(name: Name, { headers }: Pick<Answer, 'headers'>): string {
    const given = [headers['set-cookie'] ?? []].flat();
    const cookie = given.map((one) => one.split(';', 1)[0] ?? '').join('; ');
    this.secrets.push(...given.map((one) => one.split(';', 1)[0]?.split('=', 2)[1] ?? '').filter((one) => one !== ''));
    this.cookies.set(name, cookie);
    return cookie;
  }

  /** Is the owner still served? Milliseconds; undefined: no. */
  async servesAda(): Promise<number | undefined> {
    const { status, tookMs } = await this.as('Ada', '/api/v1/status');
    return status === 200 ? tookMs : undefined;
  }

  /** A connection for bytes. */
  async dial(isPlain = false): Promise<Socket | TLSSocket> {
    const to = { host: '127.0.0.1', port: this.port };
    const socket = isPlain ? connectPlain(to) : connectTls({ ...to, ca: this.certificate, servername: 'localhost' });
    socket.on('error', () => undefined); // Its end is seen.
    await new Promise((resolve) => socket.once(isPlain ? 'connect' : 'secureConnect', resolve).once('close', resolve));
    return socket;
  }

  /** Sends bytes and hears everything until the other end closes, or nothing came for a second. */
  async say(bytes: string): Promise<string> {
    const socket = await this.dial();
    let heard = '';
    const over = new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.setTimeout(1000, () => resolve());
    });
    socket.setEncoding('latin1').on('data', (part: string) => (heard += part));
    socket.write(bytes, 'latin1');
    await over;
    socket.destroy();
    return heard;
  }
}

/** Nobody is in yet. */
export async function besiege(context: Until): Promise<BesiegedHouse> {
  const home = newFolder(context);
  const settings = { 'camera.source': 'demo', 'web.loopback': 'login', 'log.level': 'DEBUG' };
  const appliance = await startAppliance(context, { home, settings });
  const { text } = await new BesiegedHouse(appliance, '').ask('/api/v1/access/certificate', { isPlain: true });
  const { certificate } = JSON.parse(text) as { certificate: string };
  return new BesiegedHouse(appliance, certificate);
}

/** Ada claims the house, and lets the others in. */
export async function moveIn(house: BesiegedHouse): Promise<void> {
  const { out } = await house.appliance.type('access');
  const [code = ''] = /\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec(out) ?? [];
  const claimed = await house.ask('/api/v1/access/claim', { json: { code, name: 'Ada', password: passwords.Ada } });
  assert.equal(claimed.status, 201, claimed.text);
  house.keep('Ada', claimed);
  house.secrets.push(...(JSON.parse(claimed.text) as { recoveryCodes: string[] }).recoveryCodes);
  for (const [name, role] of [
    ['Bob', 'member'],
    ['Vera', 'viewer'],
  ] as const) {
    const invited = await house.as('Ada', '/api/v1/access/invitations', { json: { role } });
    const { secret } = JSON.parse(invited.text) as { secret: string };
    house.secrets.push(secret);
    const accepted = await house.ask('/api/v1/access/invitations/accept', {
      json: { secret, name, password: passwords[name] },
    });
    assert.equal(accepted.status, 201, accepted.text);
    house.keep(name, accepted);
  }
}
