/** Releases that are tried: the good one stays, every other one goes, and somebody can read why. */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { migrations } from '../../../src/store/migrate.ts';
import { get, until } from '../../appliance/street.ts';
import { installedVersion } from '../installed.ts';
import type { ReleasePlan } from '../releases.ts';
import { namesAda, type Scenario, type Scene } from '../scenario.ts';

const fallBackMsMax = 120_000;

/** A release that does not survive its trial, and what its owner is told. */
function reverted(version: string, plan: ReleasePlan): (scene: Scene) => Promise<void> {
  return async ({ device, release }) => {
    const { code, stdout, stderr } = await device.update(await release(version, plan));
    assert.equal(code, 1, `it was committed: ${stdout}`);
    assert.match(stdout + stderr, /revert/i);
    const trial = (await device.history()).at(-1);
    assert.equal(trial?.outcome, 'reverted');
    assert.notEqual(trial.reason, '', 'the reason is not stored');
  };
}

interface Spoilt {
  readonly version: string;
  readonly spoil?: (file: string) => void;
  readonly plan?: ReleasePlan;
  readonly why: RegExp;
}

/** Release files that are refused before anything of them is run. */
const spoilt: readonly Spoilt[] = [
  { version: '3.0.0', spoil: (file) => flipBit(file, statSync(file).size >> 1), why: /./ },
  { version: '3.1.0', spoil: (file) => truncateSync(file, statSync(file).size >> 1), why: /./ },
  { version: '3.2.0', spoil: (file) => appendFileSync(file, 'tail'), why: /./ },
  { version: '3.3.0', plan: { architecture: 'linux-arm64' }, why: /linux-arm64/ },
];

function flipBit(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

export const updateScenarios: readonly Scenario[] = [
  {
    name: 'a face is recognised, and named rightly',
    async run({ device }) {
      await namesAda(device);
      const answered = await device.answered();
      await device.press();
      await until(async () => (await device.answered()) === answered + 1);
    },
  },
  {
    name: 'a device whose camera is broken takes a release all the same',
    serves: '2.0.0',
    says: /the camera gives no pictures/,
    async run({ device, release }) {
      const pictures = '/var/lib/doorward/pictures';
      await device.run(['mv', pictures, `${pictures}-gone`]);
      await device.run(['systemctl', 'restart', 'doorward.service']);
      await until(async () => (await get(`${device.address}/health`, undefined)).status === 503);
      const { code, stdout, stderr } = await device.update(await release('2.0.0'));
      assert.equal(code, 0, stdout + stderr);
      await device.run(['mv', `${pictures}-gone`, pictures]);
    },
  },
  {
    name: 'a good release is tried and committed, and nobody notices',
    serves: '2.0.0',
    says: /is committed|committed/,
    isUnnoticed: true,
    async run({ device, release }) {
      const { code, stdout, stderr } = await device.update(await release('2.0.0'));
      assert.equal(code, 0, stdout + stderr);
      assert.equal(await device.property('NRestarts'), '0');
    },
  },
  {
    name: 'a good release with a migration is committed, and the release before it reads the database after a fall-back',
    serves: '2.1.0',
    async run({ device, release }) {
      const schema = ['CREATE TABLE planted_notes (text TEXT) STRICT;'];
      const { code, stdout, stderr } = await device.update(await release('2.1.0', { schema }));
      assert.equal(code, 0, stdout + stderr);
      assert.deepEqual(await device.query('PRAGMA user_version'), [String(migrations.length + 1)]);
    },
  },
  {
    name: 'a release that ends at once is reverted',
    says: /candidate|revert/,
    isUnnoticed: true,
    run: reverted('2.2.0', { script: '#!/bin/sh\nexit 1\n' }),
  },
  {
    name: 'a release that crashes while it serves is reverted, and the next one, which hangs, too',
    says: /revert/,
    async run(scene) {
      await reverted('2.3.0', { fault: { at: 'took-over', how: 'exits', afterMs: 1500 } })(scene);
      await reverted('2.4.0', { fault: { at: 'took-over', how: 'hangs', afterMs: 1500 } })(scene);
    },
  },
  {
    name: 'a release that says that it is not well is reverted',
    says: /revert/,
    isUnnoticed: true,
    run: reverted('2.5.0', { fault: { at: 'took-over', how: 'is-unhealthy', afterMs: 1000 } }),
  },
  {
    name: 'a release that crashes after its commit: after a crash loop the good one serves again',
    says: /fell back to /,
    async run({ device, release }) {
      const plan: ReleasePlan = { fault: { at: 'powered-on', how: 'exits', afterMs: 300 } };
      const { code, stdout, stderr } = await device.update(await release('2.6.0', plan));
      assert.equal(code, 0, stdout + stderr);
      assert.equal(await device.committed(), '2.6.0');
      await device.run(['kill', '-9', String(await device.mainProcess())]);
      await until(async () => (await device.committed()) === installedVersion, fallBackMsMax);
    },
  },
  {
    name: 'releases with a flipped bit, cut short, with a tail, and for another architecture are refused',
    async run({ device, release }) {
      for (const { version, spoil, plan, why } of spoilt) {
        const made = await release(version, plan);
        spoil?.(made.file);
        const { code, stdout, stderr } = await device.update(made);
        assert.equal(code, 1, `${version}: ${stdout}`);
        assert.match(stdout + stderr, why, version);
      }
    },
  },
];
