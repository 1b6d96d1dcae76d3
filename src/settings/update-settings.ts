import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false };
const second = 1000;
const minute = 60 * second;

/** The section `gate`: when a trial is reverted. The triggers of the contract, their thresholds and least sample sizes. */
export const gateSection = Type.Object(
  {
    helloMsMax: Type.Integer({
      default: 5 * minute,
      minimum: second,
      maximum: 60 * minute,
      description:
        'A candidate that has not said for this long that it has started is given up; it starts at low priority',
    }),
    heartbeatMsMax: Type.Integer({
      default: 3 * second,
      minimum: 500,
      maximum: minute,
      description: 'A candidate silent for this long is given up',
    }),
    doorSilentMsMax: Type.Integer({
      default: 200,
      minimum: 50,
      maximum: minute,
      description:
        'A door at which nobody is answered for this long ends a trial, in milliseconds; one whose release is at work is given three times as much processor time, and every one longer where the incumbent has to wait too',
    }),
    pressRowMsMax: Type.Integer({
      default: second,
      minimum: 100,
      maximum: minute,
      description:
        'A press without its row for this long ends a trial; longer where a write of the incumbent takes more than a third of it',
    }),
    threadSilentMsMax: Type.Integer({
      default: 10 * second,
      minimum: second,
      maximum: 10 * minute,
      description:
        'A thread of a candidate that does no work for this long ends a trial; three times as long on a busy machine',
    }),
    checkFailures: Type.Integer({
      default: 3,
      minimum: 1,
      maximum: 20,
      description: 'Failures in a row of one health check that end a trial',
    }),
    errorPercent: Type.Number({
      default: 1,
      minimum: 0,
      maximum: 10,
      description: 'Own questions that failed over the whole trial, in percent, that end it',
    }),
    errorPercentTwoMinutes: Type.Number({
      default: 5,
      minimum: 0,
      maximum: 25,
      description: 'Own questions that failed over two minutes, in percent, that end it',
    }),
    errorPercentAtOnce: Type.Number({
      default: 10,
      minimum: 0,
      maximum: 50,
      description: 'Own questions that failed over ten seconds, in percent, that end it at once',
    }),
    requestsMin: Type.Integer({
      default: 20,
      minimum: 1,
      maximum: 10_000,
      description:
        'Own questions before a share or a time of them means anything; five times as many for the whole trial',
    }),
    questionsInRow: Type.Integer({
      default: 3,
      minimum: 1,
      maximum: 100,
      description: 'Own questions of one kind that fail one after the other and end a trial',
    }),
    questionsPerMinute: Type.Integer({
      default: 200,
      minimum: 6,
      maximum: 600,
      description: 'Own questions put to a candidate, every fortieth with a picture of a recent visit',
    }),
    p99MsMax: Type.Number({
      default: 2000,
      minimum: 1,
      maximum: minute,
      description: '99th percentile of the time of an own question that ends a trial, in milliseconds',
    }),
    slowerTimesMax: Type.Number({
      default: 2,
      minimum: 1,
      maximum: 100,
      description: 'Median time of an own question, as a multiple of that of the incumbent, that ends a trial',
    }),
    slowerFloorMs: Type.Number({
      default: 50,
      minimum: 0,
      maximum: second,
      description: 'A median time below this is never too slow, in milliseconds',
    }),
    processorTimesMax: Type.Number({
      default: 2,
      minimum: 1,
      maximum: 100,
      description: 'Processor time on a strained machine, as a multiple of the incumbent, that ends a trial',
    }),
    processorFloorPercent: Type.Number({
      default: 50,
      minimum: 0,
      maximum: 90,
      description: 'A share of all processors below this is never too much, in percent',
    }),
    memoryTimesMax: Type.Number({
      default: 2,
      minimum: 1,
      maximum: 10,
      description: 'Memory, as a multiple of the incumbent, that ends a trial',
    }),
    memoryFloorBytes: Type.Integer({
      default: 300_000_000,
      minimum: 0,
      maximum: 2_000_000_000,
      description: 'Memory below this is never too much, in bytes',
    }),
    freeBytesMin: Type.Integer({
      default: 30_000_000,
      minimum: 0,
      maximum: 500_000_000,
      description: 'A trial ends when the machine has less memory left than this, in bytes',
    }),
    ownPressSeconds: Type.Number({
      default: 90,
      minimum: 1,
      maximum: 3600,
      description: 'Seconds from one press that the incumbent makes itself during a trial to the next',
    }),
    framesSilentMsMax: Type.Integer({
      default: 10 * second,
      minimum: 500,
      maximum: minute,
      description: 'No camera frame for this long ends a trial, when the incumbent had frames',
    }),
  },
  closed,
);

