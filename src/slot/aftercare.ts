import Type, { type Static } from 'typebox';

const name = Type.String({ maxLength: 200 });
const durationMs = Type.Number({ minimum: 0 });
/** The oldest go first: what counts are those of the last day. */
const crashesMax = 100;
const dayMs = 24 * 60 * 60_000;

/** The time after a commit in which the other slot is the way back. Read by every later release: fields are added, never changed. */
export const aftercareSchema = Type.Object({
  /** Of the trial in the history that ended in the commit. */
  id: name,
  version: name,
  digest: name,
  signed: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  file: name,
  slot: Type.Union([Type.Literal('a'), Type.Literal('b')]),
  /** Time served in the lives that are over, and in this one until `life.sinceMs`. By the monotonic clock: dates may be wrong by years. */
  servedMs: durationMs,
  /** The process that serves; absent once it has ended in good order. */
  life: Type.Optional(Type.Object({ bootId: name, by: name, sinceMs: durationMs })),
  /** When a life ended that nobody had told to end, in time served. */
  crashes: Type.Array(durationMs, { maxItems: crashesMax }),
  /** Lives that ended with the machine: a power cut says nothing about the release. */
  powerCuts: Type.Integer({ minimum: 0 }),
  /** Checks that were well when it was committed. */
  checks: Type.Optional(Type.Array(name, { maxItems: 100 })),
  /** Nothing is watched any more: the time has passed, or there is no way back. */
  isOver: Type.Optional(Type.Boolean()),
});
export type Aftercare = Static<typeof aftercareSchema>;

/** One process in one life of the machine, and now (`clock.uptimeMs()`). */
export interface LifeNow {
  readonly bootId: string;
  /** `pid:startTicks` */
  readonly by: string;
  readonly nowMs: number;
}

/** The aftercare as this process finds it when it starts to serve. What the life before was, its trace tells: it ended in good order, or with the machine, or it crashed. */
export function beginLife(aftercare: Aftercare, { bootId, by, nowMs }: LifeNow): Aftercare {
  const { life: last } = aftercare;
  const life = { bootId, by, sinceMs: nowMs };
  if (last === undefined) return { ...aftercare, life };
  if (last.bootId !== bootId) return { ...aftercare, life, powerCuts: aftercare.powerCuts + 1 };
  if (last.by === by) return aftercare;
  const servedMs = aftercare.servedMs + Math.max(0, nowMs - last.sinceMs);
  return { ...aftercare, life, servedMs, crashes: [...aftercare.crashes, servedMs].slice(-crashesMax) };
}

/** Written down now and then: a power cut takes the time since the last time with it. */
export function noteServed(aftercare: Aftercare, now: LifeNow): Aftercare {
  const servedMs = servedMsOf(aftercare, now);
  return aftercare.life === undefined
    ? aftercare
    : { ...aftercare, servedMs, life: { ...aftercare.life, sinceMs: now.nowMs } };
}

/** This process is told to end. */
export function endLife(aftercare: Aftercare, now: LifeNow): Aftercare {
  const { life: _life, ...rest } = noteServed(aftercare, now);
  return rest;
}

/** Time served since the commit, until now. */
export function servedMsOf({ servedMs, life }: Aftercare, { bootId, by, nowMs }: LifeNow): number {
  const isMine = life?.bootId === bootId && life.by === by;
  return servedMs + (isMine ? Math.max(0, nowMs - life.sinceMs) : 0);
}

/** Crashes within the last day of service. An aftercare may be longer: what counts is how often, not how often altogether. */
export function recentCrashes({ crashes }: Aftercare): number {
  const last = crashes.at(-1) ?? 0;
  return crashes.filter((atMs) => last - atMs < dayMs).length;
}
