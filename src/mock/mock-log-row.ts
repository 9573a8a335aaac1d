import type { Ms } from '../base/clock.ts';

/** One try of the gateway at one request, as its log keeps it. */
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
  /** Absent when the answer carried none: a stream without usage. */
  tokensIn: number | undefined;
  tokensOut: number | undefined;
  metadata: Record<string, unknown>;
  requestType: string | undefined;
  responseType: string | undefined;
  requestSize: number;
  userAgent: string | undefined;
}

/** A row as the logs API shows it; the tokens only when they have been counted. */
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

/** Reads the parameter `filters`, a JSON list. A text is what is wrong with it. */
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

/** Whether a row passes a filter: one of its values is enough. */
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