/** The section `update`: where releases come from, and when one may go on trial. */
export const updateSection = Type.Object(
  {
    sourceUrl: Type.String({
      default: '',
      kind: 'folder-address',
      maxLength: 2000,
      description: 'HTTP folder with an index.json that offers releases, ending in a slash; empty for none',
    }),
    watchedFolder: Type.String({
      default: '',
      maxLength: 1000,
      description: 'Folder in which release files appear, such as a USB stick; empty for none',
    }),
    checkIntervalMinutes: Type.Integer({
      default: 360,
      minimum: 1,
      maximum: 43_200,
      description: 'Minutes from one look for a new release to the next',
    }),
    scrubHours: Type.Number({
      default: 24,
      minimum: 0.001,
      maximum: 720,
      description: 'Hours from one reading of both slots to the next, which mends what the card has lost',
    }),
    bytesPerSecondMax: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 1_000_000_000,
      description: 'Bandwidth that fetching a release may take, in bytes per second; 0 for no limit',
    }),
    releaseBytesMax: Type.Integer({
      default: 1_000_000_000,
      minimum: 1_000_000,
      maximum: 10_000_000_000,
      description: 'A larger release file is refused',
    }),
    consent: Type.Union([Type.Literal('automatic'), Type.Literal('ask')], {
      default: 'automatic',
      safe: 'ask',
      description: 'automatic: install what is found; ask: only what the owner has agreed to',
    }),
    window: Type.String({
      default: '',
      safe: '02:00-05:00', // Not at the time that the owner has kept free.
      kind: 'time-span',
      description: 'Time of day in which a found release may go on trial, such as 02:00-05:00; empty for always',
    }),
    probationMinutes: Type.Number({
      default: 10,
      minimum: 0.01,
      maximum: 10_080,
      description: 'Minutes that a candidate serves under the eyes of the incumbent',
    }),
    watchHours: Type.Number({
      default: 24,
      minimum: 0,
      maximum: 8760,
      description:
        'Hours of service after a commit in which the other slot is the way back, taken by itself when need be; 0 for none',
    }),
    crashesMax: Type.Integer({
      default: 5,
      minimum: 1,
      maximum: 100,
      description: 'Crashes within a day of the time after a commit that lead back to the other slot',
    }),
    unwellMinutesMax: Type.Number({
      default: 30,
      minimum: 0.01,
      maximum: 1440,
      description: 'Minutes without a break that a check may be unhealthy in that time, when it was well before',
    }),
    rehearsalVisits: Type.Integer({
      default: 20,
      minimum: 0,
      maximum: 1000,
      description: 'Recent visits that a candidate decides again in its rehearsal',
    }),
    recognitionDropMax: Type.Number({
      default: 0.1,
      minimum: 0,
      maximum: 1,
      description: 'Share of the known visitors that a candidate may fail to recognise in its rehearsal',
    }),
    memory: Type.Union([Type.Literal('plan'), Type.Literal('warm'), Type.Literal('cold')], {
      default: 'plan',
      description:
        'warm: incumbent and candidate both hold models; cold: the incumbent lets its go first; plan: by memory',
    }),
  },
  closed,
);

/** Both sections, as update/ takes them, with the household's time zone; empty: the machine's. */
export type UpdateSettings = Static<typeof updateSection> & {
  readonly gate: Static<typeof gateSection>;
  readonly timeZone: string;
};
