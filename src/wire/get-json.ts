import type { Dispatcher } from 'undici';
import type { Clock, Ms } from '../base/clock.ts';
import type { Redact } from '../base/redact.ts';
import type { Failure } from '../measure/exchange.ts';
import { classify } from './classify.ts';
import { getText, jsonIn } from './get-text.ts';
import { networkFailure } from './network-failure.ts';

/** Reading stops at this length: no page that is requested here is longer. */
const longestBody = 4 * 1024 * 1024;
const patienceMs: Ms = 15_000;

export interface GetOptions {
  dispatcher: Dispatcher;
  clock: Clock;
  redact: Redact;
}

/** Result of one GET. */
export interface Got {
  /** Absent if there was no response. */
  httpStatus?: number;
  /** The parsed body of a response with status 200. */
  json?: unknown;
  /** Why there is no such body. */
  failure?: Failure;
  /** The server's clock, from the header `Date`, to the second. */
  date?: Date;
  /** Our own clock before and after. */
  sentAt: Date;
  receivedAt: Date;
}

/**
 * Gets a page of JSON outside the measured requests. Never rejects. Refuses redirects, because the request may carry a
 * token.
 */
export async function getJson(
  url: string,
  headers: Readonly<Record<string, string>>,
  { dispatcher, clock, redact }: GetOptions,
): Promise<Got> {
  const sentAt = clock.wall();
  try {
    const response = await getText(url, { dispatcher, headers, deadlineMs: patienceMs, longestBody });
    const receivedAt = clock.wall();
    const text = redact(response.text);
    const date = headerOf(response.headers['date']);
    const got = {
      httpStatus: response.status,
      sentAt,
      receivedAt,
      ...(date !== undefined && !Number.isNaN(Date.parse(date)) && { date: new Date(date) }),
    };
    const json = response.status === 200 ? jsonIn(text) : undefined;
    if (json !== undefined) return { ...got, json };
    const failure = classify(
      {
        httpStatus: response.status,
        contentType: headerOf(response.headers['content-type']) ?? '',
        body: text,
        headers: response.headers,
      },
      receivedAt,
    );
    return { ...got, failure };
  } catch (error) {
    const failure: Failure =
      error instanceof DOMException && error.name === 'TimeoutError'
        ? { status: 'timeout', family: 'client', code: 'total', message: `not over within ${patienceMs} ms` }
        : networkFailure(error);
    return { sentAt, receivedAt: clock.wall(), failure: { ...failure, message: redact(failure.message) } };
  }
}

const headerOf = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;
