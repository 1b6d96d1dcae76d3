import { nodeCandidates, type NodeCandidates } from '../../machine/process/candidate-process.ts';
import { nodeStorage } from '../../machine/node/node-storage.ts';
import type { GroundRequest } from '../ground.ts';
import type { Rooms, RoomsParts } from '../rooms.ts';
import { ApplianceDuty } from './duty.ts';

export interface TrialParts {
  readonly duty: ApplianceDuty;
  readonly candidates: NodeCandidates;
  /** Hears what a candidate tells without being asked. */
  onTold(hear: (message: unknown) => void): void;
  /** Resolves when this process has left its duty to a committed release for good, and may end. */
  readonly left: Promise<void>;
}

/** What the updater of a running appliance needs of it. */
export function trialPartsOf(
  rooms: Rooms,
  request: GroundRequest & { readonly hasDemoHousehold: boolean },
  { clock, disk, random, resources }: RoomsParts['machine'],
): TrialParts {
  const { environment, hasDemoHousehold, home, settingFlags } = request;
  const left = Promise.withResolvers<void>();
  const settings = Object.entries(settingFlags).map(([key, value]) => `--${key}=${value}`);
  const demo = hasDemoHousehold ? ['--demo-household'] : [];
  const heard: { hear: (message: unknown) => void } = { hear: () => {} };
  const words = ['candidate', '--home', home.root, ...demo, ...settings];
  const candidates = nodeCandidates({
    clock,
    words,
    environment,
    lines: () => rooms.lines(),
    hear(message) {
      duty.hear(message);
      heard.hear(message);
    },
  });
  const { measureOwn } = candidates;
  const onLeft = left.resolve;
  const storage = nodeStorage;
  const duty = new ApplianceDuty({ rooms, clock, disk, random, resources, storage, measureOwn, onLeft });
  return { duty, candidates, onTold: (hear) => (heard.hear = hear), left: left.promise };
}
