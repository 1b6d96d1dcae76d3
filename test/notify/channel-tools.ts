import type { ChannelTools, DeliveryResult, Message, OpenedChannel } from '../../src/notify/channel.ts';
import type { NetworkRequest, NetworkResult } from '../../src/system/network.ts';
import { RecordingLog, RecordingTerminal } from '../fakes/recorders.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';

/** What a channel of the tests is told. */
export const message: Message = {
  key: 'v1:name:name:phone',
  news: { kind: 'name', visitId: 'v1', atMs: 0, text: 'Ada is at the door', outcome: 'known', personId: 'p1', name: 'Ada', hasPicture: true },
  visitUrl: 'http://door/api/v1/visits/v1',
  pictureUrl: 'http://door/api/v1/visits/v1/picture.jpg',
}; // prettier-ignore

/** Tools that keep what was asked of them. */
export class RecordingTools implements ChannelTools {
  readonly clock = new SteppedClock({ wallStartMs: 1_800_000_000_500 });
  readonly log = new RecordingLog();
  readonly terminal = new RecordingTerminal();
  readonly requests: NetworkRequest[] = [];
  readonly auditHead = (): string | undefined => '3:abc';
  /** What the other side of the network answers. */
  answer: NetworkResult = answered(204);
  readonly network = {
    request: async (request: NetworkRequest): Promise<NetworkResult> => {
      this.requests.push(request);
      return this.answer;
    },
  };
}

export function answered(status: number, headers: Record<string, string> = {}): NetworkResult {
  return { outcome: 'answered', status, headers, body: new Uint8Array() };
}

/** Opens a channel and tells it; what it says instead when it cannot be opened. */
export async function tellBy<Settings>(
  channel: { open(settings: Settings, tools: ChannelTools): OpenedChannel },
  settings: Settings,
  { tools, told = message }: { readonly tools: ChannelTools; readonly told?: Message },
): Promise<DeliveryResult | string> {
  const opened = channel.open(settings, tools);
  if (opened.outcome === 'ready') return opened.deliver(told);
  return opened.outcome === 'refused' ? opened.message : opened.outcome;
}
