import type { Ms } from '../base/clock.ts';
import type { Failure } from '../measure/exchange.ts';
import type { Timeouts } from '../suite/suite.ts';

/** The progress of an attempt. Times are since it was sent or, before that, since it began. */
export interface Progress {
  sinceMs: Ms;
  isSent: boolean;
  /** The response headers are complete. */
  hasHead: boolean;
  /** Some text of the answer is here. */
  sawText: boolean;
  /** When data last came. 0 until any came. */
  lastDataMs: Ms;
}

export interface Limits {
  timeouts: Timeouts;
  /** A stream was requested: its first token and its pauses have limits of their own. */
  streamed: boolean;
}

/** Which deadline has passed, if any. */
export function expired({ timeouts, streamed }: Limits, progress: Progress): Failure | undefined {
  const { connectMs, firstTokenMs, idleMs, totalMs } = timeouts;
  const { sinceMs, isSent, hasHead, sawText, lastDataMs } = progress;
  if (!isSent)
    return sinceMs >= connectMs ? timeout('connect', `no connection within ${connectMs} ms`) : undefined;
  if (sinceMs >= totalMs) return timeout('total', `not over within ${totalMs} ms`);
  if (!streamed) return undefined;
  if (sawText)
    return sinceMs - lastDataMs >= idleMs ? timeout('idle', `no data for ${idleMs} ms`) : undefined;
  if (sinceMs < firstTokenMs) return undefined;
  return hasHead
    ? timeout('first_token', `no token within ${firstTokenMs} ms`)
    : timeout('headers', `no response headers within ${firstTokenMs} ms`);
}

function timeout(code: string, message: string): Failure {
  return { status: 'timeout', family: 'client', code, message };
}

/**
 * When the next deadline can pass. Text may start and fall silent at once, so before any text this is at most one
 * silence limit from now.
 */
export function nextDue({ timeouts, streamed }: Limits, progress: Progress): Ms {
  const { connectMs, firstTokenMs, idleMs, totalMs } = timeouts;
  const { sinceMs, isSent, sawText, lastDataMs } = progress;
  if (!isSent) return connectMs;
  if (!streamed) return totalMs;
  return Math.min(totalMs, sawText ? lastDataMs + idleMs : Math.min(firstTokenMs, sinceMs + idleMs));
}
