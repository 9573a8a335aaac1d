import type { Ms } from '../base/clock.ts';
import { isObject, text } from './json-words.ts';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Where a server may say how long to wait. */
export interface Refusal {
  headers: Headers;
  /** Its body, parsed. */
  json: unknown;
  /** Its message in words. */
  message: string;
  /** It was refused for a limit, so the state of the limits is about this refusal. */
  isLimited: boolean;
}

/** A year. Anything longer is not a wait. */
const longestWait: Ms = 366 * 24 * 3600 * 1000;

/**
 * How long a server asks us to wait, to a thousandth of a millisecond. A header made for it comes first, then its body,
 * then the state of its limits, then its message. Undefined if nothing in it can be a wait.
 */
export function waitHint(refusal: Refusal, now: Date): Ms | undefined {
  const serverNow = Date.parse(header(refusal.headers, 'date') ?? '');
  const at = Number.isNaN(serverNow) ? now.getTime() : serverNow;
  for (const look of [fromHeaders, fromBody, fromLimits, fromWords]) {
    const wait = sane(look(refusal, at));
    if (wait !== undefined) return wait;
  }
  return undefined;
}

function sane(wait: Ms | undefined): Ms | undefined {
  if (wait === undefined || !(wait >= 0) || wait > longestWait) return undefined;
  return Math.round(wait * 1000) / 1000;
}

function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first?.trim() || undefined;
}

/** `retry-after` (RFC 9110, 10.2.3: seconds or a date), and the same in milliseconds as OpenAI and Azure send it. */
function fromHeaders({ headers }: Refusal, at: number): Ms | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const ms = sane(decimal(header(headers, name)));
    if (ms !== undefined) return ms;
  }
  return waitIn(header(headers, 'retry-after'), at);
}

const bodyMembers: readonly (readonly [name: string, unit: Ms])[] = [
  ['retry_after_ms', 1],
  ['retryAfterMs', 1],
  ['retry_after', 1000],
  ['retryAfter', 1000],
  ['retry_after_seconds', 1000],
  ['retry_after_secs', 1000],
  ['retryDelay', 1000],
  ['retry-after', 1000],
  ['estimated_time', 1000],
];

/** A member of the body or of its error: Cloudflare's problem JSON, Google's `RetryInfo` among the details. */
function fromBody({ json }: Refusal, at: number): Ms | undefined {
  return inObject(json, at, 0);
}

function inObject(value: unknown, at: number, depth: number): Ms | undefined {
  if (depth > 3) return undefined;
  if (Array.isArray(value)) {
    for (const member of value.slice(0, 10)) {
      const wait = inObject(member, at, depth + 1);
      if (wait !== undefined) return wait;
    }
    return undefined;
  }
  if (!isObject(value)) return undefined;
  for (const [name, unit] of bodyMembers) {
    const said = value[name];
    const wait = sane(typeof said === 'number' ? ofUnit(said, unit, at) : inUnit(text(said), unit, at));
    if (wait !== undefined) return wait;
  }
  const fromKept = fromKeptHeaders(value['headers'], at);
  if (fromKept !== undefined) return fromKept;
  for (const name of ['error', 'errors', 'detail', 'details', 'metadata', 'parameters']) {
    const wait = inObject(value[name], at, depth + 1);
    if (wait !== undefined) return wait;
  }
  return undefined;
}

/** Headers of the upstream server, as OpenRouter keeps them in its body, in any case. */
function fromKeptHeaders(kept: unknown, at: number): Ms | undefined {
  if (!isObject(kept)) return undefined;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(kept).slice(0, 50))
    headers[name.toLowerCase()] = typeof value === 'number' ? String(value) : text(value);
  const refusal: Refusal = { headers, json: undefined, message: '', isLimited: true };
  return sane(fromHeaders(refusal, at)) ?? sane(fromLimits(refusal, at));
}

function inUnit(said: string, unit: Ms, at: number): Ms | undefined {
  const number = decimal(said);
  return number === undefined ? waitIn(said || undefined, at) : ofUnit(number, unit, at);
}

function ofUnit(number: number, unit: Ms, at: number): Ms {
  return unit === 1 ? number : ofNumber(number, at);
}

/**
 * When a used-up limit is renewed: `x-ratelimit-reset-requests: 1m30s` and similar, and the drafts of the IETF
 * (`ratelimit-reset`, `ratelimit: limit=…, remaining=0, reset=30` and `"name";r=0;t=30`). Of several used-up limits,
 * the last to be renewed.
 */
