import type { Ms } from '../../base/clock.ts';
import { count } from '../../base/text.ts';

/** Things other than the model that affected a figure. */
export type InfluenceWarning =
  | { kind: 'prompt-cache'; model: string; share?: number; firstMs?: Ms; laterMs?: Ms }
  | { kind: 'shared-cache'; model: string; times: number; blocks: number }
  | { kind: 'server-queue'; model: string; queueMs: Ms; ofMs: Ms; answers: number; of: number }
  | { kind: 'worker-differs'; share: number; worker: string; times: number }
  | { kind: 'queue-ladder'; route: string; from: number; to: number; times: number }
  | {
      kind: 'few-prompt-tokens';
      model: string;
      prompt: string;
      counted: number;
      others: number;
      prompts: number;
    };

const time = (ms: Ms): string => (ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`);
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

const shorterQueue = 'Lower run.concurrency, or raise the limit of the server (OLLAMA_NUM_PARALLEL).';

/** One or two sentences; the last says what to do. */
export function describeInfluence(warning: InfluenceWarning): string {
  switch (warning.kind) {
    case 'prompt-cache': {
      const { model, share, firstMs, laterMs } = warning;
      const parts = [
        share === undefined
          ? undefined
          : `${percent(share)} of its prompt tokens came from the server's prompt cache`,
        firstMs === undefined || laterMs === undefined
          ? undefined
          : `a prompt has a TTFT of ${time(firstMs)} the first time it is sent, and ${time(laterMs)} when it is repeated`,
      ];
      const said = parts.filter((part) => part !== undefined).join('; ');
      return `${model}: ${said}. Its TTFT is that of prompts the server has already seen. For new prompts, set run.salt to prefix, or to suffix to keep only the system prompt cached.`;
    }
    case 'shared-cache':
      return `${warning.model}: the route that asks a prompt first waits ${warning.times.toFixed(1)} times as long for the first token as the route that asks it next (${count(warning.blocks, 'block')}): the routes share the server's prompt cache. Set run.salt to prefix, so that no route uses what another one cached.`;
    case 'server-queue':
      return `${warning.model}: ${warning.answers.toLocaleString('en-US')} of ${count(warning.of, 'answer')} waited in the server's own queue, at the median ${time(warning.queueMs)} of ${time(warning.ofMs)}. That is a server setting, not the model. ${shorterQueue}`;
    case 'worker-differs':
      return `The worker explains ${percent(warning.share)} of the variance of E2E latency: answers took ${warning.times.toFixed(2)} times as long through ${warning.worker} as through all workers. Its machine or its network differs: leave it out, or give it a vantage of its own.`;
    case 'queue-ladder':
      return `TTFT on the route ${warning.route} grows with the requests in flight: it is ${warning.times.toFixed(1)} times as long at ${warning.to} as at ${warning.from}. They wait in the server's own queue. ${shorterQueue}`;
    case 'few-prompt-tokens':
      return `${warning.model}: it counted ${warning.counted.toLocaleString('en-US')} tokens in the prompt ${warning.prompt} where the others counted ${Math.round(warning.others).toLocaleString('en-US')}${warning.prompts > 1 ? ` (and too few in ${warning.prompts - 1} more)` : ''}: its server may have cut the prompt. Raise its context (gateway.local.num_ctx, OLLAMA_CONTEXT_LENGTH), or shorten the prompt.`;
  }
}
