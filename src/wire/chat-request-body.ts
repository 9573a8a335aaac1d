import { createHash } from 'node:crypto';
import { paramsOf } from '../plan/lengths.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import type { GatewaySettings, Json } from '../suite/suite.ts';
import { filledUp } from './filling.ts';
import { type LoadedImages, withDataUrls } from './images.ts';
import { nativeBody } from './native-request.ts';
import { salted, type SaltPlace } from './salt.ts';
import type { Endpoint } from '../target/route.ts';

/** A request ready for the SDK, or to be sent without it. */
export interface ChatRequest {
  eventId: string;
  baseUrl: string;
  body: ChatBody;
  /** A null removes a header that the SDK would send. */
  headers: Record<string, string | null>;
  /** For Ollama's own API, which the SDK does not speak. */
  native?: boolean;
}

export interface ChatBody {
  model: string;
  messages: Json[];
  stream: boolean;
  [param: string]: Json;
}

export interface RequestFacts {
  runId: string;
  suite: string;
  eventId: string;
  settings: GatewaySettings;
  /** A token for this attempt only, and its place. Absent: the messages are sent unchanged. */
  salt?: { place: SaltPlace; token: string };
  /** Absent: the suite has no images. */
  images?: LoadedImages;
}

/** The content of one planned request on the wire. */
export function chatRequest(asked: PlannedRequest, endpoint: Endpoint, facts: RequestFacts): ChatRequest {
  const planned = withSalt(filledUp(asked), facts.salt);
  return {
    eventId: facts.eventId,
    baseUrl: endpoint.baseUrl,
    ...(endpoint.native
      ? { body: nativeBody(planned, endpoint.wireModel, endpoint.native, facts.images), native: true }
      : { body: chatBody(planned, endpoint.wireModel, facts.images) }),
    headers: {
      ...facts.settings.headers,
      // A compressed stream cannot be stamped as it arrives.
      'accept-encoding': 'identity',
      authorization: endpoint.bearer === undefined ? null : `Bearer ${endpoint.bearer}`,
      ...endpoint.headers,
      ...(endpoint.throughGateway ? gatewayHeaders(planned, facts) : {}),
    },
  };
}

function withSalt(planned: PlannedRequest, salt: RequestFacts['salt']): PlannedRequest {
  if (salt === undefined) return planned;
  const { prompt } = planned;
  return { ...planned, prompt: { ...prompt, messages: salted(prompt.messages, salt.place, salt.token) } };
}

/** The suite's params unchanged. Streaming unless set otherwise. */
function chatBody(planned: PlannedRequest, model: string, images?: LoadedImages): ChatBody {
  const { prompt } = planned;
  const params = paramsOf(planned);
  const stream = params['stream'] !== false;
  const streaming = stream
    ? { stream, stream_options: { include_usage: true, ...(params['stream_options'] as object | undefined) } }
    : { stream };
  return { ...params, model, messages: withDataUrls(prompt.messages, images), ...streaming };
}

/**
 * No cache, no hidden retries, and a trail. The gateway keeps the first five entries of the metadata and silently drops
 * the rest, so there are five.
 */
function gatewayHeaders(planned: PlannedRequest, facts: RequestFacts): Record<string, string> {
  const { prompt, cell, phase, repeat } = planned;
  const metadata = {
    run: facts.runId,
    suite: facts.suite,
    prompt: prompt.id,
    model: cell.model.id,
    repeat: phase === 'warmup' ? `w${repeat}` : repeat,
  };
  return {
    'cf-aig-skip-cache': 'true',
    'cf-aig-max-attempts': '1',
    'cf-aig-event-id': facts.eventId,
    'cf-aig-metadata': asciiJson(metadata),
    ...(facts.settings.logPayload ? {} : { 'cf-aig-collect-log-payload': 'false' }),
    ...(facts.settings.otel === true ? traceHeaders(facts) : {}),
  };
}

/**
 * A run is one trace, an attempt the parent of the gateway's span. Both ids are derived, so nothing more is recorded.
 * Behind a switch, because each header is one more difference from production.
 */
function traceHeaders({ runId, eventId }: RequestFacts): Record<string, string> {
  return {
    'cf-aig-otel-trace-id': hexOf(runId, 32),
    'cf-aig-otel-parent-span-id': hexOf(eventId, 16),
  };
}

const hexOf = (text: string, digits: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits);

/** Header values are Latin-1 at most. JSON can escape the rest. */
function asciiJson(value: Json): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
