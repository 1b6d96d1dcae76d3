import assert from 'node:assert/strict';
import test from 'node:test';
import { sidesThatGoAlong } from '../../src/face/moving-edge.ts';
import { signsOfPicture } from '../../src/face/picture-signs.ts';
import { paintedFace, type Painted } from '../fakes/held-picture.ts';

/** Three frames of somebody who moves to the right and down. */
const burst = (painted: Partial<Painted>): ReturnType<typeof paintedFace>[] =>
  [0, 1, 2].map((at) => paintedFace({ x: 236 + 4 * at, y: 176 + 3 * at, ...painted }));
const sidesOf = (painted: Partial<Painted>): string[] => [...sidesThatGoAlong(burst(painted))].toSorted();

test('a sheet is known by its edges, which go where the face goes', () => {
  assert.deepEqual(sidesOf({ isSheet: true }), ['above', 'below', 'left', 'right']);
  assert.deepEqual(signsOfPicture(burst({ isSheet: true })), ['edge']);
});

test('a head has none, nor has one before a door that stays where it is', () => {
  assert.deepEqual(sidesOf({}), []);
  assert.deepEqual(sidesOf({ hasDoor: true }), []);
  assert.deepEqual(signsOfPicture(burst({ hasDoor: true })), []);
});

test('what is soft is no edge, however straight: light around a head, hair in the wind', () => {
  assert.deepEqual(sidesOf({ isSoft: true }), []);
});

test('where the camera moves everything goes along, and nothing is told', () => {
  const shaken = [0, 1, 2].map((at) =>
    paintedFace({ x: 236 + 4 * at, y: 176 + 3 * at, wallX: 4 * at, wallY: 3 * at, isSheet: true }),
  );
  assert.deepEqual(signsOfPicture(shaken), []);
});

test('a sheet that nobody moves tells nothing: it may hang on the wall behind somebody', () => {
  for (const movedPx of [0, 1]) {
    const still = [240, 240 + movedPx].map((x) => paintedFace({ x, y: 180, isSheet: true }));
    assert.deepEqual([...sidesThatGoAlong(still)], [], 'landmarks alone are as far off');
  }
});

test('a sheet that moves along one axis is known by the two edges across it', () => {
  const slid = [0, 1, 2].map((at) => paintedFace({ x: 236 + 4 * at, y: 180, isSheet: true }));
  assert.deepEqual([...sidesThatGoAlong(slid)].toSorted(), ['left', 'right']);
});

test('a face that is somewhere else altogether is another one', () => {
  const two = [paintedFace({ x: 210, y: 180, isSheet: true }), paintedFace({ x: 267, y: 180, isSheet: true })];
  assert.deepEqual(signsOfPicture(two), []);
});

test('a fine grid over a face is a screen', () => {
  assert.deepEqual(signsOfPicture(burst({ grid: [31, 12] })), ['grid']);
  assert.deepEqual(signsOfPicture(burst({ grid: [31, 12], isSheet: true })), ['edge', 'grid']);
});

test('what lies on the axes is the compression of the camera', () => {
  for (const grid of [[0, 25], [25, 0]] as const) assert.deepEqual(signsOfPicture(burst({ grid })), []); // prettier-ignore
});

test('one frame, and a grid in one of them, tell nothing', () => {
  const [first, ...others] = burst({});
  const shown = paintedFace({ x: 240, y: 180, grid: [31, 12] });
  assert.ok(first !== undefined);
  assert.deepEqual(signsOfPicture([shown]), []);
  assert.deepEqual(signsOfPicture([shown, first]), []);
  assert.deepEqual(signsOfPicture([shown, first, ...others]), []);
});

test('a face at the edge of the picture, or one that the script has no landmarks for, is borne', () => {
  for (const place of [[0, 0], [479, 359], [-30, 400]] as const) {
    const [x, y] = place;
    const faces = [0, 1, 2].map((at) => paintedFace({ x: x + 4 * at, y: y + 3 * at, isSheet: true, grid: [31, 12] }));
    assert.ok(signsOfPicture(faces).length <= 2);
  } // prettier-ignore
});