function fromLimits({ headers, isLimited }: Refusal, at: number): Ms | undefined {
  if (!isLimited) return undefined;
  const waits: (Ms | undefined)[] = [];
  for (const name of Object.keys(headers)) {
    const limit = /^(.*rate-?limit.*)-reset(-after)?(-.*)?$/.exec(name);
    if (!limit) continue;
    const [, start, after = '', rest = ''] = limit;
    const left = decimal(header(headers, `${start}-remaining${rest}`));
    // If nothing says what is left, a single reset is meant.
    const isUsedUp = left === undefined ? rest === '' : left <= 0;
    if (isUsedUp) waits.push(sane(waitIn(header(headers, `${start}-reset${after}${rest}`), at)));
  }
  waits.push(fromStructured(header(headers, 'ratelimit')));
  const known = waits.filter((wait) => wait !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

function fromStructured(value: string | undefined): Ms | undefined {
  if (value === undefined) return undefined;
  const isOneLimit = /\breset\s*=/.test(value);
  const waits = (isOneLimit ? [value] : value.split(/,(?=\s*"?[\w-]+"?\s*;)/)).flatMap((limit) => {
    const left = decimal(/\b(?:r|remaining)\s*=\s*"?(\d+)/i.exec(limit)?.[1]);
    const seconds = decimal(/\b(?:t|reset)\s*=\s*"?(\d+(?:\.\d+)?)/i.exec(limit)?.[1]);
    return seconds !== undefined && (left ?? 0) <= 0 ? [seconds * 1000] : [];
  });
  return waits.length > 0 ? sane(Math.max(...waits)) : undefined;
}

/** `Please try again in 1m2.5s.`, `retry after 20 seconds`, `wait 3 minutes`, `will reset in 1 hour`. */
const inWords =
  /\b(?:(?:try|retry|retrying)(?: again)?|again|wait|available|(?:resets?|renews?)(?=[ _-](?:in|after)))(?: (?:your |the )?requests?)?(?:[ _-](?:for|in|after))?[:=]?(?: about| at least)? ?((?:\d+(?:\.\d+)? ?(?:ms|milliseconds?|seconds?|secs?|s|minutes?|mins?|m|hours?|h|days?|d)\b,? ?(?:and )?|\d+(?:\.\d+)?(?:ms|s|m|h|d)(?=\d))+)/i;

/** `Retry after: 30`: the header, written into the message. */
const inBareSeconds = /\bretry[ _-]after[:=]? ?(\d{1,6}(?:\.\d{1,6})?)(?![\d.:/-]|\s?[a-z])/i;

/** `Limit resets at 2026-11-26T20:05:35Z`. */
const untilDate =
  /\b(?:resets?|again|renewed|until|retry)\b.{0,20}?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z| ?UTC|[+-]\d\d:?\d\d))/i;

function fromWords({ message }: Refusal, at: number): Ms | undefined {
  const start = message.slice(0, 2000);
  const found = inWords.exec(start);
  if (found) return duration(found[1]!);
  const seconds = inBareSeconds.exec(start);
  if (seconds) return Number(seconds[1]) * 1000;
  const until = Date.parse(untilDate.exec(start)?.[1] ?? '');
  return Number.isNaN(until) ? undefined : Math.max(0, until - at);
}

/** Seconds, a duration with units, a date, or seconds since 1970. */
function waitIn(said: string | undefined, at: number): Ms | undefined {
  if (said === undefined) return undefined;
  const number = decimal(said);
  if (number !== undefined) return ofNumber(number, at);
  const span = duration(said) ?? isoDuration(said);
  if (span !== undefined) return span;
  // At least a year: Date.parse makes a date of nearly everything.
  const until = /\d{4}|GMT|UTC/.test(said) ? Date.parse(said) : NaN;
  return Number.isNaN(until) ? undefined : Math.max(0, until - at);
}

/** Larger numbers count from 1970: from the first limit in seconds, from the second in milliseconds. */
const [epochSeconds, epochMs] = [1e9, 1e12];

function ofNumber(number: number, at: number): Ms {
  if (number < epochSeconds) return number * 1000;
  return Math.max(0, (number < epochMs ? number * 1000 : number) - at);
}

/** Written out, as in a header or by a person: no exponent, no sign. */
function decimal(said: string | undefined): number | undefined {
  return said !== undefined && /^\d{1,18}(\.\d{1,18})?$/.test(said.trim()) ? Number(said) : undefined;
}

const units: Readonly<Record<string, Ms>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `6ms`, `1m30.5s`, `2 minutes and 5 seconds`. */
function duration(said: string): Ms | undefined {
  const terms = [...said.matchAll(/(\d{1,12}(?:\.\d{1,12})?) ?([a-zµ]+)/gi)];
  if (terms.length === 0 || said.replace(/(\d+(\.\d+)?) ?[a-zµ]+|\band\b|[,\s.]/gi, '') !== '')
    return undefined;
  let total = 0;
  for (const [, number, unit] of terms) {
    const factor = units[short(unit!.toLowerCase())];
    if (factor === undefined) return undefined;
    total += Number(number) * factor;
  }
  return total;
}

/** ISO 8601: `PT30S`, `PT1M2.5S`. */
function isoDuration(said: string): Ms | undefined {
  const found = /^PT(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?$/i.exec(said);
  if (!found) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  return hours * 3_600_000 + minutes * 60_000 + seconds * 1000;
}

function short(unit: string): string {
  if (/^(milliseconds?|millis)$/.test(unit)) return 'ms';
  if (/^(seconds?|secs?|minutes?|mins?|hours?|hrs?|days?)$/.test(unit)) return unit.charAt(0);
  return unit;
}
