import {
  accountPages,
  answerTokens,
  doors,
  mostArms,
  pagesPerProvider,
  questionsPerArm,
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
        describe: 'suite file: its models, route and settings',
      }),
    )
      .option('models', {
        isList: true,
        type: 'string',
        requiresArg: true,
        value: 'IDS',
        describe: `only these: ids of the suite, or custom-ollama/<model>; without a suite ${defaultModels.join(', ')}`,
      })
      .option('try-bearer', {
        type: 'boolean',
        describe: 'ask once with the token as Authorization, which may show it to the provider',
      })
      .option('api-url', {
        type: 'string',
        requiresArg: true,
        value: 'URL',
        describe: 'another address instead of https://api.cloudflare.com',
      })
      .group(['models', 'try-bearer', 'api-url'], 'What is tried:')
      .epilogue(
        `Without --route all routes are tried whose credentials are there. Each model is asked at most ${questionsPerArm} times on ` +
          `each route, with max_tokens ${answerTokens}: never more than ${questionsPerArm * tokensPerQuestion} tokens for a model on a route, and never ` +
          `more than ${mostArms} of these. Beside that it reads up to ${pagesPerProvider} pages for each provider and route, knocks ${doors} times at ` +
          `/compat with a model that nobody has, and with CLOUDFLARE_API_TOKEN reads up to ${accountPages} pages of Cloudflare's ` +
          'API; these use no tokens. The output says what was allowed and what was used.\n\n' +
          'Exit codes: 0 nothing to mend, 2 something is marked ✗.',
      )
      .example('$0 doctor --route demo', 'simulated models, no key')
      .example('$0 doctor', 'every route whose credentials are there')
      .example('$0 doctor suites/support-triage.yaml --route compat', 'the models of a suite, by one route')
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
