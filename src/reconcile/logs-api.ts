import { UserError } from '../base/user-error.ts';
import { said, type ApiAnswer, type ApiClient } from './api-client.ts';
import { readLogRow, type LogRow } from './log-row.ts';

export interface LogFilter {
  key: 'id' | 'event_id' | 'metadata.key' | 'metadata.value';
  operator: 'eq';
  /** One of them is enough. */
  value: readonly string[];
}

export interface LogPage {
  rows: LogRow[];
  /** Rows that pass the filters, on all pages; absent when the API does not say. */
  total?: number;
}

/** The largest page that is known to be given. */
export const pageSize = 50;

/** The API is there for none, or not for this gateway. */
export class NoLogs extends UserError {}

/** Cloudflare's API to the logs of one gateway. Only rows are read, never what was asked or answered. */
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

  /** One page, the oldest rows first: what comes late then moves others back, and none is missed. */
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

  /** One row by its id. Undefined when the log has none. */
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
          'It needs an API token of this account that may read AI Gateway; the token of\n' +
          'the gateway itself (CF_AIG_TOKEN) is another one.',
      );
    if (status === 404 || status === 405 || status === 410)
      return new NoLogs(
        `${host} has no logs of this gateway (${status}${said(complaint)}).\n` +
          'Either CF_ACCOUNT_ID or CF_GATEWAY_ID is wrong, or the account has no such API:\n' +
          'those created on or after 24 Sep 2026 have none, their logs are in Workers\n' +
          'Observability. Give rows that you exported or that Logpush wrote (spans of OTEL\n' +
          'have to be made rows first) with --log FILE, or compare totals: --ollama-usage.',
      );
    return new UserError(`${host} refuses to read the log (${status}${said(complaint)}).`);
  }
}
