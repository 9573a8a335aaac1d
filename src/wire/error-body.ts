import type { ErrorFamily } from '../measure/exchange.ts';
import { isObject, saysNothing, word, written } from './json-words.ts';

/** What a body, or a frame of a stream, says about a failure. */
export interface Said {
  family: ErrorFamily;
  code: string;
  message: string;
}

type Form = (json: Record<string, unknown>, httpStatus: number | undefined) => Said | undefined;

/** Forms in which servers report failures, the most certain ones first. */
const forms: readonly Form[] = [
  fromGateway,
  fromCloudflareApi,
  fromProblem,
  fromError,
  fromDetail,
  fromTopLevel,
];

/** What parsed JSON says about a failure. Undefined if it has none of the known forms. */
export function saidInBody(json: unknown, httpStatus?: number): Said | undefined {
  // Google's compatible API wraps its error in a list.
  const body: unknown = Array.isArray(json) ? json.find((member) => isObject(member)) : json;
  if (!isObject(body)) return undefined;
  for (const form of forms) {
    const said = form(body, httpStatus);
    if (said) return said;
  }
  return undefined;
}

/** What an `error` member, or a frame that is an error, says. */
export function errorSaid(error: unknown, httpStatus?: number): Said {
  if (isObject(error)) {
    const said = saidInBody(error, httpStatus) ?? fromError({ error }, httpStatus);
    if (said) return said;
  }
  return (
    fromError({ error }, httpStatus) ?? {
      family: 'provider',
      code: fallback(httpStatus),
      message: written(error),
    }
  );
}

/** `{"success":false,…,"error":[{"code":2005,"message":"…"}]}`: note the list. */
function fromGateway(json: Record<string, unknown>): Said | undefined {
  return fromErrorList(json['error'], 'gateway');
}

/** `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}` */
function fromCloudflareApi(json: Record<string, unknown>): Said | undefined {
  return fromErrorList(json['errors'], 'cloudflare');
}

function fromErrorList(list: unknown, family: ErrorFamily): Said | undefined {
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  if (typeof first === 'string' && first !== '')
    return { family: 'provider', code: codeOfText(first) ?? 'unknown', message: first };
  if (!isObject(first)) return undefined;
  return { family, code: word(first['code']) || 'unknown', message: word(first['message']) };
}

/** RFC 9457, as the edge sends it to clients that accept JSON. */
function fromProblem(json: Record<string, unknown>): Said | undefined {
  const { type, title, status, detail } = json;
  if (typeof title !== 'string' || typeof status !== 'number') return undefined;
  return {
    family: 'edge',
    code: String(status),
    message: [title, word(detail) || word(type)].filter(Boolean).join(': '),
  };
}

/** OpenAI's object or Ollama's bare text under `error`, and the same below another `error`. */
function fromError(json: Record<string, unknown>, httpStatus: number | undefined): Said | undefined {
  let error = json['error'];
  for (
    let depth = 0;
    depth < 3 && isObject(error) && !saysNothing(error['error']) && !error['message'];
    depth++
  )
    error = error['error'];
  if (typeof error === 'string' && error !== '') {
    const message = [error, word(json['error_description']) || word(json['message']) || word(json['detail'])];
    return provider(message.filter(Boolean).join(': '), json, httpStatus);
  }
  return isObject(error) ? provider(messageOf(error) || written(error), error, httpStatus) : undefined;
}

/** FastAPI: a text, an object, or a list with a place and a message for each wrong field. */
function fromDetail(json: Record<string, unknown>, httpStatus: number | undefined): Said | undefined {
  const { detail } = json;
  if (typeof detail === 'string' && detail !== '') return provider(detail, json, httpStatus);
  if (isObject(detail)) return errorSaid('error' in detail ? detail['error'] : detail, httpStatus);
  if (!Array.isArray(detail) || detail.length === 0) return undefined;
  const lines = detail.slice(0, 5).map((one: unknown) => {
    if (!isObject(one)) return written(one);
    const place = Array.isArray(one['loc']) ? one['loc'].map(word).filter(Boolean).join('.') : '';
    return [place, word(one['msg']) || messageOf(one) || written(one)].filter(Boolean).join(': ');
  });
  const first: unknown = detail[0];
  return provider(lines.join('; '), isObject(first) ? first : {}, httpStatus);
}

/** vLLM's and Mistral's `object: error`, Portkey's `status: failure`, and others with a message at the top level. */
function fromTopLevel(json: Record<string, unknown>, httpStatus: number | undefined): Said | undefined {
  const message = messageOf(json);
  return message === '' ? undefined : provider(message, json, httpStatus);
}

