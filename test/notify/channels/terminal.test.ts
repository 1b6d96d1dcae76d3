import assert from 'node:assert/strict';
import test from 'node:test';
import { terminalChannel } from '../../../src/notify/channels/terminal.ts';
import { message, RecordingTools, tellBy } from '../channel-tools.ts';

test('the terminal prints who is there, and obeys nothing that a name contains', async () => {
  const tools = new RecordingTools();
  await tellBy(terminalChannel, {}, { tools });
  const told = { ...message, news: { ...message.news, text: 'A\u001B[2Jda\u202E is at the door' } };
  await tellBy(terminalChannel, {}, { tools, told });
  assert.deepEqual(tools.terminal.printed, ['Ada is at the door', 'A�[2Jda� is at the door']);
});

test('where nobody reads there is no terminal', async () => {
  const { clock, log, network } = new RecordingTools();
  assert.equal(
    await tellBy(
      terminalChannel,
      {},
      { tools: { clock, log, network, terminal: undefined, auditHead: () => undefined } },
    ),
    'off',
  );
  const tools = new RecordingTools();
  tools.terminal.isRecorded = true;
  assert.equal(await tellBy(terminalChannel, {}, { tools }), 'off', 'nobody can erase a name from a journal');
});
