import assert from 'node:assert/strict';
import test from 'node:test';
import { AskedActs, type AskedRequest } from '../../../src/appliance/trial/asked-acts.ts';

const [ada, grace] = ['1b5e', '9c02'];
const act = (method: string, url: string, remotePort = 40_000): AskedRequest => ({
  method,
  url,
  socket: { remotePort },
});
const among = (asked: AskedActs, ...acts: readonly string[]): readonly string[] => [...asked.among(new Set(acts))];

test('what stands in the audit chain was done by people only where somebody asked for it', () => {
  const asked = new AskedActs();
  asked.begin();
  assert.deepEqual(among(asked, `remove person/${ada}`, 'change-settings settings'), []);
  asked.note(act('DELETE', `/api/v1/people/${ada}`));
  asked.note(act('GET', `/api/v1/people/${grace}`));
  asked.note(act('POST', '/api/v1/trigger'));
  assert.deepEqual(among(asked, `remove person/${ada}`, `remove person/${grace}`), [`remove person/${ada}`]);
  asked.note(act('PATCH', '/api/v1/settings?a=b'));
  assert.deepEqual(among(asked, 'change-settings settings'), ['change-settings settings']);
  assert.deepEqual(among(asked, `enrol person/${grace}`), [], 'nobody came new');
  asked.note(act('POST', '/api/v1/people'));
  assert.deepEqual(among(asked, `enrol person/${grace}`), [`enrol person/${grace}`]);
  assert.deepEqual(among(asked, 'remove-user user/mia', 'reset-access access'), []);
  asked.note(act('DELETE', '/api/v1/access/users/mia'));
  assert.deepEqual(among(asked, 'remove-user user/mia', 'remove-user user/eve'), ['remove-user user/mia']);
  asked.note(act('POST', '/api/v1/access/reset'));
  assert.deepEqual(among(asked, 'reset-access access'), ['reset-access access']);
  asked.begin();
  assert.deepEqual(among(asked, `remove person/${ada}`), [], 'what was asked before the trial explains nothing of it');
});

test('who asks itself asks for nobody; where callers are not seen, the chain is believed', () => {
  const asked = new AskedActs();
  asked.begin();
  asked.expect(({ socket }) => socket.remotePort !== 41_000);
  asked.note(act('DELETE', `/api/v1/people/${ada}`, 41_000));
  assert.deepEqual(among(asked, `remove person/${ada}`), []);
  asked.lookAway();
  assert.deepEqual(among(asked, `remove person/${ada}`), [`remove person/${ada}`]);
  asked.begin();
  for (let one = 0; one <= 2000; one += 1) asked.note(act('DELETE', `/api/v1/people/${one}`));
  assert.deepEqual(among(asked, `remove person/${ada}`), [`remove person/${ada}`], 'more was asked than is remembered');
});
