import type { Ms } from '../base/clock.ts';
import { ray, uuid } from './ids.ts';
import type { Knobs } from './knobs.ts';

/** Values that a scenario may use. */
export interface FailureContext {
  model: string;
  wall: Date;
}

/** A whole response instead of the answer. */
export interface FailedResponse {
  status: number;
  type: string;
  body: string;
  headers?: Record<string, string>;
}

/**
 * One way to fail, selected by the model `sim-fail-<name>` or by the knob `fail`. Either a response of its own, or an
 * answer that knobs spoil.
 */
export type Scenario = {
  name: string;
  summary: string;
} & (
  | { respond: (context: FailureContext) => FailedResponse; delayMs?: Ms; fromEdge?: boolean }
  | { spoil: Partial<Knobs> }
);

const json = 'application/json';

/** The gateway's own error: note that `error` is a list. */
export function gatewayError(status: number, code: number, message: string, named = false): FailedResponse {
  const envelope = { success: false, result: [], messages: [], error: [{ code, message }] };
  const name = { name: 'AiGatewayError', httpCode: status, internalCode: code };
  return { status, type: json, body: JSON.stringify(named ? { ...envelope, ...name } : envelope) };
}

/** Cloudflare's API: `errors`, and no result. */
export function cloudflareError(status: number, code: number, message: string): FailedResponse {
  const body = JSON.stringify({ result: null, success: false, errors: [{ code, message }], messages: [] });
  return { status, type: json, body };
}

/** The provider's error in OpenAI's format, as Ollama's compatible layer writes it. */
export function openaiError(status: number, type: string, message: string): FailedResponse {
  return { status, type: json, body: JSON.stringify({ error: { message, type, param: null, code: null } }) };
}

/** The provider's error in Ollama's own format. */
export function nativeError(status: number, error: string): FailedResponse {
  return { status, type: json, body: JSON.stringify({ error }) };
}

const edgeTitles: Record<number, string> = {
  520: 'Web server is returning an unknown error',
  522: 'Connection timed out',
  524: 'A timeout occurred',
};

function edgePage(status: number): FailedResponse {
  const title = `gateway.ai.cloudflare.com | ${status}: ${edgeTitles[status] ?? 'Error'}`;
  const body = `<!DOCTYPE html>
<html lang="en-US">
<head><title>${title}</title><meta charset="UTF-8" /></head>
<body><div id="cf-wrapper"><h1>${edgeTitles[status] ?? 'Error'}<span>Error code ${status}</span></h1>
<p>Visit cloudflare.com for more information.</p><p>Ray ID: ${ray()}</p></div></body>
</html>
`;
  return { status, type: 'text/html; charset=UTF-8', body };
}

