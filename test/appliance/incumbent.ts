/** A running appliance that does what a test tells it over the channel: the updater's part is played by the test. */
import { join } from 'node:path';
import { powerOn, theMachine } from '../../src/appliance.ts';
import { runningRelease } from '../../src/machine/executable/running-release.ts';
import type { Candidate } from '../../src/system/candidate.ts';
import { homeAt } from '../../src/system/home.ts';
import { entryScript } from '../updates/bundle.ts';

const [, , root = '', ...flags] = process.argv;
const settingFlags = Object.fromEntries(
  flags.map((flag) => flag.slice(2).split(/=(.*)/s).slice(0, 2) as [string, string]),
);

const request = {
  home: homeAt(root),
  environment: process.env,
  settingFlags,
  isOffDuty: false,
  hasDemoHousehold: false,
  writeLog: (line: string) => void process.stderr.write(line),
  terminal: undefined,
};
const started = await powerOn(request, theMachine(runningRelease()));
if (started.outcome === 'refused') throw new Error(started.message);
const { rooms, trial } = started;
const { duty, candidates } = trial;
let candidate: Candidate | undefined;
/** A take-back while the candidate is still there, which the test says when it is not. */
const gone = Promise.withResolvers<void>();
let beside: Promise<unknown> | undefined;

interface Order {
  readonly id: number;
  readonly act: string;
  readonly given?: unknown;
}

async function obey({ act, given }: Order): Promise<unknown> {
  switch (act) {
    case 'start': {
      const result = await candidates.start(String(given), { entry: ['node', entryScript], isBackground: true, memoryBytesMax: Infinity });
      if (result.outcome === 'started') candidate = result.candidate;
      return result.outcome === 'started' ? result.candidate.pid : result;
    }
    case 'ask': return candidate?.ask(given, 120_000);
    case 'material': return duty.prepareRehearsal(join(root, 'rehearsal'), { visitsMax: Number(given), trialId: 'trial' });
    case 'hand-over': return candidate === undefined ? undefined : duty.handOver(candidate);
    case 'stop': return candidate?.stop(Number(given));
    case 'take-back': return duty.takeBack(candidate?.stop(500));
    case 'serve-beside': return void (beside = duty.takeBack(gone.promise));
    case 'gone': return gone.resolve(), beside;
    case 'make-room': return duty.makeRoom();
    case 'baseline': return duty.baseline();
    case 'heartbeat': return candidate?.lastHeartbeat();
    case 'ended': return candidate?.ended();
    case 'name-main': return duty.nameMain(candidate?.pid ?? 0);
    case 'under-way': return new Promise((resolve) => rooms.front.web.server.getConnections((_error, count) => resolve(count)));
    case 'leave': return duty.leave();
    case 'gap': return rooms.house.feed.status();
  } // prettier-ignore
  throw new Error(`cannot obey ${act}`);
}

function tell(message: object): void {
  if (process.connected) process.send?.(message);
}

process.on('message', (order: Order) => {
  void obey(order).then(
    (answer) => tell({ id: order.id, answer }),
    (error: unknown) => tell({ id: order.id, fault: String(error) }),
  );
});
void trial.left.then(() => process.disconnect());
tell({ ready: rooms.front.web.address });
