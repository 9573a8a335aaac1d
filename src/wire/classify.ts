import { oneLine } from '../base/text.ts';
import type { Failure } from '../measure/exchange.ts';
import { errorSaid, namesBackPressure, saidInBody, type Said } from './error-body.ts';
import { waitHint, type Headers } from './wait-hint.ts';

/** The end of an HTTP response that is not an answer. */
export interface BadResponse {
  httpStatus: number;
  contentType: string;
  body: string;
  /** By lower-case names. Absent if there were none. */
  headers?: Headers;
}

const longestMessage = 300;

/**
 * Classifies a refusal by its body before its status, because a gateway reports a failing provider as 400 and a proxy
 * in front replaces bodies. JSON formats are in `error-body.ts`. The edge also sends HTML and text pages.
 */
export function classify(response: BadResponse, now: Date): Failure {
  const said = readBody(response);
  const { headers = {}, body } = response;
  const { message } = said;
  const isLimited = isRateLimit(response.httpStatus, said);
  const retryAfterMs = waitHint({ headers, json: parseJson(body), message, isLimited }, now);
  return {
    status: isLimited ? 'rate_limited' : 'error',
    family: said.family,
    code: said.code,
    message: oneLine(message, longestMessage) || `HTTP ${response.httpStatus}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function readBody({ httpStatus, contentType, body }: BadResponse): Said {
  const said = saidInBody(parseJson(body), httpStatus) ?? fromEdgePage(body, contentType, httpStatus);
  if (said) return said;
  if (httpStatus !== 200 && httpStatus < 520) return errorSaid(body, httpStatus);
  return { family: httpStatus >= 520 ? 'edge' : 'provider', code: `http_${httpStatus}`, message: body };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function fromEdgePage(body: string, contentType: string, httpStatus: number): Said | undefined {
  const plain = /^error code: (\d{3,4})\s*$/.exec(body.trim());
  if (plain) return { family: 'edge', code: plain[1]!, message: body.trim() };
  if (!/html/i.test(contentType) && !/^\s*<(!doctype|html)/i.test(body)) return undefined;
  const title = /<title[^>]*>([^<]{0,300})/i.exec(body)?.[1] ?? 'an HTML page';
  const code = /\b([45]\d\d|1\d{3})\b/.exec(title)?.[1];
  return { family: 'edge', code: code ?? (httpStatus === 200 ? 'html' : String(httpStatus)), message: title };
}

function isRateLimit(httpStatus: number, { family, code, message }: Said): boolean {
  return (
    httpStatus === 429 ||
    (family === 'provider' && httpStatus >= 500 && namesBackPressure(message)) ||
    (httpStatus < 500 && httpStatus >= 400 && limitCodes.test(code))
  );
}

/** Codes for an exceeded rate limit, whatever the status. */
const limitCodes = /^(rate_limit(ed|_error|_exceeded)?|too_many_requests|RESOURCE_EXHAUSTED)$/i;

/** The requested model does not exist, whatever the status. */
export function isUnknownModel({ family, code }: Pick<Failure, 'family' | 'code'>): boolean {
  return family === 'provider' && (code === 'not_found_error' || code === 'model_not_found');
}
