import { nodeCandidates, type NodeCandidates } from '../machine/candidate-process.ts';
import { nodeStorage } from '../machine/node-storage.ts';
import type { GroundRequest } from './ground.ts';
import type { Rooms, RoomsParts } from './rooms.ts';
import { ApplianceStage } from './stage.ts';

export interface TrialParts {
  readonly stage: ApplianceStage;
  readonly candidates: NodeCandidates;
  /** Hears what a candidate tells without being asked. */
  onTold(hear: (message: unknown) => void): void;
  /** Resolves when this process has left the stage to a committed release for good, and may end. */
  readonly left: Promise<void>;
}

/** What the updater of a running appliance needs of it. */
export function trialPartsOf(
  rooms: Rooms,
  request: GroundRequest & { readonly hasDemoHousehold: boolean },
  { clock, disk }: RoomsParts['machine'],
): TrialParts {
  const { environment, hasDemoHousehold, home, settingFlags } = request;
  const left = Promise.withResolvers<void>();
  const stage = new ApplianceStage({ rooms, clock, disk, storage: nodeStorage, onLeft: left.resolve });
  const settings = Object.entries(settingFlags).map(([key, value]) => `--${key}=${value}`);
  const demo = hasDemoHousehold ? ['--demo-household'] : [];
  const heard: { hear: (message: unknown) => void } = { hear: () => {} };
  const words = ['candidate', '--home', home.root, ...demo, ...settings];
  return {
    stage,
    candidates: nodeCandidates({
      clock,
      words,
      environment,
      lines: () => rooms.lines(),
      hear(message) {
        stage.hear(message);
        heard.hear(message);
      },
    }),
    onTold: (hear) => (heard.hear = hear),
    left: left.promise,
  };
}
