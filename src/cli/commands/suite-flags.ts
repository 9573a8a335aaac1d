import { routes } from '../../target/routes.ts';
import { listFlag, numberFlag } from '../number-flags.ts';
import type { RawFlags } from '../command.ts';
import type { Flags } from '../flags.ts';

/** What `run` and `plan` take alike: which part of the suite, how, and by which way. */
export interface SuiteFlags {
  suites: string[];
  route: string[] | undefined;
  /** Addresses for all routes, or `route=address` for one. */
  baseUrl: string[];
  allowHttp: boolean;
  providerKey: boolean;
  models: string[] | undefined;
  prompts: string[] | undefined;
  tags: string[] | undefined;
  repeat: number | undefined;
  warmup: number | undefined;
  concurrency: number | undefined;
  order: 'blocks' | 'sequential' | undefined;
  salt?: 'none' | 'prefix' | 'suffix' | undefined;
  seed: number | undefined;
  maxRequests: number | undefined;
  maxTokensTotal: number | undefined;
  maxCost: number | undefined;
  maxMinutes: number | undefined;
  results: string;
  json: boolean;
  quiet: boolean;
  color: boolean | undefined;
}

const text = { type: 'string', requiresArg: true } as const;

/** How the models are reached. */
export function wayFlags(builder: Flags): Flags {
  const routeNames = routes.map(({ name }) => name);
  return builder
    .option('route', {
      isList: true,
      ...text,
      value: 'NAME',
      completes: routeNames,
      describe: `route to the models: ${routeNames.join(', ')}; separate several with commas`,
    })
    .option('base-url', {
      isList: true,
      ...text,
      value: 'URL',
      describe: "use this address instead of the route's own; route=URL for one of several",
    })
    .option('allow-http', { type: 'boolean', describe: 'allow sending the token over plain http' })
    .option('provider-key', {
      type: 'boolean',
      describe: 'send OLLAMA_API_KEY through the gateway instead of its stored key',
    })
    .group(['route', 'base-url', 'allow-http', 'provider-key'], 'Route to the models:');
}

export function suiteFlags(builder: Flags): Flags {
  return wayFlags(
    builder.positional('suite', {
      type: 'string',
      array: true,
      completes: 'suites',
      describe: 'YAML file of a suite',
    }),
  )
    .option('models', {
      isList: true,
      ...text,
      value: 'IDS',
      describe: 'only these ids of the suite; or other models, as custom-ollama/<model>',
    })
    .option('prompts', { isList: true, ...text, value: 'IDS', describe: 'only these prompts' })
    .option('tags', { isList: true, ...text, value: 'TAGS', describe: 'only prompts with one of these tags' })
    .option('repeat', { ...text, value: 'N', describe: 'repeats of every prompt' })
    .option('warmup', { ...text, value: 'N', describe: 'blocks to send first; recorded, never analyzed' })
    .option('concurrency', { ...text, value: 'N', describe: 'requests in flight, all models together' })
    .option('order', { choices: ['blocks', 'sequential'], value: 'NAME', describe: 'order of the requests' })
    .option('salt', {
      choices: ['none', 'prefix', 'suffix'],
      value: 'NAME',
      describe: 'defeat prompt caches with a fresh token before or after the system prompt',
    })
    .option('seed', { ...text, value: 'N', describe: 'same seed, same plan' })
    .option('max-requests', { ...text, value: 'N', describe: 'requests' })
    .option('max-tokens-total', { ...text, value: 'N', describe: 'tokens' })
    .option('max-cost', { ...text, value: 'USD', describe: 'cost' })
    .option('max-minutes', { ...text, value: 'N', describe: 'minutes' })
    .group(['models', 'prompts', 'tags'], 'Parts of the suite:')
    .group(['repeat', 'warmup', 'concurrency', 'order', 'salt', 'seed'], 'Design:')
    .group(
      ['max-requests', 'max-tokens-total', 'max-cost', 'max-minutes'],
      'Budget (the run stops when it reaches one):',
    );
}

export function readSuiteFlags(flags: RawFlags): SuiteFlags {
  const number = (name: string, bounds: Parameters<typeof numberFlag>[1]): number | undefined =>
    numberFlag(name, bounds)(flags[name]);
  return {
    suites: (flags['suite'] as string[] | undefined) ?? [],
    route: listFlag(flags['route']),
    baseUrl: listFlag(flags['base-url']) ?? [],
    allowHttp: flags['allow-http'] === true,
    providerKey: flags['provider-key'] === true,
    models: listFlag(flags['models']),
    prompts: listFlag(flags['prompts']),
    tags: listFlag(flags['tags']),
    repeat: number('repeat', { min: 1, whole: true }),
    warmup: number('warmup', { min: 0, whole: true }),
    concurrency: number('concurrency', { min: 1, whole: true }),
    order: flags['order'] as SuiteFlags['order'],
    salt: flags['salt'] as SuiteFlags['salt'],
    seed: number('seed', { min: 0, max: 2 ** 32 - 1, whole: true }),
    maxRequests: number('max-requests', { min: 1, whole: true }),
    maxTokensTotal: number('max-tokens-total', { min: 1, whole: true }),
    maxCost: number('max-cost', { min: 0 }),
    maxMinutes: number('max-minutes', { min: 0 }),
    results: flags['results'] as string,
    json: flags['json'] === true,
    quiet: flags['quiet'] === true,
    color: flags['color'] as boolean | undefined,
  };
}
