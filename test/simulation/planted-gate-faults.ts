/** Faults of the gate that somebody could make, for the fast tests to notice: `npm run simulate:mutants`. */
import type { PlantedFault } from './planted-fault.ts';

/** What is to notice them: the judges on facts alone, and the parts that gather facts. */
export const gateTests = [
  'test/update/judge/*.test.ts',
  'test/update/probation.test.ts',
  'test/appliance/trial/passed-presses.test.ts',
  'test/appliance/trial/door-knocking.test.ts',
  'test/appliance/trial/real-visits.test.ts',
  'test/notify/told-visit.test.ts',
];

const gate = 'src/update/judge/gate.ts';
const questions = 'src/update/judge/questions.ts';
const resources = 'src/update/judge/resources.ts';
const ownWord = 'src/update/judge/own-word.ts';
const strain = 'src/update/judge/machine-strain.ts';
const callers = 'src/update/judge/callers.ts';
const door = 'src/update/judge/door.ts';
const knocking = 'src/appliance/trial/door-knocking.ts';
const presses = 'src/update/judge/presses.ts';
const probation = 'src/update/probation.ts';
const passed = 'src/appliance/trial/passed-presses.ts';
const real = 'src/update/judge/real-visits.ts';
const visits = 'src/appliance/trial/real-visits.ts';
const told = 'src/notify/told-visit.ts';

