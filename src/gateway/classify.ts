import { jsonText } from '../base/json-text.ts';
import { oneLine } from '../base/text.ts';
import type { ErrorFamily, Failure } from '../record/exchange.ts';
import { isObject } from './completion.ts';

/** The end of an HTTP response that is not an answer. */
export interface BadResponse {
  httpStatus: number;
  contentType: string;
  body: string;
  /** Value of `Retry-After`, seconds or an HTTP date. */
  retryAfter?: string;
  /** `Date` of the response, the server's clock, against which a date in `Retry-After` is read. */
  date?: string;
}

const longestMessage = 300;

/**
 * Names a refusal by its body before its status, because a gateway reports a failing provider as 400 and a
 * proxy in front replaces bodies. The shapes are those of Cloudflare AI Gateway (`error` an array), its API
 * (`errors`), Ollama (`error` a string), OpenAI (`error` an object), problem JSON, and the edge's HTML and
 * text pages.
 */
export function classify(response: BadResponse, now: Date): Failure {
  const said = readBody(response);
  const retryAfterMs = parseRetryAfter(response, now);
  return {
    status: isRateLimit(response.httpStatus, said.message) ? 'rate_limited' : 'error',
    family: said.family,
    code: said.code,
    message: oneLine(said.message, longestMessage) || `HTTP ${response.httpStatus}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

interface Said {
  family: ErrorFamily;
  code: string;
  message: string;
}

function readBody({ httpStatus, contentType, body }: BadResponse): Said {
  const json = parseJson(body);
  if (isObject(json)) {
    const said =
      fromGateway(json) ??
      fromCloudflareApi(json) ??
      fromProblem(json) ??
      providerError(json['error'], httpStatus);
    if (said) return said;
  }
  const edge = fromEdgePage(body, contentType, httpStatus);
  if (edge) return edge;
  return { family: httpStatus >= 520 ? 'edge' : 'provider', code: `http_${httpStatus}`, message: body };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** `{"success":false,…,"error":[{"code":2005,"message":"…"}]}`: note the array. */
function fromGateway(json: Record<string, unknown>): Said | undefined {
  return fromErrorList(json['error'], 'gateway');
}

/** `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}` */
function fromCloudflareApi(json: Record<string, unknown>): Said | undefined {
  return fromErrorList(json['errors'], 'cloudflare');
}

function fromErrorList(list: unknown, family: ErrorFamily): Said | undefined {
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  if (!isObject(first)) return undefined;
  return { family, code: word(first['code']) || 'unknown', message: word(first['message']) };
}

/** RFC 9457, as the edge sends it to clients that accept JSON. */
function fromProblem(json: Record<string, unknown>): Said | undefined {
  const { type, title, status, detail } = json;
  if (typeof title !== 'string' || typeof status !== 'number') return undefined;
  return {
    family: 'edge',
    code: String(status),
    message: [title, word(detail) || word(type)].filter(Boolean).join(': '),
  };
}

/** OpenAI's object or Ollama's bare string. Also what an error event in a stream carries. */
export function providerError(error: unknown, httpStatus?: number): Said | undefined {
  const fallback = httpStatus === undefined || httpStatus === 200 ? 'provider_error' : `http_${httpStatus}`;
  if (typeof error === 'string')
    return { family: 'provider', code: codeOfText(error) ?? fallback, message: error };
  if (!isObject(error)) return undefined;
  const message = word(error['message']) || jsonText(error);
  const code = word(error['code']) || word(error['type']) || codeOfText(message) || fallback;
  return { family: 'provider', code, message };
}

const ollamaTexts: readonly (readonly [RegExp, string])[] = [
  [/reached your session usage limit/i, 'session_limit'],
  [/reached your weekly usage limit/i, 'weekly_limit'],
  [/concurrent request|too many concurrent/i, 'concurrency'],
  [/server overloaded/i, 'overloaded'],
  [/model .*not found/i, 'not_found_error'],
  [/unauthorized/i, 'unauthorized'],
];

/** Ollama has no codes: its sentences are known by their words. */
function codeOfText(text: string): string | undefined {
  return ollamaTexts.find(([pattern]) => pattern.test(text))?.[1];
}

function fromEdgePage(body: string, contentType: string, httpStatus: number): Said | undefined {
  const plain = /^error code: (\d{3,4})\s*$/.exec(body.trim());
  if (plain) return { family: 'edge', code: plain[1]!, message: body.trim() };
  if (!/html/i.test(contentType) && !/^\s*<(!doctype|html)/i.test(body)) return undefined;
  const title = /<title[^>]*>([^<]{0,300})/i.exec(body)?.[1] ?? 'an HTML page';
  const code = /\b([45]\d\d|1\d{3})\b/.exec(title)?.[1];
  return { family: 'edge', code: code ?? (httpStatus === 200 ? 'html' : String(httpStatus)), message: title };
}

function isRateLimit(httpStatus: number, message: string): boolean {
  return httpStatus === 429 || (httpStatus === 503 && /concurrent request/i.test(message));
}

/** Milliseconds that the server asks us to wait: seconds, or an HTTP date (RFC 9110 §10.2.3). */
function parseRetryAfter({ retryAfter, date }: BadResponse, now: Date): number | undefined {
  if (retryAfter === undefined) return undefined;
  const value = retryAfter.trim();
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  const serverNow = date === undefined ? NaN : Date.parse(date);
  return Math.max(0, until - (Number.isNaN(serverNow) ? now.getTime() : serverNow));
}

function word(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
