import assert from 'node:assert/strict';
import test from 'node:test';
import type { Caller } from '../../src/access/caller.ts';
import { Looks } from '../../src/access/looks.ts';
import type { AuditEntry, Chronicle } from '../../src/system/audit.ts';
import { RecordingLog } from '../fakes/recorders.ts';

class Book implements Chronicle {
  readonly entries: AuditEntry[] = [];
  fault: Error | undefined;

  async record(entry: AuditEntry): Promise<void> {
    if (this.fault !== undefined) throw this.fault;
    this.entries.push(entry);
  }
}

function user(userId: string): Caller {
  return { kind: 'user', userId, name: 'Ada', role: 'viewer', sessionId: 's1', isFresh: false };
}

test('a look is one entry for each caller and visit, and names nobody', () => {
  const [book, log] = [new Book(), new RecordingLog()];
  const looks = new Looks(book, log);
  for (const caller of [user('u1'), user('u1'), user('u2'), { kind: 'neighbour' } as const])
    looks.lookedAt(caller, 'visit/v1');
  looks.lookedAt({ kind: 'token', tokenId: 't1', name: 'grafana', scopes: [] }, 'visit/v2');
  looks.lookedAt({ kind: 'house' }, 'visit/v2');
  assert.deepEqual(
    book.entries.map(({ actor, resource }) => `${actor} ${resource}`),
    ['user/u1 visit/v1', 'user/u2 visit/v1', 'neighbour visit/v1', 'token/t1 visit/v2'],
  );
  assert.doesNotMatch(JSON.stringify(book.entries), /Ada|grafana/);
});

test('what is remembered of looks has an end', () => {
  const book = new Book();
  const looks = new Looks(book, new RecordingLog());
  for (let number = 0; number <= 10_000; number += 1) looks.lookedAt(user('u1'), `visit/${number}`);
  looks.lookedAt(user('u1'), 'visit/10000');
  assert.equal(book.entries.length, 10_001);
  looks.lookedAt(user('u1'), 'visit/0');
  assert.equal(book.entries.length, 10_002);
});

test('a look that the disk refused is told, and written down the next time', async () => {
  const [book, log] = [new Book(), new RecordingLog()];
  const looks = new Looks(book, log);
  book.fault = new Error('the disk is full');
  looks.lookedAt(user('u1'), 'visit/v1');
  await new Promise(setImmediate);
  book.fault = undefined;
  looks.lookedAt(user('u1'), 'visit/v1');
  assert.equal(book.entries.length, 1);
  assert.match(JSON.stringify(log.lines), /a look is not in the audit chain/);
});
