import type OpenAI from 'openai';
import type { ChatRequest } from './chat-request-body.ts';

/** Longest wait that a timer can hold. Our own deadlines come long before. */
const never = 2 ** 31 - 1;

/** A request as it goes to the server. */
export interface WireRequest {
  url: URL;
  method: string;
  /** Name, value, name, value … */
  headers: string[];
  body: string;
}

/** What the SDK adds around the own headers of requests that have the same ones. */
interface Head {
  url: URL;
  method: string;
  /** Without the own headers of a request. */
  common: [name: string, value: string][];
  /** The headers in order, each with its value, or with the name under which a request gives it. */
  order: [name: string, value: { common: string } | { own: string }][];
}

/**
 * Requests as the openai SDK makes them. It is asked once for requests to one address that set the same headers: the
 * others differ from the first only in the values of these and in the body.
 */
export class SdkRequests {
  readonly #heads = new Map<string, Head>();

  /** Resolves when the SDK is loaded, which the first request would wait for. */
  async ready(): Promise<void> {
    await import('openai');
    // Made once, it has loaded all that the first real one would otherwise load while others are being sent.
    await madeBySdk(anyRequest).catch(() => undefined);
  }

  /** Rejects if the SDK refuses to make the request. */
  async of(request: ChatRequest): Promise<WireRequest> {
    const key = keyOf(request);
    const head = this.#heads.get(key);
    if (head) return asBefore(head, request);
    const first = await madeBySdk(request);
    const own = new Set(Object.keys(request.headers).map((name) => name.toLowerCase()));
    // A name that is written in two ways is one header with two values, which only the SDK joins.
    if (own.size === Object.keys(request.headers).length && first.body === JSON.stringify(request.body))
      this.#heads.set(key, headOf(first, request, own));
    return first;
  }
}

/**
 * Everything on which the SDK's head of a request may depend, except the values of its own headers. The SDK refuses
 * some that are empty.
 */
function keyOf({ baseUrl, body, headers }: ChatRequest): string {
  let key = `${baseUrl}\n${body.stream}`;
  for (const [name, value] of Object.entries(headers)) {
    const kind = value === null ? 'none' : value.trim() === '' ? 'blank' : 'own';
    key += `\n${name.length} ${name} ${kind}`;
  }
  return key;
}

function headOf(made: WireRequest, { headers }: ChatRequest, own: ReadonlySet<string>): Head {
  const names = new Map(Object.keys(headers).map((name) => [name.toLowerCase(), name]));
  const pairs = pairsOf(made.headers);
  return {
    url: made.url,
    method: made.method,
    common: pairs.filter(([name]) => !own.has(name)),
    order: pairs.map(([name, common]) => {
      const given = names.get(name);
      return [name, given === undefined ? { common } : { own: given }];
    }),
  };
}

/** A value that is sent as given. All others are left to the platform, which trims or refuses them. */
const plainValue = /^[!-~](?:[ -~]*[!-~])?$/;

function asBefore(head: Head, request: ChatRequest): WireRequest {
  const { url, method } = head;
  return {
    url,
    method,
    headers: inOrder(head, request.headers) ?? byThePlatform(head, request.headers),
    body: JSON.stringify(request.body),
  };
}

/** Undefined if some value is not plain. */
function inOrder({ order }: Head, own: ChatRequest['headers']): string[] | undefined {
  const headers: string[] = [];
  for (const [name, value] of order) {
    const text = 'common' in value ? value.common : own[value.own]!;
    if ('own' in value && !plainValue.test(text)) return undefined;
    headers.push(name, text);
  }
  return headers;
}

function byThePlatform({ common }: Head, own: ChatRequest['headers']): string[] {
  const headers = new Headers(common);
  for (const [name, value] of Object.entries(own)) if (value !== null) headers.append(name, value);
  return [...headers.entries()].flat();
}

function pairsOf(headers: readonly string[]): [name: string, value: string][] {
  return headers.flatMap((name, place) =>
    place % 2 === 0 ? [[name, headers[place + 1]!] as [string, string]] : [],
  );
}

const anyRequest: ChatRequest = {
  eventId: '',
  baseUrl: 'http://localhost/v1',
  body: { model: 'any', messages: [{ role: 'user', content: 'any' }], stream: true },
  headers: { authorization: null },
};

/** Lets the SDK make a request, and sends nothing. */
export async function madeBySdk(request: ChatRequest): Promise<WireRequest> {
  let made: WireRequest | undefined;
  const { default: OpenAI } = await import('openai');
  const client = new OpenAI({
    baseURL: request.baseUrl,
    // The SDK requires a key. The request's own headers decide what is sent.
    apiKey: 'unused',
    maxRetries: 0,
    timeout: never,
    logLevel: 'off',
    fetch: (input, init) => {
      made = {
        url: new URL(input instanceof Request ? input.url : input),
        method: init?.method ?? 'GET',
        headers: [...(init?.headers as Headers).entries()].flat(),
        body: (init?.body as string | undefined) ?? '',
      };
      return Promise.resolve(new Response(''));
    },
  });
  await client.chat.completions
    .create(request.body as unknown as OpenAI.ChatCompletionCreateParamsStreaming, {
      headers: request.headers,
    })
    .asResponse();
  return made!;
}
