import { routes } from '../../target/routes.ts';
import { type CommonFlags } from '../command.ts';
import { grouped, type Flag, type Parsed } from '../flags.ts';

const routeNames = routes.map(({ name }) => name);

/** How to reach the models. */
export const wayFlags = grouped('Route to the models:', {
  route: {
    type: 'list',
    value: 'NAME',
    completes: routeNames,
    describe: `route to the models: ${routeNames.join(', ')}; separate several with commas`,
  },
  baseUrl: {
    type: 'list',
    value: 'URL',
    default: [],
    describe: "use this address instead of the route's own; route=URL for one of several",
  },
  allowHttp: { type: 'switch', describe: 'allow sending the token over plain http' },
  providerKey: {
    type: 'switch',
    describe: 'send OLLAMA_API_KEY through the gateway instead of its stored key',
  },
});

/** Common flags of `run` and `plan`: which part of the suite, how, and on which routes. */
export const suiteFlags = {
  ...wayFlags,
  ...grouped('Parts of the suite:', {
    models: {
      type: 'list',
      value: 'IDS',
      describe: 'only these ids of the suite; or other models, as custom-ollama/<model>',
    },
    prompts: { type: 'list', value: 'IDS', describe: 'only these prompts' },
    tags: { type: 'list', value: 'TAGS', describe: 'only prompts with one of these tags' },
  }),
  ...grouped('Design:', {
    repeat: { type: 'number', min: 1, whole: true, value: 'N', describe: 'repeats of every prompt' },
    warmup: {
      type: 'number',
      min: 0,
      whole: true,
      value: 'N',
      describe: 'blocks to send first; recorded, never analyzed',
    },
    concurrency: {
      type: 'number',
      min: 1,
      whole: true,
      value: 'N',
      describe: 'requests in flight, all models together',
    },
    order: {
      type: 'text',
      choices: ['blocks', 'sequential'],
      value: 'NAME',
      describe: 'order of the requests',
    },
    against: {
      type: 'text',
      value: 'REF',
      excludes: ['levels', 'rate', 'findLimit'],
      describe: 'compare with the suite of this git revision, in the same blocks; asks only what has changed',
    },
    salt: {
      type: 'text',
      choices: ['none', 'prefix', 'suffix'],
      value: 'NAME',
      describe: 'defeat prompt caches with a fresh token before or after the system prompt',
    },
    seed: {
      type: 'number',
      min: 0,
      max: 2 ** 32 - 1,
      whole: true,
      value: 'N',
      describe: 'same seed, same plan',
    },
  }),
  ...grouped('Load (instead of one request after the other):', {
    rate: {
      type: 'list',
      value: 'RATES',
      excludes: ['levels', 'findLimit'],
      describe: 'send at these rates, regardless of the answers: 0.5/s, 30/min',
    },
    levels: {
      type: 'numbers',
      min: 1,
      whole: true,
      value: 'N,…',
      excludes: ['findLimit'],
      describe: 'try these numbers of requests in flight, one after the other',
    },
    findLimit: { type: 'switch', describe: 'search for the highest rate that keeps the SLO' },
    slo: {
      type: 'list',
      value: 'LIMITS',
      describe: 'what is good enough: ttft=2s,e2e=15s,tpot=80ms,passed,attainment=0.95',
    },
    arrivals: { type: 'text', value: 'LAW', describe: 'poisson, constant, or gamma:4 for bursts' },
    window: { type: 'text', value: 'TIME', describe: 'how long a visit of a rate counts: 120s' },
    visits: {
      type: 'number',
      min: 1,
      whole: true,
      value: 'N',
      describe: 'visits of each level',
    },
  }),
  ...grouped('Budget (the run stops when it reaches one):', {
    maxRequests: { type: 'number', min: 1, whole: true, value: 'N', describe: 'requests' },
    maxTokensTotal: { type: 'number', min: 1, whole: true, value: 'N', describe: 'tokens' },
    maxCost: { type: 'number', min: 0, value: 'USD', describe: 'cost' },
    maxMinutes: { type: 'number', min: 0, value: 'N', describe: 'minutes' },
  }),
} as const;

/** The suites themselves. */
export const theSuites = {
  type: 'paths',
  argument: true,
  completes: 'suites',
  describe: 'YAML file of a suite',
} as const satisfies Flag;

export type SuiteFlags = Parsed<typeof suiteFlags> & CommonFlags & { suite: string[] };
