import { answerTokens } from '../allowance.ts';
import type { Facts } from '../doctor-facts.ts';
import type { RefusalKind, Refused } from '../finding.ts';

const inGateway = ({ failure }: Refused, ...codes: string[]): boolean =>
  failure.family === 'gateway' && codes.includes(failure.code);

/** Responses that are not a good answer. */
export const answers: readonly RefusalKind[] = [
  {
    id: 'guardrails-block',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) =>
      inGateway(refused, '2016', '2017', '7013')
        ? {
            says: `guardrails refused a harmless question (${refused.failure.code})`,
            means:
              'They inspect every prompt and answer. That costs about half a second each and blocks streaming.',
            fix: 'Switch Guardrails off for the gateway you measure through.',
          }
        : undefined,
  },
  {
    id: 'dlp-block',
    mark: 'wrong',
    ofRoute: true,
    explain: (refused) =>
      inGateway(refused, '2029', '2030')
        ? {
            says: `data loss prevention refused a harmless question (${refused.failure.code})`,
            means: 'A DLP policy inspects the traffic of this gateway.',
            fix: 'Remove the policy from the gateway you measure through.',
          }
        : undefined,
  },
  {
    id: 'no-stream',
    mark: 'wrong',
    ofRoute: true,
    explain: ({ failure, route }) =>
      failure.code === 'json_instead_of_sse' && !route.cloudflare
        ? {
            says: 'the answer was one piece of JSON instead of a stream',
            means: 'The server, or a proxy in front of it, does not stream. There is no time to first token.',
            fix: 'Switch streaming on there, or connect to the server directly.',
          }
        : undefined,
  },
  {
    id: 'stream-as-json',
    mark: 'wrong',
    ofRoute: true,
    explain: ({ failure }) =>
      failure.code === 'json_instead_of_sse'
        ? {
            says: 'the answer was one piece of JSON instead of a stream',
            means: 'Guardrails do this to every stream. A proxy may, too. There is no time to first token.',
            fix: 'Switch Guardrails off for this gateway, or try --route direct to see the difference.',
          }
        : undefined,
  },
  {
    id: 'reasoning-eats-max-tokens',
    mark: 'warning',
    explain: ({ failure, facts }) =>
      failure.code === 'no_answer_within_max_tokens' || failure.code === 'reasoning_only'
        ? {
            says: `reasoning used up max_tokens (${answerTokens} here) before the answer began`,
            means: `The model reasons at length, and reasoning tokens count toward max_tokens.${limitOf(facts)}`,
            fix: 'Set max_tokens to 2000 or more in the suite, or set reasoning_effort to low or none for this model.',
          }
        : undefined,
  },
  {
    id: 'empty-answer',
    mark: 'warning',
    explain: ({ failure }) =>
      failure.status === 'empty'
        ? {
            says: 'the answer is empty',
            means: 'The provider ended it properly, but without any text.',
            fix: 'Try again. If it keeps happening, leave the model out.',
          }
        : undefined,
  },
  {
    id: 'swallowed-error',
    mark: 'warning',
    explain: ({ failure }) =>
      failure.code === 'swallowed_error'
        ? {
            says: 'the answer broke off: the provider failed without saying so',
            means: "Ollama's OpenAI-compatible layer writes an empty chunk instead of its error.",
            fix: 'Try again. Runs count such answers as failed.',
          }
        : undefined,
  },
  {
    id: 'stream-broken',
    mark: 'wrong',
    explain: ({ failure }) =>
      failure.family === 'stream' || failure.status === 'truncated'
        ? {
            says: `the answer is incomplete (${failure.code})`,
            means: `${capital(failure.message)}.`,
            fix: 'Try again. If it keeps happening, try --route direct to see which side cuts it.',
          }
        : undefined,
  },
  {
    id: 'bad-request',
    mark: 'wrong',
    explain: ({ failure, probe }) =>
      failure.family === 'provider' && probe.exchange.httpStatus === 400
        ? {
            says: 'the provider refuses the request (400)',
            means: `It says: ${failure.message}`,
            fix: 'Check the params of this model in the suite.',
          }
        : undefined,
  },
];

const limitOf = ({ suite }: Facts): string =>
  suite.answerLimit === undefined ? '' : ` The suite allows as little as ${suite.answerLimit}.`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