const messageMembers = [
  'message',
  'msg',
  'Message',
  'error_message',
  'error_msg',
  'errorMessage',
  'detail',
  'details',
  'reason',
];

function messageOf(json: Record<string, unknown>): string {
  for (const name of messageMembers) {
    const value = json[name];
    const said = isObject(value) ? messageOf(value) : word(value);
    if (said !== '') return said;
  }
  return '';
}

function provider(message: string, from: Record<string, unknown>, httpStatus: number | undefined): Said {
  return { family: 'provider', code: codeOf(message, from, httpStatus), message };
}

/**
 * The code of the failure. A code that only repeats the HTTP status says less than the type next to it. An unknown
 * model has many names, and gets one.
 */
function codeOf(message: string, from: Record<string, unknown>, httpStatus: number | undefined): string {
  if (namesUnknownModel(message) && from['type'] !== 'not_found_error') return 'model_not_found';
  const said = [from['code'], from['type'], from['error_code'], from['error_type'], from['status']].map(
    codeWord,
  );
  const own = said.find((code) => code !== '' && !isHttpStatus(code));
  if (own !== undefined && !isVague(own)) return own;
  return (
    codeOfText(message) ??
    own ??
    said.find((code) => code !== '' && code !== String(httpStatus)) ??
    fallback(httpStatus)
  );
}

function codeWord(value: unknown): string {
  const said = word(value);
  return /^(none|null|undefined|error|failure|fail|failed|false)$/i.test(said) ? '' : said;
}

const isHttpStatus = (code: string): boolean => /^[1-5]\d\d$/.test(code);
/** Types that servers give to any failure. */
const isVague = (code: string): boolean =>
  /^(api_error|server_error|internal_server_error|unavailable_error|about:blank)$/i.test(code);

function fallback(httpStatus: number | undefined): string {
  return httpStatus === undefined || httpStatus === 200 ? 'provider_error' : `http_${httpStatus}`;
}

/** Sentences that say that the server does not have the requested model. */
const unknownModel: readonly RegExp[] = [
  /\bmodel[:\s]+(?:name |id )?["'`]?[^\s"'`]{1,200}["'`]?,? (?:was |is |could )?(?:not found|does not exist|doesn't exist|not be found)/i,
  /\bmodel (?:was |is |does |could )?(?:not found|not exist|not be found)/i,
  /\bmodels\/\S{1,200} is not found\b/i,
  /\b(?:invalid|unknown|unrecognized|no such|unsupported) model(?: name| id| identifier)?\b(?=$|[^a-z]*$|:| ["'`(]| passed in| in )/i,
  /\bis not a valid model\b/i,
  /\bmodel (?:name |id |identifier )?is (?:invalid|unknown)\b/i,
  /\bdeployment .{0,60}does not exist\b/i,
  /\bunable to access model\b/i,
  /\bcould not (?:find|resolve) (?:the )?model\b/i,
  /\bmodel_not_found\b/i,
];

function namesUnknownModel(message: string): boolean {
  // A quoted sentence is only mentioned.
  const start = message.slice(0, 1000).replace(/"[^"]*\s[^"]*"/g, '""');
  return unknownModel.some((pattern) => pattern.test(start));
}

const sentences: readonly (readonly [RegExp, string])[] = [
  [/reached your session usage limit/i, 'session_limit'],
  [/reached your weekly usage limit/i, 'weekly_limit'],
  [/concurrent request|too many concurrent/i, 'concurrency'],
  [
    /maximum pending requests|server( is)? busy|queue is full|no (free |available )?slots? (are )?available/i,
    'busy',
  ],
  [/server overloaded/i, 'overloaded'],
  [
    /^\s*(the )?(model is )?(still )?loading( the)? model|model (\S{1,200} )?is (still |currently )?loading/i,
    'loading',
  ],
  [/unauthorized/i, 'unauthorized'],
];

/** Ollama has no codes: its messages are recognized by their words. */
function codeOfText(message: string): string | undefined {
  const start = message.slice(0, 1000);
  return sentences.find(([pattern]) => pattern.test(start))?.[1];
}

/**
 * The server says that its queue or this account's places are full. We asked for too much at once; the model is not
 * unreliable. "Busy" alone may also be an outage.
 */
export function namesBackPressure(message: string): boolean {
  const code = codeOfText(message);
  return (
    code === 'concurrency' ||
    (code === 'busy' && /pending requests|queue|slots?\b/i.test(message.slice(0, 1000)))
  );
}
