import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { TestContext } from 'node:test';
import jsQR from 'jsqr';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { Access } from '../../src/access/access.ts';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { nodeDisk } from '../../src/machine/node/node-disk.ts';
import { nodeRandom } from '../../src/machine/node/node-random.ts';
import { startWeb } from '../../src/web/server.ts';
import { littleCost } from '../access/open-access.ts';
import { PlainStore } from '../fakes/plain-store.ts';
import { House, silentLog } from '../web/house.ts';
import { demoFrame, moveIn } from '../web/lived-in-house.ts';

export const password = 'correct horse battery';

export interface LockedHouse {
  readonly house: House;
  readonly address: string;
  /** What claims it. */
  readonly claimCode: string;
  /** Time goes by for those who are logged in. */
  readonly later: (durationMs: number) => void;
}

/** A house with people and visits that nobody has claimed; by default one that asks for a log-in on this machine too. */
export async function openLockedHouse(t: TestContext, loopback: 'open' | 'login' = 'login'): Promise<LockedHouse> {
  const house = new House();
  await moveIn(house);
  const passed = { ms: 0 };
  const store = new PlainStore();
  house.access = new Access({
    store,
    clock: {
      ...nodeClock,
      wallMs: () => nodeClock.wallMs() + passed.ms,
      uptimeMs: () => nodeClock.uptimeMs() + passed.ms,
    },
    random: nodeRandom,
    disk: nodeDisk,
    home: house.home,
    chronicle: { record: async () => undefined },
    log: silentLog,
    loopback,
    cost: littleCost,
  });
  await house.health.runOnce();
  const web = await startWeb(house.parts());
  t.after(async () => {
    await web.close();
    await house.close();
    await store.close();
  });
  house.show(await demoFrame('sample3.jpg'));
  const { address } = web;
  return { house, address, claimCode: (await house.access.claimCode()) ?? '', later: (ms) => void (passed.ms += ms) };
}

/** Claims on the page that is open, with a code unless the page has it; the recovery codes. */
export async function claimOn(page: Page, code?: string): Promise<string[]> {
  await page.getByRole('heading', { name: 'Make this doorbell yours' }).waitFor();
  const gate = page.locator('#gate');
  if (code !== undefined) await gate.getByLabel('Code').fill(code);
  await gate.getByLabel('Your name').fill('Ada');
  await gate.getByLabel('A password').fill(password);
  await gate.getByRole('button', { name: 'Claim it' }).click();
  await page.getByRole('heading', { name: 'Keep these codes' }).waitFor();
  const codes = await page.locator('.codes li').allInnerTexts();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.locator('#main').waitFor();
  return codes;
}

export async function logInOn(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { name: 'Who is there?' }).waitFor();
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
}

/** What a phone reads from a QR code that is on the screen. */
export async function readQrCode(code: Locator): Promise<string> {
  const { data, info } = await sharp(await code.screenshot())
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const read = jsQR.default(new Uint8ClampedArray(data), info.width, info.height);
  assert.ok(read !== null, 'cannot read the QR code');
  return read.data;
}

const stepMs = 30_000;

/** What an authenticator app shows (RFC 6238), `ahead` steps from now. */
export function appCode(uri: string, ahead = 0): string {
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  const bits = secret
    .split('')
    .map((letter) => base32.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / stepMs) + ahead));
  const digest = createHmac('sha1', key).update(counter).digest();
  const from = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
