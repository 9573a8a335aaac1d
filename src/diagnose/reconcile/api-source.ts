import type { Clock, Ms } from '../../base/clock.ts';
import { count } from '../../base/text.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import type { LogRow, LogRows, LogSource, Wanted } from './log-row.ts';
import { CallLimit, type LogFilter, type LogsApi, pageSize } from './logs-api.ts';
import { match, requestOf } from './match.ts';

export interface ApiSourceOptions {
  api: LogsApi;
  clock: Clock;
  /** How long after the run's end rows may still appear. */
  waitMs: Ms;
  /** For people who wait. */
  say: (text: string) => void;
}

/** Ids in one filter: they are part of the address. */
const batchSize = 25;
/** Pauses between checks. The last one repeats. */
const pausesMs: readonly Ms[] = [2000, 4000, 8000, 15_000, 30_000];
/** Rows that are fetched one by one at the end. */
const mostSingles = 25;
const mostByEvent = 100;

/**
 * The log from Cloudflare's API: all rows with the run's id, page by page. Then again, as long as rows or their tokens
 * may still appear. Then missing rows by log id, and rows that our event id alone identifies.
 */
export function apiSource(options: ApiSourceOptions): LogSource {
  return { read: (wanted) => new Reading(options, wanted).read() };
}

class Reading {
  readonly #options: ApiSourceOptions;
  readonly #wanted: Wanted;
  readonly #rows = new Map<string, LogRow>();
  #pages = 1;
  #waitedMs = 0;

  constructor(options: ApiSourceOptions, wanted: Wanted) {
    this.#options = options;
    this.#wanted = wanted;
  }

  async read(): Promise<LogRows> {
    const { client } = this.#options.api;
    const notes: string[] = [];
    try {
      await this.#list();
      await this.#awaitLateRows();
      await this.#askOneByOne();
      await this.#askByEvent();
    } catch (error) {
      if (!(error instanceof CallLimit)) throw error;
      notes.push(
        `Stopped after ${count(client.calls, 'call')}. Requests not looked up by then count as not in the log.`,
      );
    }
    const rows = [...this.#rows.values()];
    return { rows, origin: client.host, notes, calls: client.calls, waitedMs: this.#waitedMs };
  }

  /** Every row with the run's id. */
  async #list(): Promise<void> {
    const pages = await this.#all([
      { key: 'metadata.key', operator: 'eq', value: ['run'] },
      { key: 'metadata.value', operator: 'eq', value: this.#wanted.runIds },
    ]);
    this.#pages = Math.max(1, pages);
  }

  /** Number of pages read. */
  async #all(filters: readonly LogFilter[]): Promise<number> {
    let seen = 0;
    for (let page = 1; ; page++) {
      const { rows, total } = await this.#options.api.page(filters, page);
      for (const row of rows) this.#keep(row);
      seen += rows.length;
      if (rows.length === 0 || (total === undefined ? rows.length < pageSize : seen >= total)) return page;
    }
  }

  /** A known row replaces its earlier version, with what has been added to it. */
  #keep(row: LogRow, eventId = row.eventId): void {
    if (row.id !== undefined)
      this.#rows.set(
        row.id,
        eventId === undefined ? { ...this.#rows.get(row.id), ...row } : { ...row, eventId },
      );
  }

  /** Attempts whose row, or its tokens, should exist but does not. */
  #open(): RequestRow[] {
    return this.#wanted.attempts.filter((attempt) => {
      // What the gateway itself refused need not be in its log.
      if (attempt.gateway_log_id === undefined || attempt.error_family === 'gateway') return false;
      const row = this.#rows.get(attempt.gateway_log_id);
      return !row || (attempt.completion_tokens !== undefined && row.tokensOut === undefined);
    });
  }

  async #awaitLateRows(): Promise<void> {
    const { clock, say } = this.#options;
    const until = clock.now() + this.#timeLeft();
    let looks = 0;
    for (; ; looks++) {
      const open = this.#open();
      const left = until - clock.now();
      if (open.length === 0 || left <= 0) break;
      const pause = Math.min(left, pausesMs[Math.min(looks, pausesMs.length - 1)]!);
      say(
        `the log has no row yet, or no tokens, for ${open.length.toLocaleString('en-US')} of ${count(this.#wanted.attempts.length, 'request')}; looking again in ${Math.ceil(pause / 1000)} s`,
      );
      await clock.sleep(pause);
      this.#waitedMs += pause;
      if (Math.ceil(open.length / batchSize) < this.#pages)
        await this.#askInBatches(open.map(({ gateway_log_id }) => gateway_log_id!));
      else await this.#list();
    }
    // Rows without an id to ask for may also have come late: the gateway's own tries.
    if (looks > 0) await this.#list();
  }

  #timeLeft(): Ms {
    const { clock, waitMs } = this.#options;
    const { endedAt } = this.#wanted;
    return endedAt === undefined ? waitMs : endedAt.getTime() + waitMs - clock.wall().getTime();
  }

  async #askInBatches(ids: readonly string[]): Promise<void> {
    for (let start = 0; start < ids.length; start += batchSize)
      await this.#all([{ key: 'id', operator: 'eq', value: ids.slice(start, start + batchSize) }]);
  }

  /** Final check of rows that seem to be missing. If some exist after all, the rest is checked as well. */
  async #askOneByOne(): Promise<void> {
    const missing = this.#open().flatMap(({ gateway_log_id: id }) =>
      id === undefined || this.#rows.has(id) ? [] : [id],
    );
    let wereThere = 0;
    for (const [index, id] of missing.entries()) {
      if (index >= mostSingles && wereThere === 0) return;
      const row = await this.#options.api.row(id);
      if (!row) continue;
      wereThere++;
      this.#keep({ ...row, id });
    }
  }

  /**
   * The log does not show event ids, but can filter by them. Used for attempts that have neither a row nor a log id,
   * and for requests that were sent several times and left a row that no id identifies.
   */
  async #askByEvent(): Promise<void> {
    const { attempts, runIds } = this.#wanted;
    const { found } = match(attempts, [...this.#rows.values()], runIds);
    const sent = Map.groupBy(attempts, requestOf);
    const unclear = new Set(
      found.flatMap(({ attempt, rows }) =>
        sent.get(requestOf(attempt))!.length > 1 && rows.some(({ id }) => id !== attempt.gateway_log_id)
          ? [requestOf(attempt)]
          : [],
      ),
    );
    const asked = found.filter(
      ({ attempt, rows }) =>
        (rows.length === 0 && attempt.gateway_log_id === undefined) || unclear.has(requestOf(attempt)),
    );
    for (const { attempt } of asked.slice(0, mostByEvent)) {
      const { rows } = await this.#options.api.page(
        [{ key: 'event_id', operator: 'eq', value: [attempt.event_id] }],
        1,
      );
      for (const row of rows) this.#keep(row, attempt.event_id);
    }
  }
}
