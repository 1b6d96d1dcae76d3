/** What can happen to a device, and what must be true afterwards. */
import assert from 'node:assert/strict';
import { until } from '../appliance/street.ts';
import { Crowd } from '../updates/crowd.ts';
import type { Device } from './device.ts';
import { installedVersion, type Materials } from './installed.ts';
import type { MadeRelease, ReleasePlan, Workshop } from './releases.ts';

export interface Scenario {
  readonly name: string;
  /** What the journal must say of it. */
  readonly says?: RegExp;
  /** The release that serves afterwards; the installed one when it is not said. */
  readonly serves?: string;
  /** Nobody may have waited in vain: no request failed, no press was lost. */
  readonly isUnnoticed?: boolean;
  /** It begins on a machine without Doorward, and what is asked of it at the end is that it serves. */
  readonly isBare?: boolean;
  run(scene: Scene): Promise<void>;
}

export interface Scene {
  readonly device: Device;
  readonly materials: Materials;
  readonly workshop: Workshop;
  /** Made once, kept for all scenarios that ask for the same. */
  readonly release: (version: string, plan?: ReleasePlan) => Promise<MadeRelease>;
}

/** Newer than every other. */
export const lastVersion = '9.0.0';
const settleMsMax = 60_000;
const updateMsMax = 240_000;

/** Lets it happen on a device that has just booted, and then asks what every scenario promises. */
export async function play(scenario: Scenario, scene: Scene): Promise<void> {
  const { device } = scene;
  if (scenario.isBare === true) {
    await device.powerOn();
    await scenario.run(scene);
    return;
  }
  await device.start();
  const crowd = scenario.isUnnoticed === true ? new Crowd(device) : undefined;
  await scenario.run(scene);
  await device.untilReady();
  if (crowd !== undefined) {
    const { failures, lost, requests } = await crowd.leave();
    assert.deepEqual(failures, [], `of ${requests} requests`);
    assert.equal(lost, 0, 'presses are lost');
  }
  const good = scenario.serves ?? installedVersion;
  await until(async () => (await device.serving()) === good && (await device.committed()) === good, settleMsMax).catch(
    async () =>
      assert.fail(`${await device.serving()} serves and ${await device.committed()} is committed, not ${good}`),
  );
  await until(async () => (await device.processes()).length === 1, settleMsMax);
  assert.equal(
    await device.mainProcess(),
    (await device.processes())[0],
    'the service manager watches another process',
  );
  if (scenario.says !== undefined) assert.match(await device.journal(), scenario.says);
  await updateWorks(scene);
}

/** The next update, by the owner's command; one that waits to be tried again may come first. */
export async function updateWorks({ device, release }: Scene): Promise<void> {
  await device.push(await release(lastVersion));
  const isDone = async (): Promise<boolean> =>
    (await device.committed()) === lastVersion && (await device.serving().catch(() => '')) === lastVersion;
  await until(isDone, updateMsMax).catch(async () => {
    const { stdout } = await device.doorward('status');
    assert.fail(`the next update does not work: ${stdout}`);
  });
  await namesAda(device);
}

/** Rings, and expects the right name. */
export async function namesAda(device: Device): Promise<void> {
  const { code, stdout, stderr } = await device.doorward('ring');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Ada is at the door \(known\)/);
}
