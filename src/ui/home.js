import { openAccess } from './access-dialog.js';
import { openAccount } from './account.js';
import { ask, listen } from './api.js';
import { may, whoAsks } from './caller.js';
import { byId, element, icon } from './element.js';
import { openEnrol } from './enrol.js';
import { letIn } from './gate.js';
import { noteCamera, resumeLive, showLive } from './live.js';
import { attempt } from './notice.js';
import { peopleList } from './people.js';
import { releaseCard } from './release.js';
import { ringBanner } from './ring.js';
import { strangerList } from './strangers.js';
import { openVisit } from './visit-dialog.js';
import { visitList } from './visits.js';
import { useTimeZone } from './words.js';

/** Many things happen at once when somebody rings; the lists are read once they have. */
const settleMs = 150;
const statusMs = 30_000;

const timers = { reload: 0 };
const connection = { isLost: false };
const lists = [visitList(reload), peopleList(reload), ...(may('name-visits') ? [strangerList(reload)] : [])];
const release = releaseCard();
const banner = ringBanner((visitId) => void openVisit(visitId, reload));
function reload() {
  clearTimeout(timers.reload);
  timers.reload = setTimeout(() => {
    for (const list of lists) void list.load().catch(() => undefined);
    void showStatus();
  }, settleMs);
}

async function showStatus() {
  const chip = byId('health');
  /** @type {Record<string, string>} */
  const words = { healthy: 'All well', degraded: 'Needs a look', unhealthy: 'In trouble', unknown: 'Checking…' };
  try {
    const status = await ask('/status');
    if (useTimeZone(status.timeZone)) reload();
    chip.textContent = words[status.health] ?? status.health;
    chip.className = `chip ${status.health}`;
    noteCamera(status.camera);
    byId('footer').textContent =
      `Doorward ${status.version} · ${status.camera.description} · everything stays on this device`;
  } catch {
    chip.textContent = 'No answer';
    chip.className = 'chip unhealthy';
  }
}

/** @param {any} event */
function happened(event) {
  const visitId = event.data?.visitId;
  if (event.type === 'DOORBELL_PRESSED' && visitId !== undefined && Date.now() - event.atMs < statusMs)
    banner.rang(visitId);
  else if (visitId !== undefined) void banner.learned(visitId);
  reload();
}

/** What this caller may not do is not shown. */
function showActs() {
  byId('ring-button').hidden = !may('ring');
  byId('enrol-button').hidden = !may('manage-people');
  byId('ring-button').addEventListener('click', () =>
    attempt(() => ask('/trigger', { method: 'POST', json: { source: 'api', press: 'press' } })),
  );
  byId('enrol-button').addEventListener('click', () => openEnrol(reload));
}

/** Whoever is logged in finds what is theirs; on this machine itself, who else may look in. */
function showWho() {
  const { state, name } = whoAsks();
  const isUser = state === 'user';
  byId('who-button').hidden = !isUser && !may('see-access');
  const words = element('span', {}, isUser ? (name ?? 'You') : 'Who may look in');
  byId('who-button').replaceChildren(icon(isUser ? 'person' : 'key'), words);
  byId('who-button').addEventListener('click', isUser ? openAccount : openAccess);
}

/** The page of somebody who has been let in. */
export function showHome() {
  showActs();
  showWho();
  byId('main').hidden = false;
  listen({
    event: happened,
    update: (update) => release.show(update),
    connected() {
      if (connection.isLost) {
        resumeLive();
        void letIn(); // We may have become somebody else meanwhile.
      }
      connection.isLost = false;
      byId('lost').hidden = true;
      reload();
    },
    lost() {
      connection.isLost = true;
      byId('lost').hidden = false;
    },
  });
  setInterval(() => void showStatus(), statusMs);
  // After everything else: a picture that never ends would keep the page "loading".
  if (document.readyState === 'complete') showLive();
  else addEventListener('load', showLive);
}
