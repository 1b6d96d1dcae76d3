import { ask } from './api.js';
import { may } from './caller.js';
import { closeDialog, confirmFirst } from './dialog.js';
import { button, byId } from './element.js';
import { showJudges } from './judges.js';
import { attempt, notice } from './notice.js';
import { pushRelease } from './push-release.js';
import { agoOf } from './words.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/**
 * What runs, what the updater does with a new release, and the owner's say in it. Hidden until the doorbell says the first
 * word about updates: one that takes none says nothing.
 */
export function releaseCard() {
  /** @type {{ update: any, last: any, isPushing: boolean, buttons: string }} */
  const state = { update: undefined, last: undefined, isPushing: false, buttons: '' };

  const draw = () => {
    const { update, last } = state;
    byId('release-section').hidden = false;
    byId('release-version').textContent = `${update.running.version} · slot ${update.running.slot}`;
    if (!state.isPushing) showProgress(sentence(update.words), update.fetched);
    showLine('release-trial', trialWords(update));
    showLine('release-problem', update.problem ?? update.refusal?.message ?? damageWords(update.scrub));
    showLine('release-watch', watchWords(update));
    showLine('release-last', update.trial === null ? lastWords(last) : undefined);
    showJudges(update.trial === null ? last?.judges : update.trial.judges);
    showButtons(state);
  };
  const push = async (/** @type {File} */ file) => {
    state.isPushing = true;
    await attempt(async () => {
      await pushRelease(file, (share) => showProgress(`Sending ${file.name}`, share));
      notice(`${file.name} is here.`);
    });
    state.isPushing = false;
    draw();
  };
  byId('release-file').addEventListener('change', async () => {
    const [file] = byId('release-file').files;
    byId('release-file').value = '';
    if (file !== undefined && !state.isPushing) await push(file);
  });
  const loadLast = async () => {
    state.last = (await ask('/update/history')).trials[0];
    draw();
  };

  return {
    /** @param {any} update */
    show(update) {
      const isElsewhere = state.update?.phase !== update.phase;
      state.update = update;
      draw();
      if (isElsewhere && update.trial === null && may('see-releases')) void loadLast().catch(() => undefined);
    },
  };
}

/**
 * @param {string} words
 * @param {number | null} share
 */
function showProgress(words, share) {
  byId('release-words').textContent = share === null ? words : `${words}, ${Math.floor(share * 100)} %`;
  byId('release-progress').hidden = share === null;
  byId('release-progress').value = share ?? 0;
}

/**
 * @param {string} id
 * @param {string | undefined} text
 */
function showLine(id, text) {
  byId(id).textContent = text ?? '';
  byId(id).hidden = text === undefined;
}

/** @param {any} update */
function trialWords({ trial }) {
  if (trial === null || trial.phase !== 'probation') return undefined;
  const minutes = Math.floor(trial.elapsedMs / minuteMs);
  const since = minutes < 1 ? 'less than a minute' : `${minutes} min`;
  const { requests, errors } = trial.figures;
  const seen = requests === undefined ? '' : `, ${requests} requests, ${errors} failed`;
  return `On trial for ${since}${seen}. The release before stands by.`;
}

/** @param {any} update */
function watchWords({ trial, aftercare }) {
  if (trial !== null || aftercare === null || aftercare === undefined) return undefined;
  const { version, backTo, leftMs, crashes } = aftercare;
  const crashed = crashes === 0 ? '' : ` It has crashed ${crashes === 1 ? 'once' : `${crashes} times`}.`;
  if (backTo === null) return crashed === '' ? undefined : `Release ${version} is new.${crashed}`;
  const hours = Math.ceil(leftMs / hourMs);
  return `Release ${version} is new: for ${hours} h more, ${backTo} stands by and serves again when need be.${crashed}`;
}

/** @param {any} scrub */
function damageWords(scrub) {
  const [damage] = scrub?.damaged ?? [];
  return damage === undefined
    ? undefined
    : `The card has damaged slot ${damage.slot}, and there is no copy: ${damage.message}`;
}

/** @param {any} trial the newest that is over */
function lastWords(trial) {
  if (trial === undefined || trial.outcome !== 'reverted') return undefined;
  return `Release ${trial.version} was reverted ${agoOf(trial.startedMs)}: ${trial.message}`;
}

/**
 * Built anew only when they differ: a button must not vanish under a finger because a figure has changed.
 * @param {{ update: any, buttons: string }} state
 */
function showButtons(state) {
  if (!may('manage-releases')) return;
  const { update } = state;
  const mayRevert = update.mayRevert === true;
  /** @type {string | null} */
  const back = update.trial === null ? (update.aftercare?.backTo ?? null) : null;
  const asks = update.waitsFor === 'consent' && update.offer !== null;
  const isIdle = update.phase === 'wait' && !asks;
  const wanted = JSON.stringify([mayRevert, back, asks ? update.offer.file : '', isIdle]);
  if (wanted === state.buttons) return;
  state.buttons = wanted;
  byId('release-acts').replaceChildren(
    ...(asks
      ? [button({ text: `Install ${update.offer.version ?? 'it'}`, kind: 'primary' }, () => agree(update.offer.file))]
      : []),
    ...(mayRevert ? [button({ text: back === null ? 'Revert' : `Back to ${back}`, kind: 'danger' }, revert)] : []),
    ...(isIdle ? [button({ text: 'Look for a release' }, look)] : []),
    ...(mayRevert && back === null ? [] : [button({ text: 'Release file' }, () => byId('release-file').click())]),
  );
}

/** @param {string} file */
function agree(file) {
  return attempt(() => ask('/update/consent', { method: 'POST', json: { file } }));
}

function look() {
  return attempt(async () => {
    await ask('/update/check', { method: 'POST' });
    notice('Looking for a release.');
  });
}

function revert() {
  const text = 'The release before serves again, and nobody at the door notices. This one is not tried any more.';
  confirmFirst({ title: 'Revert the release?', text, yes: 'Revert' }, async () => {
    await attempt(() => ask('/update/revert', { method: 'POST', json: { reason: 'the owner said so on the page' } }));
    closeDialog();
  });
}

/** @param {string} words */
function sentence(words) {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
