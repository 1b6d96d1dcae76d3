import { ask, Problem } from './api.js';
import { byId } from './element.js';

/**
 * Who looks at this page, as the doorbell sees it. Without `may` it is an older one, that has no locks: everything is allowed.
 * @type {{ state: string, name: string | null, role: string | null, may?: string[], hasSecondFactor: boolean }}
 */
const caller = { state: 'open', name: null, role: null, hasSecondFactor: false };
/** Who was logged in last on this page. */
const before = { name: '' };
const retryMs = 2000;

/** Asks who we are, until there is an answer. */
export async function learnCaller() {
  for (;;) {
    try {
      Object.assign(caller, { may: undefined }, await ask('/access').catch(olderOne));
      byId('lost').hidden = true;
      before.name = caller.name ?? before.name;
      return;
    } catch {
      byId('lost').hidden = false;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

/** @param {unknown} error */
function olderOne(error) {
  if (error instanceof Problem && error.status === 404) return { state: 'open', name: null, role: null };
  throw error;
}

export function whoAsks() {
  return caller;
}

export function whoAsked() {
  return before.name;
}

/** Whether the page is open to us as it is; otherwise somebody has to claim or to log in first. */
export function isLetIn() {
  return caller.state !== 'unclaimed' && caller.state !== 'anonymous';
}

/**
 * Whether the doorbell would do this for us: what it would not is not shown.
 * @param {string} permission
 */
export function may(permission) {
  return caller.may?.includes(permission) ?? true;
}

/** Changes whenever the page must look different. */
export function callerSign() {
  return JSON.stringify([caller.state, caller.name, caller.role, caller.may]);
}
