/** A device on a table with a household of its own: two people, visits of them and of strangers, settings, and a webhook. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, until } from '../appliance/street.ts';
import { Installation } from '../updates/installation.ts';
import type { Workshop } from '../updates/releases.ts';
import { readRows } from './rows.ts';

const demo = join(import.meta.dirname, '..', '..', '.models', 'demo');
/** Whoever passes the door, one after the other, two seconds each. */
const passers = ['ada', 'stranger-red', 'grace', 'stranger-green'];
const members = { Ada: 'ada-enrolment.jpg', Grace: 'grace-enrolment.jpg' };
/** Visits that the household has had when a release comes: one of each passer, and then some. */
const visitsBefore = 6;
const readyMsMax = 120_000;

/** As in a house, but for the times: a trial that takes ten minutes there takes half a one here. */
const settings = [
  'update.probationMinutes=0.5', 'gate.ownPressSeconds=1', 'update.rehearsalVisits=4', 'gate.helloMsMax=300000', 'gate.framesSilentMsMax=5000',
  'notify.ratePerMinute=1000', 'log.level=DEBUG',
]; // prettier-ignore

export class Household {
  readonly site: Installation;
  /** What the webhook was told, as it came: the keys that are the same at every attempt to tell the same. */
  readonly told: readonly string[];
  readonly #webhook: Server;

  private constructor(webhook: Server, told: readonly string[], more: readonly string[]) {
    const { port } = webhook.address() as AddressInfo;
    this.site = new Installation({ settings: [...settings, `notify.webhookUrl=http://127.0.0.1:${port}/`, ...more] });
    for (const [index, name] of passers.entries())
      copyFileSync(join(demo, `${name}.jpg`), join(this.site.folder, 'pictures', `${index + 1}.jpg`));
    this.#webhook = webhook;
    this.told = told;
  }

  /** A device with nobody in it, or with the household of another one that has ended. */
  static async open(
    workshop: Workshop,
    incumbent: string,
    { home, more = [] }: { readonly home?: string; readonly more?: readonly string[] } = {},
  ): Promise<Household> {
    const told: string[] = [];
    const webhook = createServer((asked, answer) => {
      told.push(String(asked.headers['idempotency-key']));
      asked.resume();
      asked.on('end', () => answer.writeHead(204).end());
    });
    webhook.listen(0, '127.0.0.1');
    await once(webhook, 'listening');
    const household = new Household(webhook, told, more);
    const { site } = household;
    if (home !== undefined) cpSync(home, site.home, { recursive: true });
    await site.install({ file: incumbent, root: workshop.root });
    await site.powerOn();
    await until(() => fetch(`${site.address}/ready`).then(({ ok }) => ok, () => false), readyMsMax); // prettier-ignore
    return household;
  }

  /** People are enrolled, visitors come, a setting is changed; then it is switched off, and what it has kept is put aside. */
  async furnish(): Promise<string> {
    const { site } = this;
    for (const [name, file] of Object.entries(members)) {
      const form = new FormData();
      form.set('name', name);
      form.set('picture', new Blob([new Uint8Array(readFileSync(join(demo, file)))], { type: 'image/jpeg' }), file);
      const answer = await fetch(`${site.address}/api/v1/people`, { method: 'POST', body: form });
      assert.equal(answer.status, 201, await answer.text());
    }
    const changed = await fetch(`${site.address}/api/v1/settings`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ 'notify.attemptsMax': 9 }),
    });
    assert.equal(changed.status, 200, await changed.text());
    for (let visit = 0; visit < visitsBefore; visit += 1) {
      await site.press();
      await until(() => readRows(site.home).visits.size > visit, readyMsMax);
      await sleep(1000); // The next one passes.
    }
    await this.switchOff();
    const kept = mkdtempSync(join(tmpdir(), 'doorward-household-'));
    cpSync(site.home, kept, { recursive: true });
    return kept;
  }

  async switchOff(): Promise<void> {
    const pids = this.site.processes();
    for (const pid of pids) process.kill(pid, 'SIGTERM');
    await until(() => pids.every((pid) => !isAlive(pid)), readyMsMax);
  }

  async close(): Promise<void> {
    await this.site.close();
    this.#webhook.closeAllConnections();
    this.#webhook.close();
  }
}

export function putAway(home: string): void {
  rmSync(home, { recursive: true, force: true });
}
