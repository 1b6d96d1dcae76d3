import { readCurrent } from '../slot/current-link.ts';
import { otherSlot } from '../slot/slot.ts';
import { readMark } from '../slot/slot-mark.ts';
import { seeLease } from '../slot/update-lease.ts';
import { aftercareFacts } from './aftercare.ts';
import type { Notebook } from './notebook.ts';
import { untilOpenMs } from './maintenance-window.ts';
import { chooseOffer } from './choose-offer.ts';
import { planMemory } from './memory-plan.ts';
import { judgeProbation } from './probation.ts';
import { lifeNow } from './settle.ts';
import type { Trial, UpdateTools } from './update-parts.ts';
import type { TrialFacts, UpdateFacts } from './update-state.ts';

/** One look at everything: the facts from which the next step follows. */
export async function look(tools: UpdateTools, notebook: Notebook): Promise<UpdateFacts> {
  const { storage, places, processes, clock, settings, resources, running, recordFile } = tools;
  const committed = await readCurrent(storage, places);
  const record = await recordFile.read();
  const { trial, verified, fallBack } = notebook;
  const nowMs = clock.uptimeMs();
  const choice = chooseOffer(notebook, { nowMs, record, runningVersion: running.version });
  const offer = trial?.offer ?? choice.offer;
  const standby = await readMark(storage, places, otherSlot(committed ?? running.slot));
  const aftercare = aftercareFacts({ record, running, standby, settings, now: lifeNow(tools), wanted: fallBack });
  return {
    nowMs,
    lease: await seeLease(storage, places, processes),
    committed,
    running,
    record,
    standby,
    ...(aftercare === undefined ? {} : { aftercare }),
    tidied: notebook.tidied,
    ...(trial === undefined ? {} : { trial: trialFacts(tools, trial) }),
    pauseUntilMs: notebook.pauseUntilMs,
    nextLookMs: notebook.nextLookMs,
    nextScrubMs: notebook.nextScrubMs,
    ...(offer === undefined ? {} : { offer }),
    ...(verified === undefined || verified.file !== offer?.file ? {} : { release: verified.release }),
    idle: choice.idle,
    nextTurnMs: choice.nextTurnMs,
    isFetched: offer?.path !== undefined || (notebook.fetch?.file === offer?.file && notebook.fetch?.isWhole === true),
    untilWindowMs: untilOpenMs(settings, clock.wallMs()),
    consent: settings.consent,
    memory: settings.memory === 'plan' ? planMemory(resources.memory()) : settings.memory,
  };
}

function trialFacts(tools: UpdateTools, trial: Trial): TrialFacts {
  const { state, slot, revertWord } = trial;
  switch (state.phase) {
    case 'rehearsed': {
      const ended = state.candidate.ended();
      const word = revertWord === undefined ? {} : { revertWord };
      return { phase: 'rehearsed', slot, ...(ended === undefined ? {} : { ended }), ...word };
    }
    case 'probation':
      return { phase: 'probation', slot, ...judgeProbation(tools, state, revertWord) };
    case 'failed':
      return { phase: 'failed', slot, ...state.failure };
    case 'unrecorded':
    case 'committed':
      return { phase: state.phase, slot };
  }
}
