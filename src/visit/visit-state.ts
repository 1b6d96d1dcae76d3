/** A visit is looked at for this long from its trigger; then it is decided on what was seen. */
export const visitMs = 5000;
/** Where looks take long, so much longer is waited for the frames that a name needs: a late name is better than none. */
export const lateMsMax = 10_000;
const framesForNameMin = 2;
/** Frames looked at in one visit, presses that join it included. */
export const framesLookedMax = 40;
/** Frames older than this at the trigger show somebody else. */
export const framesBeforeMs = 4000;

/** Why the looking stopped. */
type LookingEnd =
  | { readonly because: 'firm' | 'all-seen' | 'time' | 'unanswered' }
  | { readonly because: 'blind'; readonly reason: string };

/** Where a visit is. Passing state: never stored, the database knows only what must survive a restart. */
export type VisitState =
  | {
      readonly phase: 'looking';
      readonly endsMs: number;
      /** Frames to take after the trigger, and how many of them came. */
      readonly burstWanted: number;
      readonly burstTaken: number;
      readonly framesLooked: number;
    }
  | { readonly phase: 'recording'; readonly end: LookingEnd }
  | { readonly phase: 'ended' };

export type VisitEvent =
  /** Right after power-on: the time to look begins now. */
  | { readonly kind: 'nets-loaded'; readonly atMs: number }
  | { readonly kind: 'burst-frame' }
  /** A frame went through detect, embed and match; firm means that more frames cannot change the decision. */
  | { readonly kind: 'looked'; readonly isFirm: boolean; readonly atMs: number }
  /** A part of a frame was looked at again. */
  | { readonly kind: 'looked-again'; readonly isFirm: boolean; readonly atMs: number }
  /** Another press while the visit goes on. */
  | { readonly kind: 'pressed-again'; readonly burstFrames: number }
  | { readonly kind: 'out-of-frames' }
  /** A look was not answered although it was waited for. */
  | { readonly kind: 'unanswered' }
  /** Nobody can answer. */
  | { readonly kind: 'blinded'; readonly reason: string }
  | { readonly kind: 'recorded' };

/** A visit at its trigger, on the scale of `clock.uptimeMs()`. */
export function startVisit(triggeredMs: number, burstFrames: number): VisitState {
  return { phase: 'looking', endsMs: triggeredMs + visitMs, burstWanted: burstFrames, burstTaken: 0, framesLooked: 0 };
}

/** Where the visit goes next. An event that does not fit the phase changes nothing. */
export function advanceVisit(state: VisitState, event: VisitEvent): VisitState {
  switch (state.phase) {
    case 'looking':
      return advanceLooking(state, event);
    case 'recording':
      return event.kind === 'recorded' ? { phase: 'ended' } : state;
    case 'ended':
      return state;
  }
}

/** How long a look that begins now is waited for. */
export function lookMsMax(state: VisitState, nowMs: number): number {
  return state.phase === 'looking' ? Math.max(0, state.endsMs + lateMsMax - nowMs) : 0;
}

/** A press joins a visit that still looks; later it is a visit of its own. */
export function mayJoin(state: VisitState): boolean {
  return state.phase === 'looking';
}

function advanceLooking(state: VisitState & { phase: 'looking' }, event: VisitEvent): VisitState {
  switch (event.kind) {
    case 'nets-loaded':
      return { ...state, endsMs: event.atMs + visitMs };
    case 'burst-frame':
      return { ...state, burstTaken: Math.min(state.burstTaken + 1, state.burstWanted) };
    case 'pressed-again': {
      const burstWanted = Math.min(state.burstTaken + event.burstFrames, framesLookedMax);
      return { ...state, burstWanted: Math.max(state.burstWanted, burstWanted) };
    }
    case 'looked': {
      if (event.isFirm) return { phase: 'recording', end: { because: 'firm' } };
      const framesLooked = state.framesLooked + 1;
      const endsMs = framesLooked < framesForNameMin ? state.endsMs + lateMsMax : state.endsMs;
      if (event.atMs >= endsMs || framesLooked >= framesLookedMax)
        return { phase: 'recording', end: { because: 'time' } };
      return { ...state, framesLooked };
    }
    case 'looked-again':
      if (event.isFirm) return { phase: 'recording', end: { because: 'firm' } };
      return event.atMs < state.endsMs ? state : { phase: 'recording', end: { because: 'time' } };
    case 'out-of-frames':
      return { phase: 'recording', end: { because: 'all-seen' } };
    case 'unanswered':
      return { phase: 'recording', end: { because: 'unanswered' } };
    case 'blinded':
      return { phase: 'recording', end: { because: 'blind', reason: event.reason } };
    case 'recorded':
      return state;
  }
}
