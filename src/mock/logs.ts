import type { Clock, Ms } from '../base/clock.ts';
import { cloudflareError } from './failure-modes.ts';
import { bearer } from './incoming.ts';
import type { Incoming } from './incoming.ts';
import { passes, readFilters, shownRow } from './mock-log-row.ts';
import type { LogRow } from './mock-log-row.ts';
import type { MockOptions } from './options.ts';
import { RateWindow } from './rate-window.ts';
import { failureReply, jsonReply } from './reply.ts';
import type { Reply } from './reply.ts';

const maxRows = 20_000;
const defaultPerPage = 20;
const maxPerPage = 50;
const pathPattern = /^\/client\/v4\/accounts\/([^/]+)\/ai-gateway\/gateways\/([^/]+)\/logs(?:\/([^/]+))?$/;

/** A row, and the instant on the server's clock at which its request ended. */
interface Entry {
  row: LogRow;
  endedAt: Ms;
}

/** The gateway's log and the API that reads it. Rows appear late, and first without their tokens. */
export class Logs {
  readonly #options: MockOptions;
  readonly #clock: Clock;
  readonly #limit: RateWindow | undefined;
  #entries: Entry[] = [];

  constructor(options: MockOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#limit = options.logsRateLimit && new RateWindow(options.logsRateLimit);
  }

  add(row: LogRow): void {
    this.#entries.push({ row, endedAt: this.#clock.now() });
    if (this.#entries.length > 2 * maxRows) this.#entries = this.#entries.slice(-maxRows);
  }

  reply({ method, path, query, headers }: Incoming): Reply {
    const match = pathPattern.exec(path);
    if (method !== 'GET' || !match || !this.#options.logsApi)
      return failureReply(cloudflareError(404, 7003, 'Could not route to the requested path'));
    const { apiToken } = this.#options;
    if (apiToken !== undefined && bearer(headers.authorization) !== apiToken)
      return failureReply(cloudflareError(401, 10000, 'Authentication error'));
    const waitMs = this.#limit?.take(this.#clock.now()) ?? 0;
    if (waitMs > 0) return tooMany(waitMs);

    const [, account, gateway, id] = match;
    const entries = this.#visible().filter(({ row }) => row.account === account && row.gateway === gateway);
    return id === undefined ? this.#list(entries, query) : this.#one(entries, id);
  }

  #visible(): Entry[] {
    const { logDelayMs, speed } = this.#options;
    const latest = this.#clock.now() - logDelayMs / speed;
    return this.#entries.filter(({ endedAt }) => endedAt <= latest);
  }

  #shown({ row, endedAt }: Entry): Record<string, unknown> {
    const { logDelayMs, logTokensDelayMs, speed } = this.#options;
    return shownRow(row, endedAt <= this.#clock.now() - (logDelayMs + logTokensDelayMs) / speed);
  }

  #one(entries: Entry[], id: string): Reply {
    const entry = entries.find(({ row }) => row.id === id);
    if (!entry) return failureReply(cloudflareError(404, 7002, 'Log not found'));
    const result = { ...this.#shown(entry), request_size: entry.row.requestSize, response_size: null };
    return jsonReply(200, { success: true, errors: [], messages: [], result });
  }

  #list(entries: Entry[], query: URLSearchParams): Reply {
    const page = Number(query.get('page') ?? 1);
    const perPage = Number(query.get('per_page') ?? defaultPerPage);
    if (!(page >= 1))
      return failureReply(cloudflareError(400, 7001, 'page: must be greater than or equal to 1'));
    if (!(perPage >= 1 && perPage <= maxPerPage))
      return failureReply(
        cloudflareError(400, 7001, `per_page: must be less than or equal to ${maxPerPage}`),
      );
    const filters = readFilters(query.get('filters'));
    if (typeof filters === 'string') return failureReply(cloudflareError(400, 7001, filters));

    const found = entries.filter(({ row }) => filters.every((filter) => passes(row, filter)));
    const ordered = query.get('order_by_direction') === 'asc' ? found : found.toReversed();
    const result = ordered.slice((page - 1) * perPage, page * perPage).map((entry) => this.#shown(entry));
    return jsonReply(200, {
      success: true,
      errors: [],
      messages: [],
      result,
      result_info: { page, per_page: perPage, count: result.length, total_count: found.length },
    });
  }
}

function tooMany(waitMs: Ms): Reply {
  const response = cloudflareError(
    429,
    10429,
    'Rate limited. Please wait and consider throttling your request speed',
  );
  return failureReply({ ...response, headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } });
}
