/** Processes that are killed, and the mains that fail, at the worst moments. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { until } from '../../appliance/street.ts';
import type { Device } from '../device.ts';
import type { Scenario } from '../scenario.ts';

const waitMsMax = 60_000;

async function isUnderWay(device: Device): Promise<boolean> {
  return (await device.processes()).length > 1;
}

export const killScenarios: readonly Scenario[] = [
  {
    name: 'kill -9 of the appliance: it is started again, and its visit is finished',
    says: /Main process exited, code=killed/,
    async run({ device }) {
      await device.press();
      await until(async () => (await device.answered()) > 0);
      await device.run(['kill', '-9', String(await device.mainProcess())]);
      await until(async () => (await device.property('NRestarts')) === '1', waitMsMax);
      await device.untilReady();
      await until(async () => (await device.query("SELECT id FROM visits WHERE phase <> 'decided'")).length === 0, waitMsMax); // prettier-ignore
    },
  },
  {
    name: 'kill -9 of the candidate while it serves: the incumbent takes the door back',
    says: /revert/,
    async run({ device, release }) {
      const before = (await device.history()).length;
      await device.push(await release('2.0.0'));
      const candidate = await device.untilProbation();
      await device.run(['kill', '-9', String(candidate)]);
      assert.equal((await device.nextTrial(before)).outcome, 'reverted');
      assert.equal(await device.property('NRestarts'), '0');
    },
  },
  {
    name: 'kill -9 of the incumbent during a trial: the good release is started, and the other is tried again',
    says: /Main process exited, code=killed/,
    serves: '2.0.0',
    async run({ device, release }) {
      const before = (await device.history()).length;
      await device.push(await release('2.0.0'));
      await device.untilProbation();
      await device.run(['kill', '-9', String(await device.mainProcess())]);
      assert.equal((await device.nextTrial(before)).outcome, 'interrupted');
      assert.equal((await device.nextTrial(before + 1)).outcome, 'committed');
    },
  },
  {
    name: 'a frozen appliance: its watchdog ends it, and it is started again',
    says: /Watchdog timeout/,
    async run({ device }) {
      await device.run(['kill', '-STOP', String(await device.mainProcess())]);
      await until(async () => (await device.property('NRestarts')) === '1', waitMsMax);
    },
  },
  {
    name: 'the power is cut while a release is staged',
    serves: '2.0.0',
    async run({ device, release }) {
      await device.push(await release('2.0.0'));
      const { places } = device;
      await until(() => existsSync(`${places.slot.b}/doorward`), waitMsMax);
      await device.cutPower();
      await device.start();
      await device.nextTrial(0);
    },
  },
  {
    name: 'the power is cut during a trial: the good release serves, and the other is tried again',
    serves: '2.0.0',
    async run({ device, release }) {
      await device.push(await release('2.0.0'));
      await until(() => isUnderWay(device), waitMsMax);
      await device.cutPower();
      await device.start();
      assert.equal((await device.nextTrial(0)).outcome, 'interrupted');
      await device.nextTrial(1);
    },
  },
];
