/** One update after the other under systemd, with people at the door and at the web page. */
import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.ts';

export function manyUpdates(count: number): Scenario {
  return {
    name: `${count} updates in a row, and nobody notices`,
    serves: `4.${count}.0`,
    isUnnoticed: true,
    async run({ device, workshop }) {
      for (let number = 1; number <= count; number += 1) {
        const release = await workshop.make(`4.${number}.0`);
        const { code, stdout, stderr } = await device.update(release);
        assert.equal(code, 0, `update ${number}: ${stdout}${stderr}`);
        workshop.discard(release);
      }
      assert.equal(await device.property('NRestarts'), '0');
    },
  };
}
