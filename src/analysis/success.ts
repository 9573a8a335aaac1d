import type { CellSamples } from './collect.ts';

/**
 * With a smaller share of successes, a model is neither ranked first nor called faster. If one request in ten fails,
 * the latency of the others is not what its users wait.
 */
export const successFloor = 0.9;

/** Number of requests of all prompts, and of failed ones. */
export function failuresOf({ prompts }: CellSamples): { requests: number; failures: number } {
  let [requests, failures] = [0, 0];
  for (const samples of prompts.values()) {
    requests += samples.requests;
    failures += samples.failures;
  }
  return { requests, failures };
}

/** Share of requests with status `ok`. 1 if nothing was asked. */
export function successShare(cell: CellSamples): number {
  const { requests, failures } = failuresOf(cell);
  return requests === 0 ? 1 : 1 - failures / requests;
}

/** In a few words. */
export const allFailed = (requests: number): string =>
  requests === 1 ? 'its only request failed' : `all ${requests} requests failed`;
