import type { Ms } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Exchange, Failure } from '../record/exchange.ts';
import type { Retry } from '../suite/suite.ts';

/** What follows an attempt. */
export type Decision =
  | { kind: 'done' }
  | { kind: 'retry'; waitMs: Ms }
  /** No request to this model can succeed: the others go on without it. */
  | { kind: 'switch-off'; reason: string };

/** Failures that no further request to the model will change, by code; and what to tell the user. */
const hopeless: readonly (readonly [(failure: Failure, httpStatus?: number) => boolean, string])[] = [
  [({ code }) => code === 'session_limit' || code === 'weekly_limit', 'the plan’s usage limit is reached'],
  [(_, httpStatus) => httpStatus === 402, 'the plan or credit does not cover it'],
  [(_, httpStatus) => httpStatus === 404, 'no such model here'],
  [
    ({ code }, httpStatus) => code !== '2009' && (httpStatus === 401 || httpStatus === 403),
    'the credentials were refused',
  ],
  [({ code }) => code === '2001', 'the gateway does not exist'],
  [({ code }) => code === '2019', 'the gateway does not know this form of model name'],
];

/** First and longest wait before a request that this machine could not send is sent again. */
const [firstOwnWaitMs, longestOwnWaitMs]: readonly [Ms, Ms] = [100, 5000];
/** So often, which takes half a minute, and the request stays owed: `--resume` sends it. */
const ownLimitTries = 12;

/**
 * The wait before a request is sent again that met a limit of this machine so many times. Undefined when it is not sent
 * in this run any more. None of it uses up the attempts that a model is given.
 */
export function waitAfterOwnLimit(times: number, random: Random): Ms | undefined {
  if (times >= ownLimitTries) return undefined;
  const doubled = Math.min(longestOwnWaitMs, firstOwnWaitMs * 2 ** (times - 1));
  return doubled * (0.5 + random() / 2);
}

/** The network gave way before a byte of the answer came. */
const lostOnTheWay = new Set(['reset', 'refused', 'connect', 'unreachable']);

/**
 * Decides by the kind of failure (its body's code before its status), never by the number alone: Cloudflare
 * reports a transient upstream failure as 400/2005, and refuses good tokens with 401/2009 under load.
 */
export function decide(exchange: Exchange, attempt: number, settings: Retry, random: Random): Decision {
  if (exchange.outcome === 'ok') return { kind: 'done' };
  const { failure, httpStatus } = exchange;
  const reason = hopeless.find(([applies]) => applies(failure, httpStatus))?.[1];
  if (reason !== undefined) return { kind: 'switch-off', reason: `${reason} (${failure.message})` };
  if (failure.code === '2009' && attempt > 1)
    return { kind: 'switch-off', reason: `the gateway refused the token twice (${failure.message})` };
  if (attempt > settings.max || !isTransient(failure, exchange)) return { kind: 'done' };
  return { kind: 'retry', waitMs: waitFor(failure, attempt, settings, random) };
}

function isTransient(failure: Failure, { httpStatus, headersMs }: Exchange): boolean {
  if (failure.status === 'rate_limited') return true;
  if (failure.family === 'gateway' && (failure.code === '2005' || failure.code === '2009')) return true;
  if (failure.status === 'error' && httpStatus !== undefined && (httpStatus === 408 || httpStatus >= 500))
    return true;
  if (headersMs !== undefined) return false;
  return lostOnTheWay.has(failure.code) && failure.status !== 'cancelled';
}

/** Full jitter (a random share of the doubled back-off), and never less than the server asked for, capped. */
function waitFor(failure: Failure, attempt: number, { backoffMs, maxWaitMs }: Retry, random: Random): Ms {
  const [first, longest] = backoffMs;
  const jittered = random() * Math.min(longest, first * 2 ** (attempt - 1));
  return Math.max(jittered, Math.min(failure.retryAfterMs ?? 0, maxWaitMs));
}
