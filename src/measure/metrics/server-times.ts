import type { ServerTimings } from '../exchange.ts';
import type { Attempt } from '../attempt.ts';
import { defineMetric } from './metric.ts';

/** Common to all four: durations as the server reported them, by its own clock. */
const reported = <const Name extends string>(
  name: Name,
  label: string,
  meaning: string,
  example: number,
  of: (timings: ServerTimings) => number | undefined,
) =>
  defineMetric({
    name,
    label,
    kind: 'number',
    unit: 'ms',
    decimals: 3,
    better: 'lower',
    meaning: `${meaning}, as a local Ollama reported it`,
    example: { value: example },
    of: ({ exchange: { serverTimings } }: Attempt) => serverTimings && of(serverTimings),
  });

/** Ollama's `total_duration`: from reading the request to the end of the answer. */
export const serverTotal = reported(
  'server_total_ms',
  'Server total',
  'the whole request on the server',
  640,
  ({ totalMs }) => totalMs,
);

/** Ollama's `load_duration`: until the model is ready. */
export const loadTime = reported('load_ms', 'Load', 'getting the model ready', 10, ({ loadMs }) => loadMs);

/** Ollama's `prompt_eval_duration`. */
export const promptEval = reported(
  'prompt_eval_ms',
  'Prompt eval',
  'reading the prompt',
  60,
  ({ promptEvalMs }) => promptEvalMs,
);

/** Ollama's `eval_duration`. */
export const evalTime = reported('eval_ms', 'Eval', 'writing the answer', 500, ({ evalMs }) => evalMs);

/**
 * Total − load − prompt − answer. The remainder is the wait in the server's own queue (and some milliseconds for the
 * template). Ollama leaves out a part that took no time. Without the answer's time, no part is known, and the
 * remainder would be everything.
 */
export const serverQueue = reported(
  'server_queue_ms',
  'Server queue',
  "waiting in the server's own queue: total minus load, prompt, and answer",
  70,
  ({ totalMs, loadMs = 0, promptEvalMs = 0, evalMs }) =>
    totalMs === undefined || evalMs === undefined
      ? undefined
      : Math.max(0, totalMs - loadMs - promptEvalMs - evalMs),
);
