import { scenarios } from './failure-modes.ts';
import type { Incoming } from './incoming.ts';
import { defaultKnobs } from './knobs.ts';
import { listedModels } from './sim-judges.ts';
import { jsonReply, type Reply } from './reply.ts';
import { setUps } from './set-ups.ts';
import type { Truth } from './truth-log.ts';

const maxKept = 5000;

/** The last requests as received, including secrets. Kept only if the option says so. */
export class SeenRequests {
  readonly #keeps: boolean;
  #requests: Pick<Incoming, 'method' | 'path' | 'headers' | 'body'>[] = [];

  constructor(keeps: boolean) {
    this.#keeps = keeps;
  }

  add({ method, path, headers, body }: Incoming): void {
    if (!this.#keeps) return;
    this.#requests.push({ method, path, headers, body });
    if (this.#requests.length > 2 * maxKept) this.#requests = this.#requests.slice(-maxKept);
  }

  clear(): void {
    this.#requests = [];
  }

  toJSON(): object[] {
    return this.#requests.slice(-maxKept);
  }
}

interface Count {
  requests: number;
  inFlight: number;
  maxInFlight: number;
}

const nothing = (): Count => ({ requests: 0, inFlight: 0, maxInFlight: 0 });

/** Counters of chat requests, in total and by model, and of connections. Those in flight survive a reset. */
export class Stats {
  #all = nothing();
  #byModel = new Map<string, Count>();
  #connections = 0;
  #openConnections = 0;

  /** Counts a request until the returned function is called. */
  begin(model: string): () => void {
    let count = this.#byModel.get(model);
    if (!count) this.#byModel.set(model, (count = nothing()));
    const counts = [this.#all, count];
    for (const each of counts) {
      each.requests++;
      each.inFlight++;
      each.maxInFlight = Math.max(each.maxInFlight, each.inFlight);
    }
    return () => {
      for (const each of counts) each.inFlight--;
    };
  }

  /** Counts a connection until the returned function is called. */
  connected(): () => void {
    this.#connections++;
    this.#openConnections++;
    return () => this.#openConnections--;
  }

  reset(): void {
    for (const count of [this.#all, ...this.#byModel.values()]) {
      count.requests = 0;
      count.maxInFlight = count.inFlight;
    }
    this.#connections = 0;
  }

  toJSON(): object {
    return {
      ...this.#all,
      connections: this.#connections,
      openConnections: this.#openConnections,
      models: Object.fromEntries(this.#byModel),
    };
  }
}

export interface Kept {
  truth: Truth;
  stats: Stats;
  requests: SeenRequests;
}

/** Path of the control pages. */
export const controlPrefix = '/__mock/';
const maxBulk = 5000;

/**
 * Pages about the mock itself for tests and `calibrate`: `truth/<event id>`, `truth?after=<sequence>&limit=<n>`,
 * `stats`, `requests`, and the lists `failures`, `models`, `set-ups` and `knobs`. DELETE clears the first three.
 */
export function controlReply({ method, path, query }: Incoming, { truth, stats, requests }: Kept): Reply {
  const page = path.slice(controlPrefix.length);
  if (method === 'DELETE') return cleared(page, { truth, stats, requests });
  if (method !== 'GET') return jsonReply(405, { error: 'GET or DELETE' });
  if (page.startsWith('truth/')) {
    const record = truth.of(decodeURIComponent(page.slice('truth/'.length)));
    return record ? jsonReply(200, record) : jsonReply(404, { error: 'no request with this event id' });
  }
  switch (page) {
    case 'truth':
      return truthPage(truth, Number(query.get('after') ?? 0), Number(query.get('limit') ?? 1000));
    case 'stats':
      return jsonReply(200, stats);
    case 'requests':
      return jsonReply(200, requests);
    case 'failures':
      return jsonReply(
        200,
        scenarios.map(({ name, summary }) => ({ name, summary })),
      );
    case 'models':
      return jsonReply(
        200,
        listedModels.map(({ name, summary }) => ({ name, summary })),
      );
    case 'set-ups':
      return jsonReply(
        200,
        setUps.map(({ name, summary }) => ({ name, summary })),
      );
    case 'knobs':
      return jsonReply(200, defaultKnobs);
    default:
      return jsonReply(404, { error: `no such page: ${path}` });
  }
}

/** `next` is the value of `after` for the next request. */
function truthPage(truth: Truth, after: number, limit: number): Reply {
  if (!(after >= 0 && limit > 0)) return jsonReply(400, { error: 'after and limit are numbers' });
  const records = truth.after(after, Math.min(limit, maxBulk));
  return jsonReply(200, { records, next: records.at(-1)?.sequence ?? after });
}

function cleared(page: string, { truth, stats, requests }: Kept): Reply {
  if (page === 'truth') truth.clear();
  else if (page === 'stats') stats.reset();
  else if (page === 'requests') requests.clear();
  else return jsonReply(404, { error: `nothing to clear: ${page}` });
  return jsonReply(200, { cleared: page });
}
