import { Gallery } from '../../people/gallery.ts';
import { reembedMissing } from '../../people/reembed.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { homeAt } from '../../system/home.ts';
import type { Resources } from '../../system/resources.ts';
import type { Log } from '../../system/log.ts';
import type { Rehearse, Rehearsed } from '../../update/trial-protocol.ts';
import { decideAgain } from '../../visit/decide-again.ts';
import type { RunningRelease } from '../../machine/executable/running-release.ts';
import type { Settings } from '../../settings/settings-schema.ts';
import { recogniseGoldenFaces } from './golden-faces.ts';
import { readSettings, type GroundParts } from '../ground.ts';
import type { Recognition } from '../recognition.ts';
import { wordsOf } from '../../system/error-words.ts';

export interface RehearsalParts extends GroundParts {
  readonly openModels: (settings: Settings) => Promise<Recognition>;
  readonly resources: Pick<Resources, 'memory'>;
  readonly release: Pick<RunningRelease, 'directory'>;
  readonly log: Log;
}

const failuresMax = 100;
const failureLettersMax = 1000;

/** Migrates the copy, recognises the household in it, and decides its visits again. Nothing of the household is touched. */
export async function rehearse(parts: RehearsalParts, { directory, visitIds }: Rehearse): Promise<Rehearsed> {
  const failures: string[] = [];
  const decisions: Rehearsed['decisions'] = [];
  const { clock, disk } = parts;
  let goldenFaces = { expected: 0, recognised: 0 };
  const opened = await openStore({ home: homeAt(directory), disk, clock });
  if (opened.outcome === 'opened') {
    const { store } = opened;
    try {
      const { settings } = await readSettings(parts, store);
      const recognition = await parts.openModels(settings);
      if (recognition.fault !== undefined) failures.push(recognition.fault);
      else {
        goldenFaces = await recogniseGoldenFaces({
          ...parts,
          recognition,
          directory: parts.release.directory,
          settings: settings.recognition,
        });
        const deciding = { ...parts, recognition, store, directory, settings };
        decisions.push(...(await decideAll(deciding, visitIds, failures)));
      }
    } catch (error) {
      failures.push(wordsOf(error));
    } finally {
      await store.close();
    }
  } else failures.push(opened.message);
  return {
    kind: 'rehearsed',
    failures: failures.slice(0, failuresMax).map((failure) => failure.slice(0, failureLettersMax)),
    goldenFaces,
    decisions,
    memoryBytes: parts.resources.memory().ownBytes,
  };
}

async function decideAll(
  parts: RehearsalParts & {
    readonly recognition: Recognition;
    readonly store: Store;
    readonly directory: string;
    readonly settings: Settings;
  },
  visitIds: readonly string[],
  failures: string[],
): Promise<Rehearsed['decisions']> {
  const { clock, disk, store, directory, recognition, log, settings } = parts;
  const home = homeAt(directory);
  const { inference, pictures } = recognition;
  const gallery = new Gallery(store.read, inference);
  const never = new AbortController().signal;
  const seeing = { store, gallery, inference, pictures, disk, home, log, clock };
  await reembedMissing({ ...seeing, recognition: settings.recognition }, never); // The copy may know another recogniser.
  const decisions: Rehearsed['decisions'] = [];
  for (const visitId of visitIds) {
    const visit = store.read.visit(visitId);
    const decided = visit === undefined ? undefined : await decideAgain({ ...seeing, settings }, visit, rest);
    if (decided?.outcome === 'blind') failures.push(`cannot decide visit ${visitId}: ${decided.reason}`);
    if (decided?.outcome !== 'decided') continue;
    decisions.push({
      visitId,
      outcome: decided.visit,
      ...(decided.personId === undefined ? {} : { personId: decided.personId }),
    });
  }
  return decisions;
}

/** Nobody waits for a rehearsal: its process has the lowest priority. */
function rest(): Promise<void> {
  return Promise.resolve();
}
