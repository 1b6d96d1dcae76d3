// The owner changes what faces are told apart by, while the bell rings.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { newFolder, startAppliance, waitFor, type Appliance } from './appliance-process.ts';
import { writeOwnPackAs } from '../appliance/own-pack.ts';
import { picturesIn } from './street.ts';

interface Models {
  readonly packs: readonly {
    readonly name: string;
    readonly isUsed: boolean;
    readonly terms: { readonly embedded: number };
  }[];
  readonly wanted: string | null;
}

const ringsMeanwhile = 2;

/** Rings, and tells who is said to have been there. */
async function whoRings(appliance: Appliance): Promise<string> {
  await waitFor('pictures flow', async () => (await appliance.get('/api/v1/snapshot.jpg')).status === 200);
  const { visitId } = await appliance.post<{ visitId: string }>('/api/v1/trigger', {});
  return waitFor('the visit is decided', async () => {
    const visit = await appliance.json<
      Record<'phase' | 'personName', string | null> & { decision: { recogniser: string } }
    >(`/api/v1/visits/${visitId}`);
    return (
      visit.phase === 'decided' && `${visit.personName ?? 'nobody'} by ${visit.decision.recogniser.split('-')[0] ?? ''}`
    );
  });
}

/** Changes to a pack, and rings meanwhile: whoever comes is named all the time. */
async function change(appliance: Appliance, pack: string): Promise<readonly string[]> {
  const used = await appliance.type('models', 'use', pack);
  assert.equal(used.code, 0, used.err);
  const names: string[] = [];
  await waitFor(`${pack} is used`, async () => {
    if (names.length < ringsMeanwhile) names.push(await whoRings(appliance));
    const { packs } = await appliance.json<Models>('/api/v1/models');
    return packs.find(({ name }) => name === pack)?.isUsed === true;
  });
  return [used.out, ...new Set(names)];
}

test('a pack of the owner’s takes over while visitors are named, and is taken back at a start', async (t) => {
  const folder = newFolder(t);
  const home = join(folder, 'home');
  const [enrolment = ''] = await picturesIn(join(folder, 'enrolment'), 'red');
  await picturesIn(join(folder, 'street'), 'redElsewhere');
  const settings = { 'camera.source': `folder:${join(folder, 'street')}`, 'notify.ratePerMinute': '1000' };
  let appliance = await startAppliance(t, { home, settings });
  assert.equal((await appliance.type('people', 'add', 'Ada', enrolment)).code, 0);

  const added = await appliance.type('models', 'add', writeOwnPackAs(join(folder, 'pack'), 'dlib', 'mine'));
  assert.match(added.out, /^mine is added \(licence: CC0-1\.0/, added.err);
  const compared = await appliance.type('models', 'compare', 'mine');
  assert.match(compared.out, /^ +mobilefacenet +mine\n.*\n  named +0 +0\n/, compared.err);
  assert.match(compared.out, /\ntime of one embedding +\d+ ms +\d+ ms\ntoo few pictures to tell: .*\n$/);

  const [said = '', ...names] = await change(appliance, 'mine');
  assert.match(said, /^mine knows every face of this house, then takes over from mobilefacenet, which names whoever comes until then\n.*models use mobilefacenet\n$/); // prettier-ignore
  for (const name of names) assert.match(name, /^Ada by (mobile_face_net|added)$/);
  assert.equal(await whoRings(appliance), 'Ada by added');
  assert.match((await appliance.get('/metrics')).text, /^doorward_build_info\{.*recogniser="added-mine-\w+".*\} 1$/m);
  const unknown = await appliance.patch('/api/v1/settings', { 'models.recogniser': 'dlip' });
  assert.match(unknown.message ?? '', /no model pack is called so \(mobilefacenet, dlib, mine\); did you mean dlib\?/);
  assert.equal(
    (await appliance.patch('/api/v1/settings', { 'models.recogniser': 'mobilefacenet' })).message,
    undefined,
  );
  assert.equal((await appliance.stop()).code, 0);

  // Other faces have come since, which the wanted pack has not seen: until it has, the former names whoever comes.
  appliance = await startAppliance(t, { home, settings });
  assert.match(await whoRings(appliance), /^Ada by /);
  await waitFor('it is taken back', async () => (await appliance.json<Models>('/api/v1/models')).wanted === null);
  assert.equal(await whoRings(appliance), 'Ada by mobile_face_net');
});
