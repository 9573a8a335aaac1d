import type { Dispatcher } from 'undici';
import type { Attempt } from './attempt.ts';
import type { ResponseHead } from './response.ts';

/** What we hand the SDK through its `fetchOptions`, to find the attempt that a call of `fetch` belongs to. */
export interface TapOptions {
  attempt: Attempt;
}

/**
 * A `fetch` for the SDK that reads nothing through web streams. It dispatches on undici, where the attempt
 * stamps and parses every read as it comes, and gives the SDK an object with the few members of a Response
 * that the SDK looks at. The body of an answer never passes through it; the attempt has it.
 */
export function tapFetch(dispatcher: Dispatcher): typeof fetch {
  return async (input, init) => {
    const { attempt } = init as RequestInit & TapOptions;
    const url = new URL(input instanceof Request ? input.url : input);
    attempt.send(() =>
      dispatcher.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method: init?.method ?? 'GET',
          headers: [...(init?.headers as Headers).entries()].flat(),
          body: (init?.body as string | undefined) ?? null,
        },
        attempt,
      ),
    );
    const head = await attempt.responded;
    if (!head) throw new TypeError('no response');
    return responseLike(url, head) as unknown as Response;
  };
}

/** Always "ok", whatever the status: a refusal is the attempt's to read, not the SDK's. */
function responseLike(url: URL, { status, headers }: ResponseHead): Record<string, unknown> {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return {
    ok: true,
    status,
    url: url.href,
    body: null,
    headers: {
      get: (name: string) => entries.find(([known]) => known === name.toLowerCase())?.[1] ?? null,
      entries: () => entries.values(),
    },
    text: () => Promise.resolve(''),
  };
}