export const plantedGateFaults: readonly PlantedFault[] = [
  { name: 'an end is no matter', file: gate, from: "  ['candidate-ended', judgeEnd],", to: '' },
  { name: 'the word of a person is not heard', file: gate, from: "  ['operator', ({ revertWord }) => (revertWord === undefined", to: "  ['operator', ({ revertWord }) => (revertWord !== ''" },
  { name: 'nobody knocks at the door', file: gate, from: "  ['door', judgeDoor],", to: '' },
  { name: 'a door that is silent while it is at work is silent for ever', file: door, from: 'const atWorkTimes = 3;', to: 'const atWorkTimes = 1;' },
  { name: 'a door is compared with nobody', file: door, from: 'ownMs * ownTimes', to: '0' },
  { name: 'a door that does not answer just now is committed', file: door, from: 'silentMs >= doorSilentMsMax / 2 ?', to: 'silentMs < 0 ?' },
  { name: 'whoever waits since a door fell silent excuses it', file: knocking, from: '      const { callers, looks, busy } = this.#silence;', to: '      const { looks, busy } = this.#silence;\n      const callers = this.#parts.callers();' },
  { name: 'presses are no debts', file: gate, from: "  ['press-unanswered', judgePresses],", to: '' },
  { name: 'a press is waited for as long as the candidate says', file: presses, from: 'return waitedMs < waitMsMax ?', to: 'return debt.isSaidStored || waitedMs < waitMsMax ?' },
  { name: 'a slow card is the candidate’s fault', file: presses, from: 'ownWriteTimes * ownWrite.tookMs', to: '0' },
  { name: 'a card that takes nothing is the candidate’s fault', file: presses, from: 'ownWrite.isImpossible ? { broken, isItsFault: false } : { broken }', to: '{ broken }' },
  { name: 'a press that nobody stored rings nowhere', file: passed, from: '    this.ringKept();\n  }', to: '  }' },
  { name: 'a press after the first that was lost is passed on too', file: passed, from: '    if (this.#unanswered !== undefined) return this.#ringHere(request, triggerId);', to: '    //' },
  { name: 'a press that a candidate has taken away rings nowhere', file: passed, from: 'if (isRemoved(visitId) || store.read.trigger(triggerId) !== undefined) continue;', to: 'continue;' },
  { name: 'what the household has let go rings again', file: passed, from: 'if (isRemoved(visitId) || store', to: 'if (store' },
  { name: 'the word that a press is stored is taken for its row', file: passed, from: 'if (debt !== undefined && !this.#isPaid(id, debt)) this.#debts.set(id, { ...debt, isSaidStored: true });', to: 'this.#debts.delete(id);' },
  { name: 'names that visitors lose are no matter', file: gate, from: "  ['named', judgeNamed],", to: '' },
  { name: 'an empty outbox is no matter', file: gate, from: "  ['told', judgeTold],", to: '' },
  { name: 'pictures that are missing are no matter', file: gate, from: "  ['kept', judgeKept],", to: '' },
  { name: 'two visits are enough', file: real, from: 'const badMin = 3;', to: 'const badMin = 2;' },
  { name: 'three of any number are enough', file: real, from: 'bad > all * badShare', to: 'bad > 0' },
  { name: 'who is less sure after more frames names nobody', file: real, from: 'compareNames(visits.map(alike));', to: 'compareNames(visits);' },
  { name: 'good own presses hide bad visits', file: real, from: 'whatNamesLack(visitors) ?? whatNamesLack(own)', to: 'whatNamesLack([...visitors, ...own])' },
  { name: 'what the household denies is one name like another', file: real, from: 'if (denied >= certainMin)', to: 'if (denied >= 99)' },
  { name: 'what people do to visits is the candidate’s doing', file: visits, from: 'if (!changesPeople(acts)) return false;', to: 'return false;' },
  { name: 'what people do while somebody looks is the candidate’s doing', file: visits, from: 'if (decided === undefined || (await this.#hearActs())) return;', to: 'if (decided === undefined) return;' },
  { name: 'a visit that is never decided is waited for for ever', file: visits, from: "if (visit.phase !== 'decided' && waitedMs < openMsMax) return;", to: "if (visit.phase !== 'decided') return;" },
  { name: 'visits without any frame have all that they need', file: visits, from: 'if (visit.frames.length === 0 && wantsFrames)', to: 'if (visit.frames.length < 0)' },
  { name: 'a file with nothing in it is a picture', file: visits, from: 'filter(({ bytes }) => bytes > 0)', to: 'filter(() => true)' },
  { name: 'a receiver that does not answer is the candidate’s fault', file: real, from: 'if (!isTried) return', to: 'if (visits > 0) return' },
  { name: 'what is suppressed is told', file: told, from: "status !== 'suppressed' || mayBeSuppressed(telling, createdMs)", to: 'telling !== undefined' },
  { name: 'what it says of itself is not listened to', file: gate, from: "  ['validation', judgeValidation],", to: '' },
  { name: 'one failure told three times is three', file: gate, from: 'newestRun - oldestRun + 1', to: 'samples.length' },
  { name: 'what ailed the incumbent is blamed on the candidate', file: gate, from: ' || baseline.unwellChecks?.includes(name) === true', to: '' },
  { name: 'a check that never ran is well', file: strain, from: 'check !== undefined && check.runs > 0 &&', to: 'check !== undefined &&' },
  { name: 'where the incumbent fails too, the candidate is to blame', file: questions, from: 'one.own.isWell && ', to: '' },
  { name: 'the candidate says whether the machine is busy', file: probation, from: 'checks: { ...figures.checks, ...machine }', to: 'checks: figures.checks' },
  { name: 'the candidate says whether callers crowd it', file: probation, from: 'return { ...figures, callers,', to: "return { ...figures, callers: heartbeat.isCrowded === true ? 'crowd' : callers," },
  { name: 'a picture that is never answered is an excuse for ever', file: callers, from: 'nowMs - wholeMs < uploadMsMax', to: 'nowMs >= wholeMs' },
  { name: 'callers are an excuse for what only one kind of question meets', file: questions, from: 'silent.length >= silentMin', to: 'silent.length < 0' },
  { name: 'presses that nobody has made are no matter', file: gate, from: "  ['press-doubled', judgeUnmadePresses],", to: '' },
  { name: 'silence is always excused', file: questions, from: 'one.candidate === undefined && (hasCrowd(one) || isShortOfTime(facts))', to: 'one.candidate === undefined' },
  { name: 'a fault is excused where callers are', file: questions, from: 'return one.candidate === undefined && (hasCrowd', to: 'return (hasCrowd' },
  { name: 'a single question is enough', file: questions, from: 'if (asked.length < limits.requestsMin * requestsTimes)', to: 'if (asked.length < 1)' },
  { name: 'the longest wait is compared with nobody', file: questions, from: 'Math.max(limits.p99MsMax, own * limits.slowerTimesMax)', to: 'limits.p99MsMax' },
  { name: 'the usual wait is compared with nobody', file: questions, from: 'Math.max(own * timesMax, limits.slowerFloorMs)', to: 'limits.slowerFloorMs' },
  { name: 'a busy machine is the candidate’s fault', file: questions, from: 'isShortOfTime(facts) ? { strained', to: 'facts.nowMs < 0 ? { strained' },
  { name: 'the load of callers is the candidate’s', file: strain, from: '  if (strained.some(hasCallers)) return undefined;', to: '  //' },
  { name: 'memory that callers filled is the candidate’s fault', file: resources, from: '  if (hasCallers(samples.at(-1)))', to: '  if (facts.nowMs < 0)' },
  { name: 'a picture in memory for a moment ends a trial', file: resources, from: 'return seen(isLong ? { broken: message } : { missing: message });', to: 'return seen({ broken: message });' },
  { name: 'memory is what the candidate says', file: resources, from: 'const held = own === undefined ?', to: 'const held = facts.nowMs > 0 ?' },
  { name: 'a leak is none before the limit', file: gate, from: "  ['leak', judgeLeak],", to: '' },
  { name: 'a backup is a leak', file: resources, from: 'kinds.filter(({ spanMsMin = 0 }) => spanMs >= spanMsMin)', to: 'kinds' },
  { name: 'growth that slows down is a leak', file: resources, from: 'const evenShare = 0.5;', to: 'const evenShare = 0;' },
  { name: 'garbage is a leak', file: resources, from: 'growthMin: 96e6', to: 'growthMin: 9e6' },
  { name: 'what callers bring is a leak', file: resources, from: 'isTheirs ? { strained: `${leak}, with callers` } : { broken: leak }', to: '{ broken: leak }' },
  { name: 'connections of callers are a leak', file: resources, from: 'growthMin: 300', to: 'growthMin: 40' },
  { name: 'one that takes more and more is committed in the middle of it', file: resources, from: 'const momentShare = 0.25;', to: 'const momentShare = 99;' },
  { name: 'what it takes is not looked at', file: gate, from: "  ['resources', judgeTaken],", to: '' },
  { name: 'what is hidden is well', file: resources, from: 'if (hidden.length > 0)', to: 'if (hidden.length > 99)' },
  { name: 'an address for a moment ends a trial', file: resources, from: 'isLong ? { broken: words } : { missing: words }', to: '{ broken: words }' },
  { name: 'a child that is being started has the door', file: resources, from: 'looks.length === looksInRow && shared.every(Boolean) ?', to: 'shared.length > 0 ?' },
  { name: 'one that never rests is committed', file: resources, from: 'busy > ownBusy + busyProcessors', to: 'busy < 0' },
  { name: 'a thread that sleeps runs in a circle', file: resources, from: ' || after.processorMs - before.processorMs < workMsMin', to: '' },
  { name: 'a thread that runs in a circle has none', file: resources, from: 'after.waits > before.waits', to: 'after.waits >= before.waits' },
  { name: 'its own figures are believed', file: gate, from: "  ['own-figures', judgeOwnWord],", to: '' },
  { name: 'one that counts more to itself is a liar', file: ownWord, from: 'real - word > Math', to: 'Math.abs(real - word) > Math' },
  { name: 'its own processor time is believed on a strained machine', file: strain, from: '.map(firstAlone)) ??', to: '.map(firstAlone).slice(-1)) ??' },
  { name: 'who is killed among callers is to blame', file: gate, from: 'ended === killed && hasCrowd(samples.at(-1)) ?', to: "ended === '' ?" },
  { name: 'a machine without memory is always the candidate’s fault', file: gate, from: 'return isItsFault ? { broken } : { broken, isItsFault };', to: 'return { broken };' },
  { name: 'a camera that stands still is one that works', file: gate, from: 'if (nowMs - grewMs > limits.framesSilentMsMax)', to: 'if (nowMs < grewMs)' },
  { name: 'a camera that was not there before is asked for', file: gate, from: '!baseline.hasFrames || last', to: 'last' },
  { name: 'one that fell silent a moment ago is committed', file: gate, from: 'silentMs > limits.heartbeatMsMax / 2', to: 'silentMs < 0' },
  { name: 'committed before its time', file: gate, from: "  if (elapsedMs < probationMs) return { outcome: 'hold', missing };", to: '' },
  { name: 'what nobody knows is waited for for ever', file: gate, from: 'if (elapsedMs < patienceMs)', to: 'if (elapsedMs >= 0)' },
  { name: 'a machine’s fault is blamed on the release', file: gate, from: "trigger: 'machine-strained', message, isItsFault: false", to: "trigger: 'machine-strained', message, isItsFault: true" },
]; // prettier-ignore
