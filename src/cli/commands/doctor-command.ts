import {
  accountPages,
  answerTokens,
  doors,
  mostCells,
  pagesPerProvider,
  questionsPerCell,
  tokensPerQuestion,
} from '../../diagnose/doctor/allowance.ts';
import type { Command } from '../command.ts';
import { defaultModels } from '../doctor/doctor-suite.ts';
import { listFlag } from '../number-flags.ts';
import { wayFlags } from './suite-flags.ts';

export const doctor: Command = {
  flags: (builder) =>
    wayFlags(
      builder.positional('suite', {
        type: 'string',
        completes: 'suites',
        describe: 'suite file, for its models, route, and settings',
      }),
    )
      .option('models', {
        isList: true,
        type: 'string',
        requiresArg: true,
        value: 'IDS',
        describe: `only these: ids from the suite, or custom-ollama/<model>; default without a suite: ${defaultModels.join(', ')}`,
      })
      .option('try-bearer', {
        type: 'boolean',
        describe: 'also try the token as Authorization, once; the provider may see it',
      })
      .option('api-url', {
        type: 'string',
        requiresArg: true,
        value: 'URL',
        describe: 'use this address instead of https://api.cloudflare.com',
      })
      .group(['models', 'try-bearer', 'api-url'], 'What to try:')
      .epilogue(
        'Without --route, doctor tries every route whose credentials are set. It sends each model at most ' +
          `${questionsPerCell} requests on each route, with max_tokens ${answerTokens}. That is at most ${questionsPerCell * tokensPerQuestion} tokens for a model on a ` +
          `route, and at most ${mostCells} of these. It also reads up to ${pagesPerProvider} pages for each provider and route, asks /compat ` +
          `${doors} times for a model that does not exist, and reads up to ${accountPages} pages of Cloudflare's API if ` +
          'CLOUDFLARE_API_TOKEN is set. None of these use tokens. The output says what was allowed and what was used.\n\n' +
          'Exit codes: 0 nothing to fix, 2 something is marked ✗.',
      )
      .example('$0 doctor --route demo', 'simulated models, no key')
      .example('$0 doctor', 'every route whose credentials are set')
      .example('$0 doctor suites/support-triage.yaml --route compat', 'the models of a suite, on one route')
      .example('$0 doctor --models custom-ollama/glm-5.2 --json', 'for a script'),
  async run(flags) {
    const suite = flags['suite'] as string | undefined;
    const { executeDoctor } = await import('../doctor/execute-doctor.ts');
    return executeDoctor({
      suite,
      route: listFlag(flags['route']),
      baseUrl: listFlag(flags['base-url']) ?? [],
      allowHttp: flags['allow-http'] === true,
      providerKey: flags['provider-key'] === true,
      models: listFlag(flags['models']),
      tryBearer: flags['try-bearer'] === true,
      apiUrl: flags['api-url'] as string | undefined,
      json: flags['json'] === true,
      quiet: flags['quiet'] === true,
      color: flags['color'] as boolean | undefined,
    });
  },
};
