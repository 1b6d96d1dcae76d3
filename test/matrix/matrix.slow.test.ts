import assert from 'node:assert/strict';
import test from 'node:test';
import { openMatrix } from './open-matrix.ts';
import { walkMatrix } from './walk-matrix.ts';

test('everybody is answered at every route as the table of permissions says, by every method and every spelling', async (t) => {
  const { site, callers } = await openMatrix(t);
  const { routes, roles, cells, wrong } = await walkMatrix(site, callers);
  assert.deepEqual(wrong, []);
  assert.ok(
    routes > 80 && roles > 10 && cells > 5000,
    `only ${routes} routes, ${roles} roles, ${cells} cells: the matrix is blind`,
  );
});
