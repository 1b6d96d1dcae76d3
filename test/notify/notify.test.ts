import assert from 'node:assert/strict';
import test from 'node:test';
import { StoreFault } from '../../src/store/store.ts';
import { notification, openVisit, startNotifier } from './running-notifier.ts';

test('what is in the outbox is delivered once and marked', async () => {
  const { events, store, phone, put, statuses, clock, stop } = startNotifier();
  await openVisit(store);
  await put(notification(1), notification(2));
  await clock.advance(120_000);
  assert.deepEqual(phone.texts, ['text 1', 'text 2']);
  assert.deepEqual(statuses(), ['sent', 'sent']);
  assert.equal(events.of('NOTIFICATION_SENT').length, 2);
  await stop();
});

test('what a receiver refuses is not tried again', async () => {
  const { clock, store, phone, put, statuses, stop } = startNotifier();
  await openVisit(store);
  let attempts = 0;
  phone.answer = () => {
    attempts += 1;
    return { outcome: 'refused', reason: 'the receiver answered 404' };
  };
  await put(notification(1));
  await clock.advance(600_000);
  assert.equal(attempts, 1);
  assert.deepEqual(statuses(), ['failed: the receiver answered 404']);
  await stop();
});

test('a channel that hangs holds up nobody else, and is tried again', async () => {
  const { clock, store, phone, other, put, statuses, stop } = startNotifier();
  await openVisit(store);
  phone.answer = (attempt) => (attempt === 1 ? new Promise(() => {}) : { outcome: 'delivered' });
  await put(notification(1), notification(2, { channel: 'other' }));
  assert.deepEqual(other.texts, ['text 2']);
  await clock.advance(60_000);
  assert.deepEqual(phone.texts, ['text 1']);
  assert.deepEqual(statuses(), ['sent', 'sent']);
  await stop();
});

test('a notification for a channel that is no longer set up is suppressed', async () => {
  const { store, put, statuses, stop } = startNotifier();
  await openVisit(store);
  await put(notification(1, { channel: 'pager' }));
  assert.deepEqual(statuses(), ['suppressed: there is no channel pager']);
  await stop();
});

test('what was delivered while the database could not note it is not delivered again in this life', async () => {
  const { clock, store, phone, put, statuses, stop } = startNotifier();
  await openVisit(store);
  store.before = (name) => {
    if (name === 'notificationSent') throw new StoreFault('cannot write: the disk is full', 'full');
  };
  await put(notification(1));
  await clock.advance(300_000);
  assert.equal(phone.told.length, 1);
  assert.deepEqual(statuses(), ['pending']);
  store.before = () => {};
  await clock.advance(60_000);
  assert.equal(phone.told.length, 1);
  assert.deepEqual(statuses(), ['sent']);
  await stop();
});

test('a message leads to its visit, and to a picture when there is one', async () => {
  const { store, phone, put, stop } = startNotifier();
  await openVisit(store);
  await put(notification(1), notification(2, {}, { kind: 'name', hasPicture: true }));
  const links = phone.told.map(({ message: { visitUrl, pictureUrl } }) => [visitUrl, pictureUrl]);
  assert.deepEqual(links, [
    ['http://door/api/v1/visits/visit', undefined],
    ['http://door/api/v1/visits/visit', 'http://door/api/v1/visits/visit/picture.jpg'],
  ]);
  await stop();
});

test('a row that cannot be read fails at once and holds up nobody', async () => {
  const { store, phone, put, statuses, stop } = startNotifier();
  await openVisit(store);
  await put(notification(1, { payload: '{"text":7}' }), notification(2));
  assert.deepEqual(phone.texts, ['text 2']);
  assert.deepEqual(statuses(), ['failed: cannot read what is to be told', 'sent']);
  await stop();
});

test('a channel that can puts the name, with its picture, into the message of the ring', async () => {
  const { clock, store, phone, put, stop } = startNotifier();
  await openVisit(store);
  phone.answer = (attempt) => ({ outcome: 'delivered', reference: `message-${attempt}` });
  await put(notification(1));
  await put(notification(2, {}, { kind: 'name', hasPicture: true }));
  const [ring, name] = phone.told.map(({ message }) => message);
  assert.deepEqual([ring?.earlier, ring?.picture], [undefined, undefined]);
  assert.equal(name?.earlier, 'message-1');
  assert.equal(String(await name?.picture?.()), 'picture of visit');
  await clock.advance(1);
  await stop();
});

test('a channel that keeps a connection has it while the outbox is emptied, and lets it go before the next process', async () => {
  const { clock, phone, stop } = startNotifier();
  await clock.advance(1);
  assert.equal(phone.isConnected, true);
  await stop();
  assert.equal(phone.isConnected, false);
});
