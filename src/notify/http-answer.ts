import type { NetworkResult } from '../system/network.ts';
import type { DeliveryResult } from './channel.ts';

/** Refusals that pass: a receiver that was too slow, too early or too busy (RFC 9110, 15.5). Its own faults pass too. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

/** What the answer of a receiver means for a delivery by HTTP. */
export function resultOf(result: NetworkResult): DeliveryResult {
  if (result.outcome === 'unreachable') return { outcome: 'retry', reason: result.reason };
  const { headers, status } = result;
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  const reason = `the receiver answered ${status}`;
  if (!passing.has(status) && status < 500) return { outcome: 'refused', reason };
  const retryAfterMs = patienceMs(headers['retry-after']);
  return { outcome: 'retry', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Seconds and nothing else: what is negative, broken or no number was not asked for. */
function patienceMs(retryAfter = ''): number | undefined {
  return /^\s*\d{1,12}\s*$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined;
}
