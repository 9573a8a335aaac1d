import { setUps, type SetUp } from './set-ups.ts';

/**
 * What a server does that is no fault and yet makes its figures what they are: `gatebench serve --mode NAME` plays it,
 * for a run by the route `local` or another. To add one: add its object.
 */
export const influences: readonly SetUp[] = [
  {
    name: 'prompt-cache',
    summary: 'the server caches prompts and does not say so',
    options: { knobs: { promptTokenMs: 3, promptCache: true } },
  },
  {
    name: 'prompt-cache-told',
    summary: 'the same, and usage reports the cached tokens',
    options: { knobs: { promptTokenMs: 3, promptCache: true, usage: 'cached' } },
  },
  {
    name: 'small-context',
    summary: 'prompts of more than 256 tokens are cut silently',
    options: { knobs: { contextTokens: 256 } },
  },
  {
    name: 'cold-loads',
    summary: 'the first request waits three seconds for the model to load',
    options: { knobs: { loadMs: 3000 } },
  },
  {
    name: 'one-at-a-time',
    summary: 'one request is answered, the others queue',
    options: { slots: 1, slotWaitMs: 600_000 },
  },
];

/** Everything that `serve --mode` plays. */
export const modes: readonly SetUp[] = [...setUps, ...influences];
