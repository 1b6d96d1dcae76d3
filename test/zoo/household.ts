/** A household of its own: two people, visits of them and of strangers, a setting that was changed, and a webhook. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../appliance/street.ts';
import { readRows, type Belongings } from './rows.ts';
import type { Bell } from './zoo-place.ts';

const demo = join(import.meta.dirname, '..', '..', '.models', 'demo');
/** Whoever passes the door, one after the other, two seconds each. */
const passers = ['ada', 'stranger-red', 'grace', 'stranger-green'];
const members = { Ada: 'ada-enrolment.jpg', Grace: 'grace-enrolment.jpg' };
/** Visits that the household has had when a release comes: one of each passer, and then some. */
const visitsBefore = 6;
export const readyMsMax = 120_000;

/** As in a house, but for the times: a trial that takes ten minutes there takes half a one here. `section.key=value` */
export const shortTimes = [
  'update.probationMinutes=0.5', 'gate.ownPressSeconds=1', 'update.rehearsalVisits=4', 'gate.helloMsMax=300000', 'gate.framesSilentMsMax=5000',
  'notify.ratePerMinute=1000', 'log.level=DEBUG',
]; // prettier-ignore

/** Into the folder that is the camera's. */
export function layPassers(folder: string): void {
  for (const [index, name] of passers.entries())
    copyFileSync(join(demo, `${name}.jpg`), join(folder, `${index + 1}.jpg`));
}

/** People are enrolled, a setting is changed, visitors come. */
export async function moveIn(device: Bell & Belongings & { readonly address: string }): Promise<void> {
  const { address } = device;
  for (const [name, file] of Object.entries(members)) {
    const form = new FormData();
    form.set('name', name);
    form.set('picture', new Blob([new Uint8Array(readFileSync(join(demo, file)))], { type: 'image/jpeg' }), file);
    const answer = await fetch(`${address}/api/v1/people`, { method: 'POST', body: form });
    assert.equal(answer.status, 201, await answer.text());
  }
  const changed = await fetch(`${address}/api/v1/settings`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ 'notify.attemptsMax': 9 }),
  });
  assert.equal(changed.status, 200, await changed.text());
  for (let visit = 0; visit < visitsBefore; visit += 1) {
    await device.press();
    await until(async () => (await readRows(device)).visits.size > visit, readyMsMax);
    await sleep(1000); // The next one passes.
  }
}
