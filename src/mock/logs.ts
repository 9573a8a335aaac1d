import type { Clock, Ms } from '../base/clock.ts';
import { cloudflareError } from './failure-modes.ts';
import { bearer, type Incoming } from './incoming.ts';
import type { MockOptions } from './options.ts';
import { failureReply, jsonReply, type Reply } from './reply.ts';

/** A rate limit by fixed windows: this many requests, then none until the window is over. */
export class RateWindow {
  readonly #requests: number;
  readonly #windowMs: Ms;
  #start = -Infinity;
  #count = 0;

  constructor({ requests, windowMs }: { requests: number; windowMs: Ms }) {
    this.#requests = requests;
    this.#windowMs = windowMs;
  }

  /** How long to wait before the next one. 0 allows this one. */
  take(now: Ms): Ms {
    if (now >= this.#start + this.#windowMs) {
      this.#start = now;
      this.#count = 0;
    }
    this.#count++;
    return this.#count <= this.#requests ? 0 : this.#start + this.#windowMs - now;
  }
}

/** One try of the gateway for one request, as its log keeps it. */
export interface LogRow {
  id: string;
  account: string;
  gateway: string;
  eventId: string;
  createdAt: Date;
  durationMs: Ms;
  model: string;
  provider: string;
  path: string;
  status: number;
  step: number;
  cached: boolean;
  /** Absent if the answer had none: a stream without usage. */
  tokensIn: number | undefined;
  tokensOut: number | undefined;
  metadata: Record<string, unknown>;
  requestType: string | undefined;
  responseType: string | undefined;
  requestSize: number;
  userAgent: string | undefined;
}

/** A row as in the logs API. Tokens only after they have been counted. */
export function shownRow(row: LogRow, withTokens: boolean): Record<string, unknown> {
  return {
    id: row.id,
    created_at: row.createdAt.toISOString(),
    duration: Math.round(row.durationMs),
    model: row.model,
    model_type: 'text',
    provider: row.provider,
    path: row.path,
    success: row.status < 400,
    status_code: row.status,
    step: row.step,
    cached: row.cached,
    tokens_in: withTokens ? (row.tokensIn ?? null) : null,
    tokens_out: withTokens ? (row.tokensOut ?? null) : null,
    cost: 0,
    custom_cost: false,
    metadata: JSON.stringify(row.metadata),
    request_type: 'chat',
    request_content_type: row.requestType ?? null,
    response_content_type: row.responseType ?? null,
  };
}

export interface LogFilter {
  key: string;
  operator: string;
  value: (string | number | boolean)[];
}

const operators = ['eq', 'neq', 'contains', 'lt', 'gt'];
const keys = [
  'id',
  'created_at',
  'request_content_type',
  'response_content_type',
  'request_type',
  'success',
  'cached',
  'provider',
  'model',
  'model_type',
  'cost',
  'tokens',
  'tokens_in',
  'tokens_out',
  'duration',
  'feedback',
  'event_id',
  'metadata.key',
  'metadata.value',
  'authentication',
  'wholesale',
  'compatibilityMode',
  'dlp_action',
  'user_agent',
];

/** Parses the parameter `filters`, a JSON list. A text explains what is wrong with it. */
export function readFilters(text: string | null): LogFilter[] | string {
  if (text === null || text === '') return [];
  let filters: unknown;
  try {
    filters = JSON.parse(text);
  } catch {
    return 'filters is not JSON';
  }
  if (!Array.isArray(filters)) return 'filters is a list';
  const bad = (filters as Partial<LogFilter>[]).find(
    ({ key, operator, value }) =>
      !keys.includes(String(key)) || !operators.includes(String(operator)) || !Array.isArray(value),
  );
  return bad ? `invalid filter: ${JSON.stringify(bad)}` : (filters as LogFilter[]);
}

/** Whether a row matches a filter: one of its values is enough. */
export function passes(row: LogRow, { key, operator, value }: LogFilter): boolean {
  const cells = cellsOf(row, key);
  if (operator === 'neq')
    return cells.every((cell) => value.every((wanted) => String(cell) !== String(wanted)));
  return cells.some((cell) => value.some((wanted) => compares(cell, operator, wanted)));
}

function compares(cell: unknown, operator: string, wanted: string | number | boolean): boolean {
  switch (operator) {
    case 'contains':
      return String(cell).includes(String(wanted));
    case 'lt':
      return order(cell) < order(wanted);
    case 'gt':
      return order(cell) > order(wanted);
    default:
      return String(cell) === String(wanted);
  }
}

/** Numbers by size, instants by time. */
const order = (value: unknown): number =>
  Number.isNaN(Number(value)) ? Date.parse(String(value)) : Number(value);

function cellsOf(row: LogRow, key: string): unknown[] {
  switch (key) {
    case 'event_id':
      return [row.eventId];
    case 'user_agent':
      return [row.userAgent ?? ''];
    case 'metadata.key':
      return Object.keys(row.metadata);
    case 'metadata.value':
      return Object.values(row.metadata);
    case 'tokens':
      return [(row.tokensIn ?? 0) + (row.tokensOut ?? 0)];
    default:
      return [shownRow(row, true)[key]];
  }
}

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
