import type { Connection } from './connection.ts';
import { qualityOf } from './json-columns.ts';
import { leaveFiles } from './leftover-files.ts';
import { Query } from './query.ts';
import { faceKinds, faceSources, type StoredEmbedding, type StoredFace } from './records.ts';
import { floatBytes, jsonText, type Row } from './row.ts';
import type { StoreReads } from './store.ts';
import type { Input, Result } from './write-functions.ts';

type FaceReads = Pick<
  StoreReads,
  'facesOf' | 'face' | 'faceOfVisit' | 'facesTaughtBy' | 'embeddings' | 'embeddingOf' | 'facesWithout' | 'facesKnownTo'
>;

export function faceReads(db: Connection): FaceReads {
  const faces = (condition: string): Query<StoredFace> =>
    new Query(db, { table: 'faces', sql: `SELECT * FROM faces ${condition}`, decode: faceOf });
  const ofPerson = faces(`WHERE person_id = ? AND kind IN ('reference', 'negative') ORDER BY rowid`);
  const byId = faces('WHERE id = ?');
  const ofVisit = faces(`WHERE visit_id = ? AND kind = 'visit' ORDER BY rowid DESC LIMIT 1`);
  const taughtBy = faces(`WHERE visit_id = ? AND kind IN ('reference', 'negative') ORDER BY rowid`);
  const without = faces(
    `WHERE NOT EXISTS (SELECT 1 FROM embeddings WHERE face_id = faces.id AND recogniser = ?)
     ORDER BY kind = 'visit', created_ms, id LIMIT ?`,
  );
  const embeddings = new Query(db, {
    table: 'embeddings',
    sql: `
      SELECT face_id, kind, faces.person_id, visit_id, strangers.id AS stranger_id, recogniser, vector
      FROM embeddings JOIN faces ON faces.id = face_id
      LEFT JOIN visits ON visits.id = visit_id AND kind = 'visit'
      LEFT JOIN strangers ON strangers.id = stranger_id AND strangers.person_id IS NULL
      WHERE recogniser = ?`,
    decode: embeddingOf,
  });
  const embedding = new Query(db, {
    table: 'embeddings',
    sql: 'SELECT vector FROM embeddings WHERE face_id = ? AND recogniser = ?',
    decode: (row) => row.floats('vector'),
  });
  const knownTo = (condition: string): Query<{ faces: number; embedded: number }> =>
    new Query(db, {
      table: 'embeddings',
      sql: `SELECT count(*) AS faces, count(face_id) AS embedded
            FROM faces LEFT JOIN embeddings ON face_id = faces.id AND recogniser = ? ${condition}`,
      decode: (row) => ({ faces: row.number('faces'), embedded: row.number('embedded') }),
    });
  const known = { all: knownTo(''), taught: knownTo(`WHERE kind <> 'visit'`) };
  return {
    facesOf: (personId) => ofPerson.all(personId),
    face: (id) => byId.first(id),
    faceOfVisit: (visitId) => ofVisit.first(visitId),
    facesTaughtBy: (visitId) => taughtBy.all(visitId),
    embeddingOf: (faceId, recogniser) => embedding.first(faceId, recogniser),
    embeddings: (recogniser) => embeddings.all(recogniser),
    facesWithout: (recogniser, limit) => without.all(recogniser, limit),
    facesKnownTo: (recogniser, which) => known[which].only(recogniser),
  };
}

function faceOf(row: Row): StoredFace {
  return {
    id: row.text('id'),
    kind: row.oneOf('kind', faceKinds),
    source: row.oneOf('source', faceSources),
    personId: row.maybeText('person_id'),
    visitId: row.maybeText('visit_id'),
    picture: row.text('picture'),
    landmarks: row.floats('landmarks'),
    quality: qualityOf(row.jsonRow('quality')),
    createdMs: row.number('created_ms'),
  };
}

function embeddingOf(row: Row): StoredEmbedding {
  return {
    faceId: row.text('face_id'),
    kind: row.oneOf('kind', faceKinds),
    personId: row.maybeText('person_id'),
    visitId: row.maybeText('visit_id'),
    strangerId: row.maybeText('stranger_id'),
    recogniser: row.text('recogniser'),
    vector: row.floats('vector'),
  };
}

export function addFace(db: Connection, { face, recogniser, vector }: Input<'addFace'>): undefined {
  db.prepare(
    `INSERT INTO faces (id, kind, source, person_id, visit_id, picture, landmarks, quality, created_ms)
     VALUES (@id, @kind, @source, @personId, @visitId, @picture, @landmarks, @quality, @createdMs)`,
  ).run({
    ...face,
    personId: face.personId ?? null,
    visitId: face.visitId ?? null,
    landmarks: floatBytes(`the landmarks of face ${face.id}`, face.landmarks),
    quality: jsonText(`the quality of face ${face.id}`, face.quality, qualityOf),
  });
  addEmbedding(db, { faceId: face.id, recogniser, vector });
}

/** Replaces the embedding of the same face and recogniser. */
export function addEmbedding(db: Connection, { faceId, recogniser, vector }: Input<'addEmbedding'>): undefined {
  db.prepare('INSERT OR REPLACE INTO embeddings (face_id, recogniser, vector) VALUES (?, ?, ?)').run(
    faceId,
    recogniser,
    floatBytes(`the embedding of face ${faceId}`, vector),
  );
}

export function removeFace(db: Connection, { faceId }: Input<'removeFace'>): Result<'removeFace'> {
  const pictures = db.prepare('DELETE FROM faces WHERE id = ? RETURNING picture').pluck().all(faceId);
  return { files: leaveFiles(db, pictures) };
}
