import type { Clock, Ms } from '../base/clock.ts';
import type { Redact } from '../base/redact.ts';
import { count, oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { getText, jsonIn, type GetTextOptions } from '../gateway/get-text.ts';
import { networkFailure } from '../gateway/network-failure.ts';

export interface ApiClientOptions {
  /** Host and prefix, without a slash at the end. */
  baseUrl: string;
  /** Goes to this host alone. */
  token: string;
  dispatcher: GetTextOptions['dispatcher'];
  clock: Clock;
  redact: Redact;
  /** Told before a long wait that the server asked for. */
  say: (text: string) => void;
}

export interface ApiAnswer {
  status: number;
  /** Undefined when the body is no JSON. */
  json: unknown;
  /** What went wrong in the server's words, one clean line; empty when it said nothing. */
  complaint: string;
}

/** Longest wait for one answer. */
const deadlineMs: Ms = 60_000;
/** A page of the log has no bodies in it; more than this is no page of a log. */
const longestBody = 32 * 1024 * 1024;
/** The API asks for a wait of a few minutes at most; what asks for more has to be asked later. */
const longestWaitMs: Ms = 300_000;
/** Without a word from the server. */
const usualWaitMs: Ms = 5000;
/** All waits for the rate together. */
const mostWaitedMs: Ms = 600_000;
/** Answers of 5xx and lost connections, one after another. */
const mostFailures = 4;

/** More calls than were allowed: what is known so far has to do. */
export class CallLimit extends Error {
  override readonly name = 'CallLimit';
}

/** Reads JSON from one host, one call at a time: waits when it is told to, tries again when the host stumbles. */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #mostCalls: number;
  #calls = 0;
  #waitedMs = 0;

  constructor(options: ApiClientOptions, mostCalls = Infinity) {
    this.#options = options;
    this.#mostCalls = mostCalls;
  }

  /** Calls that were made, tries again included. */
  get calls(): number {
    return this.#calls;
  }

  get host(): string {
    return new URL(this.#options.baseUrl).host;
  }

  /**
   * Throws a UserError when the host cannot be reached, redirects or goes on refusing for its rate, and `CallLimit`.
   * Any other status is for the caller to judge.
   */
  async get(path: string, query: Readonly<Record<string, string>> = {}): Promise<ApiAnswer> {
    for (let failures = 0; ;) {
      const answer = await this.#once(`${path}?${String(new URLSearchParams(query))}`);
      if ('status' in answer && answer.status === 429) {
        await this.#waitForRate(answer.retryAfter);
        continue;
      }
      if ('status' in answer && answer.status < 500) return answer;
      if (++failures === mostFailures) {
        const what = 'status' in answer ? `answers ${answer.status}` : `cannot be reached: ${answer.fault}`;
        throw new UserError(`${this.host} ${what}${'status' in answer ? said(answer.complaint) : ''}.`);
      }
      await this.#options.clock.sleep(1000 * 2 ** (failures - 1));
    }
  }

  async #once(pathAndQuery: string): Promise<(ApiAnswer & { retryAfter?: string }) | { fault: string }> {
    if (this.#calls >= this.#mostCalls) throw new CallLimit();
    this.#calls++;
    const { baseUrl, token, dispatcher, redact } = this.#options;
    try {
      const { status, headers, text, isCut } = await getText(`${baseUrl}${pathAndQuery}`, {
        ...{ dispatcher, deadlineMs, longestBody },
        headers: { authorization: `Bearer ${token}` },
      });
      if (isCut)
        throw new UserError(`${this.host} sends more than a page of a log can be; is --api-url right?`);
      if (status >= 300 && status < 400)
        throw new UserError(
          `${this.host} redirects (${status}), which is refused: the token goes to the configured host alone.`,
        );
      const json = jsonIn(text);
      const complaint = oneLine(redact(complaintIn(json)), 200);
      const retryAfter = headers['retry-after'];
      return { status, json, complaint, ...(typeof retryAfter === 'string' ? { retryAfter } : {}) };
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (error instanceof Error && error.name === 'TimeoutError')
        return { fault: `no answer within ${deadlineMs / 1000} s` };
      return { fault: oneLine(redact(networkFailure(error).message), 200) };
    }
  }

  async #waitForRate(retryAfter: string | undefined): Promise<void> {
    const { clock, say } = this.#options;
    const asked = waitOf(retryAfter, clock) ?? usualWaitMs;
    this.#waitedMs += asked;
    if (asked > longestWaitMs || this.#waitedMs > mostWaitedMs)
      throw new UserError(
        `${this.host} refuses more calls for now (429, after ${count(this.#calls, 'call')}): try again in ` +
          `${count(Math.ceil(asked / 60_000), 'minute')}, or read an exported log with --log FILE.`,
      );
    say(`${this.host} asks to wait ${Math.ceil(asked / 1000)} s (rate limit)`);
    await clock.sleep(asked);
  }
}

/** `: …` after a statement, where the server gave a reason. */
export const said = (complaint: string): string => (complaint === '' ? '' : `: ${complaint}`);

/** Seconds, or a date. */
function waitOf(retryAfter: string | undefined, clock: Clock): Ms | undefined {
  if (retryAfter === undefined) return undefined;
  const ms = /^\d+$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - clock.wall().getTime();
  return Number.isFinite(ms) ? Math.max(1000, ms) : undefined;
}

/** `code message` of Cloudflare's `errors`, or the text of `error`. */
function complaintIn(json: unknown): string {
  if (typeof json !== 'object' || json === null) return '';
  const { errors, error } = json as { errors?: unknown; error?: unknown };
  if (typeof error === 'string') return error;
  const [first] = Array.isArray(errors) ? (errors as unknown[]) : [];
  if (typeof first !== 'object' || first === null) return '';
  const { code, message } = first as { code?: unknown; message?: unknown };
  return [code, message].filter((part) => typeof part === 'string' || typeof part === 'number').join(' ');
}
