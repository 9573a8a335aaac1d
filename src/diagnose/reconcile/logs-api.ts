import type { Clock, Ms } from '../../base/clock.ts';
import type { Redact } from '../../base/redact.ts';
import { count, oneLine } from '../../base/text.ts';
import { UserError } from '../../base/user-error.ts';
import { getText, type GetTextOptions, jsonIn } from '../../wire/get-text.ts';
import { networkFailure } from '../../wire/network-failure.ts';
import { type LogRow, readLogRow } from './log-row.ts';

export interface ApiClientOptions {
  /** Host and prefix, without a slash at the end. */
  baseUrl: string;
  /** Sent only to this host. */
  token: string;
  dispatcher: GetTextOptions['dispatcher'];
  clock: Clock;
  redact: Redact;
  /** Called before a long wait requested by the server. */
  say: (text: string) => void;
}

export interface ApiAnswer {
  status: number;
  /** Undefined if the body is not JSON. */
  json: unknown;
  /** The server's error message as one clean line. Empty if it sent none. */
  complaint: string;
}

/** Longest wait for one response. */
const deadlineMs: Ms = 60_000;
/** A page of the log has no bodies in it. Anything larger is not a page of a log. */
const longestBody = 32 * 1024 * 1024;
/** The API asks for a wait of a few minutes at most. For a longer one, the user must run the command again later. */
const longestWaitMs: Ms = 300_000;
/** If the server names no wait. */
const usualWaitMs: Ms = 5000;
/** Total of all waits for the rate limit. */
const mostWaitedMs: Ms = 600_000;
/** Consecutive responses of 5xx and lost connections. */
const mostFailures = 4;

/** The maximum number of calls is reached: continue with what is known. */
export class CallLimit extends Error {
  override readonly name = 'CallLimit';
}

/** Reads JSON from one host, one call at a time: waits when told to, and retries if the host fails. */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #mostCalls: number;
  #calls = 0;
  #waitedMs = 0;

  constructor(options: ApiClientOptions, mostCalls = Infinity) {
    this.#options = options;
    this.#mostCalls = mostCalls;
  }

  /** Number of calls, including retries. */
  get calls(): number {
    return this.#calls;
  }

  get host(): string {
    return new URL(this.#options.baseUrl).host;
  }

  /**
   * Throws a UserError if the host cannot be reached, redirects or keeps refusing for its rate, and `CallLimit`. Any
   * other status is left to the caller.
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
        throw new UserError(`${this.host} sends more than one page of a log can hold; is --api-url right?`);
      if (status >= 300 && status < 400)
        throw new UserError(
          `${this.host} redirects (${status}), which is refused: the token goes only to the configured host.`,
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
        `${this.host} limits the rate of calls (429, after ${count(this.#calls, 'call')}). Try again in ` +
          `${count(Math.ceil(asked / 60_000), 'minute')}, or read an exported log with --log FILE.`,
      );
    say(`${this.host} asks to wait ${Math.ceil(asked / 1000)} s (rate limit)`);
    await clock.sleep(asked);
  }
}

/** `: …` after a statement, if the server gave a reason. */
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

export interface LogFilter {
  key: 'id' | 'event_id' | 'metadata.key' | 'metadata.value';
  operator: 'eq';
  /** One of these permissions is enough. */
  value: readonly string[];
}

export interface LogPage {
  rows: LogRow[];
  /** Rows that match the filters, on all pages. Absent if the API does not say. */
  total?: number;
}

/** The largest page that is known to work. */
export const pageSize = 50;

/** The API does not exist at all, or not for this gateway. */
export class NoLogs extends UserError {}

/** Cloudflare's API for the logs of one gateway. Only rows are read, never prompts or answers. */
export class LogsApi {
  readonly client: ApiClient;
  readonly #path: string;
  readonly #clean: (text: string) => string;

  constructor(
    client: ApiClient,
    { account, gateway }: { account: string; gateway: string },
    clean: (text: string) => string,
  ) {
    this.client = client;
    this.#clean = clean;
    const [a, g] = [encodeURIComponent(account), encodeURIComponent(gateway)];
    this.#path = `/client/v4/accounts/${a}/ai-gateway/gateways/${g}/logs`;
  }

  /** One page, the oldest rows first: late rows then move no others forward, and none is missed. */
  async page(filters: readonly LogFilter[], page: number): Promise<LogPage> {
    const answer = await this.client.get(this.#path, {
      filters: JSON.stringify(filters),
      page: String(page),
      per_page: String(pageSize),
      order_by: 'created_at',
      order_by_direction: 'asc',
    });
    if (answer.status !== 200) throw this.#refused(answer);
    const { result, result_info } = (answer.json ?? {}) as { result?: unknown; result_info?: unknown };
    if (!Array.isArray(result))
      throw new UserError(`${this.client.host} answers without a list of log rows; is --api-url right?`);
    const { total_count } = (result_info ?? {}) as { total_count?: unknown };
    return {
      rows: result.flatMap((row) => readLogRow(row, this.#clean) ?? []),
      ...(typeof total_count === 'number' ? { total: total_count } : {}),
    };
  }

  /** One row by its id. Undefined if the log does not have it. */
  async row(id: string): Promise<LogRow | undefined> {
    const answer = await this.client.get(`${this.#path}/${encodeURIComponent(id)}`);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.#refused(answer);
    return readLogRow((answer.json as { result?: unknown } | undefined)?.result, this.#clean);
  }

  #refused({ status, complaint }: ApiAnswer): UserError {
    const { host } = this.client;
    if (status === 401 || status === 403)
      return new UserError(
        `${host} does not accept CLOUDFLARE_API_TOKEN (${status}${said(complaint)}).\n` +
          "It needs this account's API token with permission to read AI Gateway. The gateway's\n" +
          'own token (CF_AIG_TOKEN) does not work here.',
      );
    if (status === 404 || status === 405 || status === 410)
      return new NoLogs(
        `${host} has no logs of this gateway (${status}${said(complaint)}).\n` +
          'Either CF_ACCOUNT_ID or CF_GATEWAY_ID is wrong, or the account has no logs API:\n' +
          'accounts created on or after September 24, 2026, have none, and their logs are in\n' +
          'Workers Observability. Use rows that you exported or that Logpush wrote with --log FILE\n' +
          '(convert OTEL spans to rows first), or compare totals with --ollama-usage.',
      );
    return new UserError(`${host} refuses to read the log (${status}${said(complaint)}).`);
  }
}
