import { ask } from './api.js';
import { byId } from './element.js';

const snapshotMs = 1500;
const snapshotsBeforeRetry = 8;
const quality = matchMedia('(min-width: 720px)').matches ? 'high' : 'medium';

const live = { resume: () => {} };

/** Asks for the picture again after the doorbell was away: an image does not tell that its stream has ended. */
export function resumeLive() {
  live.resume();
}

/**
 * Shows the live picture; where motion JPEG does not work or the camera is silent, single pictures. Nothing is asked
 * for while the page is hidden, so that the doorbell encodes nothing that nobody sees.
 */
export function showLive() {
  const image = byId('live');
  const state = { snapshotsLeft: 0, timer: 0 };

  const stream = () => {
    image.src = `/api/v1/live.mjpeg?quality=${quality}&at=${Date.now()}`;
  };
  const snapshot = () => {
    image.src = `/api/v1/snapshot.jpg?at=${Date.now()}`;
  };
  const later = (/** @type {() => void} */ act) => {
    clearTimeout(state.timer);
    state.timer = setTimeout(act, snapshotMs);
  };
  const next = () => {
    if (document.hidden) return;
    state.snapshotsLeft -= 1;
    if (state.snapshotsLeft > 0) snapshot();
    else stream();
  };

  image.addEventListener('load', () => {
    note('');
    if (state.snapshotsLeft > 0) later(next);
  });
  image.addEventListener('error', () => {
    if (document.hidden) return;
    if (state.snapshotsLeft <= 0) state.snapshotsLeft = snapshotsBeforeRetry;
    void sayWhy();
    later(next);
  });
  const begin = () => {
    clearTimeout(state.timer);
    state.snapshotsLeft = 0;
    if (document.hidden) image.removeAttribute('src');
    else stream();
  };
  document.addEventListener('visibilitychange', begin);
  live.resume = begin;
  begin();
}

/** Says why there is no picture, in the server's words. */
async function sayWhy() {
  try {
    const { camera } = await ask('/status');
    noteCamera(camera);
  } catch {
    note('No picture: the doorbell does not answer.');
  }
}

/**
 * Says over the picture that the camera gives none, and why.
 * @param {{ state: string, reason: string | null }} camera
 */
export function noteCamera({ state, reason }) {
  note(state === 'flowing' ? '' : (reason ?? `The camera is ${state}…`));
}

/** @param {string} text */
function note(text) {
  byId('live-note').textContent = text;
  byId('live-chip').hidden = text !== '';
}
