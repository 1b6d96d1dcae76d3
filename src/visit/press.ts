import type { ButtonEdge } from '../system/button.ts';

/** How the button's line is read; all in milliseconds, from the settings. */
export interface PressTimes {
  readonly debounceMs: number;
  readonly holdMs: number;
  readonly doubleMs: number;
  readonly stuckMs: number;
}

interface Up {
  readonly phase: 'up';
  /** When the last press ended; a press soon after makes it a double. */
  readonly letGoMs: number | undefined;
}
interface Down {
  readonly phase: 'down';
  readonly downMs: number;
  readonly isHeld: boolean;
}
interface Stuck {
  readonly phase: 'stuck';
}

/** The button as the debounce sees it. `falling` and `rising` wait for the line to rest. */
export type PressState =
  | Up
  | { readonly phase: 'falling'; readonly sinceMs: number; readonly before: Up }
  | Down
  | { readonly phase: 'rising'; readonly sinceMs: number; readonly before: Down | Stuck }
  | Stuck;

/** What the debounce found out. `pressed` comes at the debounced down edge: the bell does not wait for more. */
export type PressEffect =
  | { readonly kind: 'pressed'; readonly press: 'press' | 'double'; readonly atMs: number }
  | { readonly kind: 'held' | 'released' | 'stuck' | 'freed'; readonly atMs: number };

export interface PressStep {
  readonly state: PressState;
  readonly effects: readonly PressEffect[];
}

export const restingButton: PressState = { phase: 'up', letGoMs: undefined };

/** Timeouts that one moment can bring: falling -> down -> held -> stuck. */
const timeoutsMax = 4;

/** The line changed. Edges may come late and in bundles: what was due before the edge happens first. */
export function advanceEdge(state: PressState, edge: ButtonEdge, times: PressTimes): PressStep {
  const before = advanceTime(state, edge.atMs, times);
  const after = advanceTime(afterEdge(before.state, edge, times), edge.atMs, times);
  return { state: after.state, effects: [...before.effects, ...after.effects] };
}

/** Time passed and the line did not change. */
export function advanceTime(state: PressState, nowMs: number, times: PressTimes): PressStep {
  const effects: PressEffect[] = [];
  let current = state;
  for (let step = 0; step < timeoutsMax; step += 1) {
    const dueMs = dueAt(current, times);
    if (dueMs === undefined || dueMs > nowMs) break;
    const [next, effect] = afterTimeout(current, dueMs, times);
    current = next;
    effects.push(...effect);
  }
  return { state: current, effects };
}

/** When the button needs to be told that time passed, or undefined while only an edge can change it. */
export function dueAt(state: PressState, times: PressTimes): number | undefined {
  switch (state.phase) {
    case 'falling':
    case 'rising':
      return state.sinceMs + times.debounceMs;
    case 'down':
      return state.downMs + (state.isHeld ? times.stuckMs : Math.min(times.holdMs, times.stuckMs));
    case 'up':
    case 'stuck':
      return undefined;
  }
}

function afterEdge(state: PressState, edge: ButtonEdge, times: PressTimes): PressState {
  const { pressed, atMs } = edge;
  switch (state.phase) {
    case 'up':
      return pressed ? { phase: 'falling', sinceMs: atMs, before: state } : state; // A lone release is noise.
    case 'falling':
      return pressed ? { ...state, sinceMs: atMs } : state.before;
    case 'down':
      if (!pressed) return { phase: 'rising', sinceMs: atMs, before: state };
      // Down twice: the release between was lost. A ring too many joins the visit; a ring too few is lost.
      if (atMs - state.downMs < times.debounceMs) return state;
      return { phase: 'falling', sinceMs: atMs, before: { phase: 'up', letGoMs: atMs } };
    case 'rising':
      return pressed ? state.before : state;
    case 'stuck':
      if (!pressed) return { phase: 'rising', sinceMs: atMs, before: state };
      return { phase: 'falling', sinceMs: atMs, before: { phase: 'up', letGoMs: undefined } };
  }
}

function afterTimeout(
  state: PressState,
  dueMs: number,
  times: PressTimes,
): readonly [PressState, readonly PressEffect[]] {
  switch (state.phase) {
    case 'falling': {
      const { letGoMs } = state.before;
      const isDouble = letGoMs !== undefined && state.sinceMs - letGoMs <= times.doubleMs;
      const down: Down = { phase: 'down', downMs: state.sinceMs, isHeld: false };
      return [down, [{ kind: 'pressed', press: isDouble ? 'double' : 'press', atMs: dueMs }]];
    }
    case 'down':
      if (dueMs - state.downMs >= times.stuckMs) return [{ phase: 'stuck' }, [{ kind: 'stuck', atMs: dueMs }]];
      return [{ ...state, isHeld: true }, [{ kind: 'held', atMs: dueMs }]];
    case 'rising': {
      const up: Up = { phase: 'up', letGoMs: state.before.phase === 'down' ? state.sinceMs : undefined };
      return [up, [{ kind: state.before.phase === 'stuck' ? 'freed' : 'released', atMs: dueMs }]];
    }
    case 'up':
    case 'stuck':
      return [state, []];
  }
}
