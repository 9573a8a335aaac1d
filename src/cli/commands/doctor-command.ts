import {
  accountPages,
  answerTokens,
  doors,
  mostCells,
  pagesPerProvider,
  questionsPerCell,
  tokensPerQuestion,
} from '../../diagnose/doctor/allowance.ts';
import { defineCommand, flagTable } from '../command.ts';
import { defaultModels } from '../doctor/doctor-suite.ts';
import { grouped, type Parsed } from '../flags.ts';
import { parseArguments } from '../parse-arguments.ts';
import { wayFlags } from './suite-flags.ts';

const flags = flagTable({
  suite: {
    type: 'path',
    argument: true,
    completes: 'suites',
    describe: 'suite file, for its models, route, and settings',
  },
  ...wayFlags,
  ...grouped('What to try:', {
    models: {
      type: 'list',
      value: 'IDS',
      describe: `only these: ids from the suite, or custom-ollama/<model>; default without a suite: ${defaultModels.join(', ')}`,
    },
    judge: {
      type: 'list',
      value: 'IDS',
      describe: 'instead of the models, test these judges of the suite on clear cases',
    },
    tryBearer: {
      type: 'switch',
      describe: 'also try the token as Authorization, once; the provider may see it',
    },
    apiUrl: {
      type: 'text',
      value: 'URL',
      describe: 'use this address instead of https://api.cloudflare.com',
    },
  }),
});

export type DoctorFlags = Parsed<typeof flags>;

/** As without any flag: every route whose credentials are set. */
export const doctorDefaults = (): DoctorFlags => parseArguments([], flags, 'doctor', '.');

export const doctor = defineCommand({
  flags,
  examples: [
    ['gatebench doctor --route demo', 'simulated models, no key'],
    ['gatebench doctor', 'every route whose credentials are set'],
    ['gatebench doctor suites/support-triage.yaml --route compat', 'the models of a suite, on one route'],
    ['gatebench doctor --models custom-ollama/glm-5.2 --json', 'for a script'],
    ['gatebench doctor my.yaml --judge gemma', 'whether a judge can be trusted with clear cases'],
  ],
  epilogue:
    'Without --route, doctor tries every route whose credentials are set. It sends each model at most ' +
    `${questionsPerCell} requests on each route, with max_tokens ${answerTokens}. That is at most ${questionsPerCell * tokensPerQuestion} tokens for a model on a ` +
    `route, and at most ${mostCells} of these. It also reads up to ${pagesPerProvider} pages for each provider and route, asks /compat ` +
    `${doors} times for a model that does not exist, and reads up to ${accountPages} pages of Cloudflare's API if ` +
    'CLOUDFLARE_API_TOKEN is set. None of these use tokens. The output says what was allowed and what was used.\n\n' +
    'Exit codes: 0 nothing to fix, 2 something is marked ✗.',
  async run(parsed, io) {
    if (parsed.judge !== undefined)
      return (await import('../doctor/examine-judges.ts')).examineJudges(parsed, io);
    return (await import('../doctor/execute-doctor.ts')).executeDoctor(parsed, io);
  },
});
