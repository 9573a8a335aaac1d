import type { Ms } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Exchange, Failed, Failure } from '../measure/exchange.ts';
import type { Retry } from '../suite/suite.ts';
import { refusalOf } from './refusal.ts';

/** What follows an attempt. */
export type Decision =
  | { kind: 'done' }
  /** `isFree`: does not use up any of the model's attempts. */
  | { kind: 'retry'; waitMs: Ms; isFree?: true }
  /** The request was refused. Whether the model is switched off depends on the other refusals. */
  | { kind: 'refused'; like: string }
  /** No request to this model can succeed: the others continue without it. */
  | { kind: 'switch-off'; reason: string }
  /** No server answers: wait for the route, or the model. The attempt does not count. */
  | { kind: 'outage'; scope: OutageScope; askedMs: Ms };

/** All models behind an address, or one of them. */
export type OutageScope = 'route' | 'model';

/** First and longest wait before a request that this machine could not send is sent again. */
const [firstOwnWaitMs, longestOwnWaitMs]: readonly [Ms, Ms] = [100, 5000];
/** Maximum tries, which take half a minute. After that the request stays owed: `--resume` sends it. */
const ownLimitTries = 12;

/**
 * The wait before a request is sent again after hitting a limit of this machine this many times. Undefined if this run
 * does not send it again. None of this uses up the model's attempts.
 */
export function waitAfterOwnLimit(times: number, random: Random): Ms | undefined {
  if (times >= ownLimitTries) return undefined;
  const doubled = Math.min(longestOwnWaitMs, firstOwnWaitMs * 2 ** (times - 1));
  return doubled * (0.5 + random() / 2);
}

/** A request that has taken this many workers with it may be the cause: it stays owed. */
const mostLosses = 3;

/**
 * The wait before a request is sent again after being lost with its worker this many times. Undefined: not in this run.
 */
export const waitAfterLoss = (times: number): Ms | undefined => (times >= mostLosses ? undefined : 0);

/** The network failed before a byte of the answer came. */
const lostOnTheWay = new Set(['reset', 'refused', 'connect', 'unreachable']);
/** Nothing was sent: no server was reached. */
const nobodyThere: ReadonlySet<string | undefined> = new Set(['refused', 'connect', 'unreachable', 'dns']);
const busyCodes: readonly string[] = ['busy', 'loading'];
const busyTexts =
  /\bloading\b.{0,40}\bmodel\b|\bmodel\b.{0,80}\b(loading|not (yet )?(loaded|ready))\b|\bserver (is )?(too )?busy\b|\bpending requests\b|\bqueue\b.{0,20}\bfull\b|\b(starting|warming) up\b/i;

/** Whether an attempt never left, by its error family and code. */
export function neverSent(family: string | undefined, code: string | undefined): boolean {
  return family === 'network' && nobodyThere.has(code);
}

/**
 * Failures that say nothing about the model's answers: no server took the request, or a working server asks us to come
 * back later.
 */
function outageOf({ failure, httpStatus, headersMs }: Failed): OutageScope | undefined {
  if (headersMs === undefined && failure.status !== 'cancelled' && neverSent(failure.family, failure.code))
    return 'route';
  const isAway = busyCodes.includes(failure.code) || busyTexts.test(failure.message);
  return httpStatus === 503 && isAway ? 'model' : undefined;
}

/**
 * Decides by the kind of failure (its body's code before its status), never by the number alone: Cloudflare reports a
 * transient upstream failure as 400/2005, and refuses good tokens with 401/2009 under load. `wasReached`: the route has
 * worked before. A host name that was never found is wrong, not an outage.
 */
export function decide(
  exchange: Exchange,
  attempt: number,
  settings: Retry,
  random: Random,
  wasReached = true,
): Decision {
  if (exchange.outcome === 'ok') return { kind: 'done' };
  const { failure } = exchange;
  const scope = outageOf(exchange);
  if (scope && settings.outageMs > 0 && (wasReached || failure.code !== 'dns'))
    return { kind: 'outage', scope, askedMs: Math.min(failure.retryAfterMs ?? 0, settings.maxWaitMs) };
  const refusal = refusalOf(exchange);
  if (refusal?.about === 'request') return { kind: 'refused', like: refusal.like };
  if (refusal) return { kind: 'switch-off', reason: `${refusal.reason} (${failure.message})` };
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

/** Full jitter (a random share of the doubled back-off), but never less than the server asked for, capped. */
function waitFor(failure: Failure, attempt: number, { backoffMs, maxWaitMs }: Retry, random: Random): Ms {
  const [first, longest] = backoffMs;
  const jittered = random() * Math.min(longest, first * 2 ** (attempt - 1));
  return Math.max(jittered, Math.min(failure.retryAfterMs ?? 0, maxWaitMs));
}
