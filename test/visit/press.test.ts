import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { ButtonEdge } from '../../src/system/button.ts';
import {
  advanceEdge,
  advanceTime,
  dueAt,
  restingButton,
  type PressEffect,
  type PressState,
} from '../../src/visit/press.ts';

const times = { debounceMs: 30, holdMs: 1500, doubleMs: 400, stuckMs: 30_000 };

/** Plays edges written as "d0 u100": down at 0, up at 100; then lets `restMs` pass, ticking as a timer would. */
function play(edges: string, restMs = 5000): string[] {
  const parsed = edges
    .split(' ')
    .map((edge): ButtonEdge => ({ pressed: edge.startsWith('d'), atMs: Number(edge.slice(1)) }));
  const effects: PressEffect[] = [];
  let state: PressState = restingButton;
  const take = (step: { state: PressState; effects: readonly PressEffect[] }): void => {
    state = step.state;
    effects.push(...step.effects);
  };
  for (const edge of parsed) take(advanceEdge(state, edge, times));
  take(advanceTime(state, (parsed.at(-1)?.atMs ?? 0) + restMs, times));
  return effects.map((effect) => `${effect.kind === 'pressed' ? effect.press : effect.kind}@${effect.atMs}`);
}

const recorded: readonly (readonly [name: string, edges: string, effects: readonly string[]])[] = [
  ['a clean press rings at its debounced down edge, before it is released', 'd100 u250', ['press@130', 'released@280']],
  ['a bouncing press rings once', 'd100 u102 d104 u105 d109 u290 d292 u294', ['press@139', 'released@324']],
  ['an electrical glitch does not ring', 'd100 u101 d400 u412 d900 u929', []],
  [
    'a double press rings twice and says so',
    'd0 u100 d300 u400',
    ['press@30', 'released@130', 'double@330', 'released@430'],
  ],
  [
    'two presses far apart are two presses',
    'd0 u100 d1000 u1100',
    ['press@30', 'released@130', 'press@1030', 'released@1130'],
  ],
  ['a long press rings at once and is a hold later', 'd0 u2000', ['press@30', 'held@1500', 'released@2030']],
  [
    'a bounce in the middle of a hold is not a second press',
    'd0 u700 d703 u2000',
    ['press@30', 'held@1500', 'released@2030'],
  ],
  ['edges that come late and in a bundle still ring', 'd0 u80', ['press@30', 'released@110']],
  ['a lost release does not swallow the next press', 'd0 d700 u800', ['press@30', 'double@730', 'released@830']],
  ['a lost press leaves a lone release, which is noise', 'u500 d900 u1000', ['press@930', 'released@1030']],
];
for (const [name, edges, effects] of recorded) {
  test(name, () => assert.deepEqual(play(edges), effects));
}

test('a stuck button is reported once, is free again when released, and then rings again', () => {
  const effects = play('d0 u60000 d61000 u61100', 1000);
  assert.deepEqual(effects, ['press@30', 'held@1500', 'stuck@30000', 'freed@60030', 'press@61030', 'released@61130']);
});

test('a stuck button whose release was lost rings at the next press', () => {
  assert.deepEqual(play('d0 d61000 u61100', 1000), [
    'press@30',
    'held@1500',
    'stuck@30000',
    'press@61030',
    'released@61130',
  ]);
});

test('down twice within a bounce is one press: what lay between was lost, or came late', () => {
  const down = advanceTime(advanceEdge(restingButton, { pressed: true, atMs: 0 }, times).state, 30, times);
  const again = advanceEdge(down.state, { pressed: true, atMs: 12 }, times);
  const later = advanceTime(again.state, 400, times);
  const rings = [...down.effects, ...again.effects, ...later.effects].filter(({ kind }) => kind === 'pressed');
  assert.equal(rings.length, 1);
});

test('however the line bounces, a press of 200 ms rings, and no ring comes without a steady line', () => {
  const bounces = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 12 });
  const property = fc.property(bounces, bounces, (before, after) => {
    const edges: ButtonEdge[] = [];
    let atMs = 0;
    const bounce = (gaps: readonly number[], endsPressed: boolean): void => {
      const count = gaps.length % 2 === 0 ? gaps.length : gaps.length - 1;
      let pressed = endsPressed;
      edges.push({ pressed, atMs });
      for (const gap of gaps.slice(0, count)) {
        atMs += gap;
        pressed = !pressed;
        edges.push({ pressed, atMs });
      }
    };
    bounce(before, true);
    atMs += 200;
    bounce(after, false);
    const text = edges.map((edge) => `${edge.pressed ? 'd' : 'u'}${edge.atMs}`).join(' ');
    const rings = play(text).filter((effect) => effect.startsWith('press') || effect.startsWith('double'));
    assert.equal(rings.length, 1, text);
  });
  fc.assert(property, { numRuns: 200 });
});

test('any noise on the line leaves the debounce in a state that the next press can be heard from', () => {
  const edge = fc.record({ pressed: fc.boolean(), gapMs: fc.integer({ min: 0, max: 40_000 }) });
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 30 }), (edges) => {
      let state: PressState = restingButton;
      let atMs = 0;
      for (const { pressed, gapMs } of edges) {
        atMs += gapMs;
        state = advanceEdge(state, { pressed, atMs }, times).state;
        assert.ok((dueAt(state, times) ?? Number.POSITIVE_INFINITY) > atMs - 1);
      }
      state = advanceEdge(state, { pressed: false, atMs: atMs + 100 }, times).state;
      const down = advanceEdge(state, { pressed: true, atMs: atMs + 200 }, times);
      const rung = advanceTime(down.state, atMs + 230, times);
      assert.ok([...down.effects, ...rung.effects].some(({ kind }) => kind === 'pressed'));
    }),
    { numRuns: 200 },
  );
});
