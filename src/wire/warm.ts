import type { Dispatcher } from 'undici';

/** A server that does not answer this is warmed by the run's own warm-up block. */
const patienceMs = 5000;

/**
 * Opens as many connections to each origin as will be used at once, before anything is timed: a bare GET of the root,
 * without any credentials. Failures are ignored here; the run's own requests will report them.
 */
export async function warmConnections(
  dispatcher: Dispatcher,
  origins: ReadonlySet<string>,
  connections: number,
): Promise<void> {
  const opened: Promise<void>[] = [];
  for (const origin of origins)
    for (let n = 0; n < Math.min(connections, 512); n++) opened.push(openOne(dispatcher, origin));
  await Promise.all(opened);
}

function openOne(dispatcher: Dispatcher, origin: string): Promise<void> {
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined;
    const timer = setTimeout(() => {
      controller?.abort(new Error('no answer while warming'));
      resolve();
    }, patienceMs);
    const over = (): void => {
      clearTimeout(timer);
      // undici takes a connection back one turn of the loop after its answer.
      setImmediate(() => setImmediate(resolve));
    };
    dispatcher.dispatch(
      { origin, path: '/', method: 'GET' },
      {
        onRequestStart: (started) => (controller = started),
        // undici requires a handler.
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: over,
        onResponseError: over,
      },
    );
  });
}