function edgeProblem(status: number): FailedResponse {
  const body = {
    type: `https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/error-${status}/`,
    title: `Error ${status}: ${edgeTitles[status] ?? 'Error'}`,
    status,
    detail: 'The origin web server did not answer in time.',
    retryable: true,
    retry_after: 120,
  };
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

const rateLimited = (headers: Record<string, string> = {}): FailedResponse => ({
  ...gatewayError(429, 2003, 'Rate limited'),
  headers,
});

const sessionLimit =
  'you (u) have reached your session usage limit, upgrade for higher limits: https://ollama.com/upgrade';
const weeklyLimit = "you've reached your weekly usage limit, please wait or upgrade to continue";
const noSlot = 'timed out waiting for a concurrent request slot';
const midError =
  '{"error":{"message":"upstream connection lost","type":"api_error","param":null,"code":null}}';
const swallowed =
  '"object":"chat.completion.chunk","created":1795000000,"model":"","system_fingerprint":"fp_ollama",' +
  '"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}';
const swallowedWhole =
  '{"id":"chatcmpl-7","object":"chat.completion","created":1795000000,"model":"","system_fingerprint":"fp_ollama",' +
  '"choices":[{"index":0,"message":{"role":"assistant","content":""},"finish_reason":null}]}';

/** Every scenario. Tests walk this list; `GET /__mock/failures` shows it. To add one: add its object. */
export const scenarios: readonly Scenario[] = [
  // Refusals by the gateway.
  {
    name: 'gateway-missing',
    summary: 'the gateway does not exist',
    respond: () => gatewayError(400, 2001, 'Please configure AI Gateway in the Cloudflare dashboard'),
  },
  {
    name: 'upstream-failed',
    summary: 'the provider failed or never answered, told as 400',
    respond: () => gatewayError(400, 2005, 'Failed to get response from provider'),
  },
  {
    name: 'bad-model-format',
    summary: 'no provider in front of the model',
    respond: () => gatewayError(400, 2019, 'Chat completion bad format'),
  },
  {
    name: 'gateway-auth',
    summary: 'wrong or missing gateway token',
    respond: () => gatewayError(401, 2009, 'Unauthorized'),
  },
  {
    name: 'gateway-auth-named',
    summary: 'the same with the name and codes of the error',
    respond: () => gatewayError(401, 2009, 'Unauthorized', true),
  },
  {
    name: 'no-credit',
    summary: 'no credit for unified billing',
    respond: () => gatewayError(402, 2021, 'Insufficient credits', true),
  },
  {
    name: 'guardrails-prompt',
    summary: 'guardrails blocked the prompt',
    respond: () => gatewayError(424, 2016, 'Prompt blocked due to security configurations', true),
  },
  {
    name: 'guardrails-response',
    summary: 'guardrails blocked the answer',
    respond: () => gatewayError(424, 2017, 'Response blocked due to security configurations', true),
  },
  {
    name: 'guardrails-unavailable',
    summary: 'the guardrails scanner is down',
    respond: () => gatewayError(503, 7013, 'Guardrails are unavailable', true),
  },
  {
    name: 'dlp-prompt',
    summary: 'data loss prevention blocked the prompt',
    respond: () => gatewayError(424, 2029, 'Request content blocked due to DLP policy violations', true),
  },
  {
    name: 'dlp-response',
    summary: 'data loss prevention blocked the answer',
    respond: () => gatewayError(424, 2030, 'Response content blocked due to DLP policy violations', true),
  },
  { name: '429', summary: 'the gateway limits the rate and says nothing more', respond: () => rateLimited() },
  {
    name: '429-seconds',
    summary: 'the same with Retry-After: 2',
    respond: () => rateLimited({ 'retry-after': '2' }),
  },
  {
    name: '429-date',
    summary: 'the same with a date two to three seconds ahead',
    // With the date that it counts from: Node's own is sometimes of the second before.
    respond: ({ wall }) =>
      rateLimited({
        date: wall.toUTCString(),
        'retry-after': new Date(wall.getTime() + 3000).toUTCString(),
      }),
  },
  {
    name: '429-long',
    summary: 'the same with Retry-After: 120',
    respond: () => rateLimited({ 'retry-after': '120' }),
  },

  // Cloudflare's API and edge.
  {
    name: 'api-auth',
    summary: 'Cloudflare does not know the token',
    respond: () => cloudflareError(401, 10000, 'Authentication error'),
  },
  {
    name: 'no-route',
    summary: 'Cloudflare has no such route',
    respond: () =>
      cloudflareError(
        404,
        7003,
        'Could not route to the requested path, perhaps your object identifier is invalid?',
      ),
  },
  { name: 'edge-html-520', summary: "the edge's page for 520", fromEdge: true, respond: () => edgePage(520) },
  { name: 'edge-html-522', summary: "the edge's page for 522", fromEdge: true, respond: () => edgePage(522) },
  { name: 'edge-html-524', summary: "the edge's page for 524", fromEdge: true, respond: () => edgePage(524) },
  {
    name: 'edge-text-502',
    summary: 'sixteen bytes of text',
    fromEdge: true,
    respond: () => ({ status: 502, type: 'text/plain; charset=UTF-8', body: 'error code: 502\n' }),
  },
  {
    name: 'edge-text-504',
    summary: 'the same for 504',
    fromEdge: true,
    respond: () => ({ status: 504, type: 'text/plain; charset=UTF-8', body: 'error code: 504\n' }),
  },
  {
    name: 'edge-json-524',
    summary: 'the edge in problem JSON',
    fromEdge: true,
    respond: () => edgeProblem(524),
  },
  {
    name: 'edge-1015',
    summary: 'the edge limits the rate',
    fromEdge: true,
    respond: () => ({
      status: 429,
      type: 'text/plain; charset=UTF-8',
      body: 'error code: 1015\n',
      headers: { 'retry-after': '30' },
    }),
  },

  // Refusals by the provider.
  { name: 'provider-auth', summary: 'wrong provider key', respond: () => nativeError(401, 'unauthorized') },
  {
    name: 'plan',
    summary: 'the plan does not hold this model',
    respond: () =>
      nativeError(402, 'this model requires a subscription, upgrade for access: https://ollama.com/upgrade'),
  },
  {
    name: 'unknown-model',
    summary: 'no such model, the OpenAI way',
    respond: ({ model }) => openaiError(404, 'not_found_error', `model '${model}' not found`),
  },
  {
    name: 'unknown-model-native',
    summary: "no such model, Ollama's own way",
    respond: ({ model }) => nativeError(404, `model '${model}' not found`),
  },
  {
    name: 'invalid-request',
    summary: 'a field is wrong',
    respond: () => openaiError(400, 'invalid_request_error', "invalid reasoning value: 'extreme'"),
  },
  {
    name: 'unexpected-eof',
    summary: 'Ollama could not read the request, at random',
    respond: () => openaiError(400, 'invalid_request_error', 'unexpected EOF'),
  },
  { name: 'session-limit', summary: 'the session is used up', respond: () => nativeError(429, sessionLimit) },
  { name: 'weekly-limit', summary: 'the week is used up', respond: () => nativeError(429, weeklyLimit) },
  {
    name: 'slots',
    summary: 'no free slot, after a wait',
    delayMs: 200,
    respond: () => nativeError(429, noSlot),
  },
  {
    name: 'slots-503',
    summary: 'the same told as 503',
    delayMs: 200,
    respond: () => nativeError(503, noSlot),
  },
  {
    name: 'too-many-concurrent',
    summary: 'more at once than the plan allows',
    respond: () => nativeError(429, 'too many concurrent requests'),
  },
  {
    name: 'provider-429',
    summary: 'the provider limits the rate and says nothing more',
    respond: () => nativeError(429, 'too many requests'),
  },
  {
    name: 'overloaded',
    summary: 'the provider is overloaded',
    respond: () => nativeError(503, `Server overloaded, please retry shortly (ref: ${uuid()})`),
  },
  { name: '500', summary: 'the provider broke', respond: () => nativeError(500, 'internal server error') },
  {
    name: '408',
    summary: 'the provider gave up waiting',
    respond: () => openaiError(408, 'api_error', 'request timed out'),
  },
  {
    name: 'redirect',
    summary: 'sent elsewhere',
    respond: () => ({
      status: 307,
      type: 'text/plain',
      body: 'Temporary Redirect\n',
      headers: { location: 'http://127.0.0.1:9/elsewhere' },
    }),
  },

  // 200, but not an answer.
  {
    name: 'ok-html',
    summary: '200 with a page of HTML',
    respond: () => ({
      status: 200,
      type: 'text/html; charset=UTF-8',
      body: '<!DOCTYPE html><title>Sign in</title>\n',
    }),
  },
  {
    name: 'ok-gateway-error',
    summary: "200 with the gateway's error",
    respond: () => ({ ...gatewayError(200, 2005, 'Failed to get response from provider') }),
  },
  {
    name: 'ok-json',
    summary: '200 with a JSON answer, also where a stream was asked for',
    respond: ({ model, wall }) => ({
      status: 200,
      type: json,
      body: JSON.stringify(plainCompletion(model, wall)),
    }),
  },
  {
    name: 'ok-empty-body',
    summary: '200 and nothing else',
    respond: () => ({ status: 200, type: json, body: '' }),
  },

  // The stream fails.
  {
    name: 'mid-error-object',
    summary: 'an error object in the stream',
    spoil: { raw: `data: ${midError}\n\n`, rawAfter: 3, cutAfter: 3, rawWhole: midError },
  },
  {
    name: 'mid-error-text',
    summary: 'an error text in the stream',
    spoil: {
      raw: 'data: {"error":"upstream connection lost"}\n\n',
      rawAfter: 3,
      cutAfter: 3,
      rawWhole: '{"error":"upstream connection lost"}',
    },
  },
  {
    name: 'mid-error-event',
    summary: 'an event of the type error',
    spoil: {
      raw: 'event: error\ndata: {"message":"upstream connection lost"}\n\n',
      rawAfter: 3,
      cutAfter: 3,
      rawWhole: midError,
    },
  },
  {
    name: 'swallowed-error',
    summary: 'an empty chunk without a model, then the end',
    spoil: {
      raw: `data: {"id":"chatcmpl-7",${swallowed}\n\n`,
      rawAfter: 3,
      cutAfter: 3,
      rawWhole: swallowedWhole,
    },
  },
  {
    name: 'truncated-no-finish',
    summary: 'the stream ends after some text',
    spoil: { cutAfter: 4, finish: '' },
  },
  {
    name: 'truncated-no-done',
    summary: 'finish and usage, but no [DONE]',
    spoil: { done: false },
  },
  {
    name: 'finish-missing',
    summary: 'usage and [DONE], but no finish reason',
    spoil: { finish: '' },
  },
  { name: 'usage-missing', summary: 'no usage', spoil: { usage: 'none' } },
  {
    name: 'malformed',
    summary: 'a frame that ends in the middle of its JSON',
    spoil: {
      raw: 'data: {"id":"chatcmpl-7","object":"chat.comple\n\n',
      rawAfter: 3,
      cutAfter: 3,
      rawWhole: '{"id":"chatcmpl-7","object":"chat.comple',
    },
  },
  {
    name: 'malformed-cut',
    summary: 'the body ends in the middle of a line',
    spoil: {
      raw: 'data: {"id":"chatcmpl-7","object":"chat.comple',
      rawAfter: 3,
      cutAfter: 3,
      rawWhole: '{"id":"chatcmpl-7","object":"chat.comple',
    },
  },
  { name: 'reset', summary: 'the socket is reset after some text', spoil: { cutAfter: 4, ending: 'reset' } },
  {
    name: 'closed',
    summary: 'the socket is closed after some text',
    spoil: { cutAfter: 4, ending: 'close' },
  },
  {
    name: 'reset-first',
    summary: 'the socket is reset instead of an answer',
    spoil: { cutAfter: 0, ending: 'reset' },
  },
  {
    name: 'hang-up',
    summary: 'the socket is closed before any header',
    spoil: { noHead: true, ending: 'close' },
  },
  {
    name: 'reset-head',
    summary: 'the socket is reset before any header',
    spoil: { noHead: true, ending: 'reset' },
  },
  {
    name: 'no-frames',
    summary: 'an event stream without an event',
    spoil: { cutAfter: 0, rawWhole: '' },
  },
  {
    name: 'only-done',
    summary: '[DONE] and nothing before it',
    spoil: { answer: '', finish: '', usage: 'none' },
  },
  {
    name: 'stall',
    summary: 'silence for ten minutes after some text',
    spoil: { stallAfter: 4, stallMs: 600_000 },
  },
  {
    name: 'stall-comments',
    summary: 'only comments for ten minutes after some text',
    spoil: { stallAfter: 4, stallMs: 600_000, stallCommentMs: 50 },
  },
  {
    name: 'stall-first',
    summary: 'headers, then silence for ten minutes',
    spoil: { stallAfter: 0, stallMs: 600_000 },
  },
  {
    name: 'slow-headers',
    summary: 'headers after ten minutes',
    spoil: { headersMs: 600_000, ttftMs: 600_000 },
  },
  {
    name: 'empty-length',
    summary: 'all of max_tokens went into reasoning',
    spoil: { reasoningFrames: 40, answer: '', finish: 'length' },
  },
  { name: 'empty', summary: 'a proper answer without any text', spoil: { answer: '' } },
  {
    name: 'buffered',
    summary: 'the whole stream in one piece at its end',
    spoil: { buffered: true },
  },
  {
    name: 'other-model',
    summary: 'another model answers',
    spoil: { echoModel: 'sim-other' },
  },
];

export const scenarioOf = (name: string): Scenario | undefined =>
  scenarios.find((scenario) => scenario.name === name);

function plainCompletion(model: string, wall: Date): object {
  return {
    id: 'chatcmpl-7',
    object: 'chat.completion',
    created: Math.floor(wall.getTime() / 1000),
    model,
    system_fingerprint: 'fp_ollama',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Here it is.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 18, completion_tokens: 3, total_tokens: 21 },
  };
}
