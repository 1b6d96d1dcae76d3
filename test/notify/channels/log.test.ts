import assert from 'node:assert/strict';
import test from 'node:test';
import { logChannel } from '../../../src/notify/channels/log.ts';
import { RecordingTools, tellBy } from '../channel-tools.ts';

test('the log gets a line that belongs to the visit, and never a name: nobody can erase it there', async () => {
  const tools = new RecordingTools();
  assert.deepEqual(await tellBy(logChannel, {}, { tools }), { outcome: 'delivered' });
  const [line] = tools.log.lines;
  assert.equal(line?.context.correlation_id, 'v1');
  assert.deepEqual(
    [line?.context['kind'], line?.context['outcome'], line?.context['personId']],
    ['name', 'known', 'p1'],
  );
  assert.doesNotMatch(JSON.stringify(tools.log.lines), /Ada/);
});
