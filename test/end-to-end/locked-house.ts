import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import assert from 'node:assert/strict';
import jsQR from 'jsqr';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { startAppliance } from '../../src/appliance.ts';
import { runningRelease } from '../../src/machine/executable/running-release.ts';
import { homeAt } from '../../src/system/home.ts';

/** One woman of a demo picture, alone. */
const alone = { left: 915, top: 90, width: 470, height: 470 };
export const password = 'correct horse battery';

export interface LockedHouse {
  readonly address: string;
  readonly database: string;
  /** What claims it, as whoever holds the device reads it. */
  readonly claimCode: string;
}

/** A real appliance with a camera; by default one that asks for a log-in on this machine too. */
export async function openLockedHouse(t: TestContext, loopback: 'open' | 'login' = 'login'): Promise<LockedHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-locked-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'pictures'));
  const picture = sharp('node_modules/@vladmandic/face-api/demo/sample3.jpg').extract(alone);
  await picture.toFile(join(folder, 'pictures/1.jpg'));
  const home = homeAt(join(folder, 'home'));
  const request = {
    home,
    environment: {},
    settingFlags: { 'web.port': '0', 'web.loopback': loopback, 'camera.source': `folder:${join(folder, 'pictures')}` },
    isOffDuty: false,
    hasDemoHousehold: false,
    writeLog: () => undefined,
    terminal: undefined,
  };
  const started = await startAppliance(request, runningRelease());
  assert.ok(started.outcome === 'running', JSON.stringify(started));
  t.after(() => started.stop());
  return {
    address: started.address,
    database: home.database,
    get claimCode() {
      return readFileSync(home.claimCode, 'utf8').trim();
    },
  };
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
