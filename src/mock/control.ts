import { scenarios } from './failure-modes.ts';
import type { Incoming } from './incoming.ts';
import { defaultKnobs } from './knobs.ts';
import { simModels } from './mock-models.ts';
import { jsonReply } from './reply.ts';
import type { Reply } from './reply.ts';
import type { SeenRequests } from './seen-requests.ts';
import { setUps } from './set-ups.ts';
import type { Stats } from './mock-stats.ts';
import type { Truth } from './truth-log.ts';

export interface Kept {
  truth: Truth;
  stats: Stats;
  requests: SeenRequests;
}

/** Where the control pages are. */
export const controlPrefix = '/__mock/';
const maxBulk = 5000;

/**
 * What tests and `calibrate` ask the mock itself: `truth/<event id>`, `truth?after=<sequence>&limit=<n>`,
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
        simModels.map(({ name, summary }) => ({ name, summary })),
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

/** `next` is what to ask `after` the next time. */
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
