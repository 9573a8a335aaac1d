import type OpenAI from 'openai';
import type { ChatRequest } from './chat-request-body.ts';

/** Longest wait that a timer can hold; our own deadlines come long before. */
const never = 2 ** 31 - 1;

/** A request as it goes to the server. */
export interface WireRequest {
  url: URL;
  method: string;
  /** Name, value, name, value … */
  headers: string[];
  body: string;
}

/** What the SDK sends around the own headers of requests that have the same ones. */
interface Head {
  url: URL;
  method: string;
  /** Without the own headers of a request. */
  common: [name: string, value: string][];
  /** The headers in their order, each with its value, or with the name under which a request gives it. */
  order: [name: string, value: { common: string } | { own: string }][];
}

/**
 * Requests as the openai SDK makes them. It is asked once for requests to one address that set the same headers: the
 * others differ from the first in nothing but the values of these and in the body.
 */
export class SdkRequests {
  readonly #heads = new Map<string, Head>();

  /** Resolves when the SDK is loaded, which the first request would wait for. */
  async ready(): Promise<void> {
    await import('openai');
  }

  /** Rejects when the SDK refuses to make the request. */
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

/** What the SDK may make a request's head from, but for the values of its own headers: it refuses some that are empty. */
function keyOf({ baseUrl, body, headers }: ChatRequest): string {
  return JSON.stringify([
    baseUrl,
    body.stream,
    Object.entries(headers).map(([name, value]) => [name, value === null ? 'none' : value.trim() === '']),
  ]);
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

/** A value that goes out as it is given. All others are for the platform, which trims them or refuses them. */
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

/** Undefined where some value is not plain. */
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

/** Lets the SDK make a request, and sends nothing. */
export async function madeBySdk(request: ChatRequest): Promise<WireRequest> {
  let made: WireRequest | undefined;
  const { default: OpenAI } = await import('openai');
  const client = new OpenAI({
    baseURL: request.baseUrl,
    // The SDK insists on a key; the request's own headers decide what is sent.
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
