// How long one query takes among 10,000 reference faces of 10,000 people: `npm run -s bench:match`.
import { fakePerson, fakeEmbedding, spreadVector } from '../fakes/gallery-faces.ts';
import { Gallery } from '../../src/people/gallery.ts';
import { begin } from '../../scripts/entry.ts';

begin({ usage: 'npm run bench:match' });

const faces = 10_000;
const queries = 1_000;
const warmUp = 200;

const people = Array.from({ length: faces }, (_, i) => fakePerson({ id: `p${i}` }));
const embeddings = people.map(({ id }, i) => fakeEmbedding({ faceId: `f${i}`, personId: id, vector: spreadVector(i) }));
const gallery = new Gallery(
  { people: () => people, embeddings: () => embeddings, face: () => undefined },
  { recogniser: 'bench' },
);

const timesMs: number[] = [];
for (let i = 0; i < queries + warmUp; i += 1) {
  const query = spreadVector(faces + i);
  const begin = performance.now();
  gallery.match(query);
  if (i >= warmUp) timesMs.push(performance.now() - begin);
}
timesMs.sort((a, b) => a - b);
const medianMs = timesMs[Math.floor(queries / 2)] ?? 0;
const p99Ms = timesMs[Math.floor(queries * 0.99)] ?? 0;

console.log(`${faces} people, one face each, ${queries} queries`);
console.log(`median ${medianMs.toFixed(3)} ms, p99 ${p99Ms.toFixed(3)} ms`);
console.log(JSON.stringify({ faces, medianMs: Number(medianMs.toFixed(4)), p99Ms: Number(p99Ms.toFixed(4)) }));
