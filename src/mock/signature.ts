import { ray } from './ids.ts';
import type { Knobs } from './knobs.ts';
import type { Reply } from './reply.ts';

/** What the gateway says about a request in the headers of its answer. */
export interface Signature {
  logId: string;
  eventId: string;
  cache: 'HIT' | 'MISS';
}

/** Adds the gateway's and the edge's headers, and then does what the knobs say about headers. */
export function signed(reply: Reply, { logId, eventId, cache }: Signature, knobs?: Knobs): Reply {
  const gateway = {
    'cf-aig-log-id': logId,
    'cf-aig-request-id': logId,
    'cf-aig-event-id': eventId,
    'cf-aig-cache-status': cache,
    'cf-aig-step': '0',
  };
  const edge = { 'cf-ray': ray(), server: 'cloudflare' };
  const headers = { ...reply.headers, ...(!reply.fromEdge && gateway), ...edge, ...knobs?.extraHeaders };
  const { omitHeaders = [] } = knobs ?? {};
  if (omitHeaders.length === 0) return { ...reply, headers };
  const optional = omitHeaders.includes('optional') ? Object.keys({ ...gateway, ...edge }) : [];
  const omit = [...omitHeaders, ...optional];
  return {
    ...reply,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !omit.includes(name))),
  };
}
