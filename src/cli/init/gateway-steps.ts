import { type Environment, type Variable, variables } from '../../target/environment.ts';
import { routes } from '../../target/routes.ts';

/** Letters, digits and other characters that such names may have. Anything else is not put into a link or a command. */
const plain = /^[\w.-]+$/;

/** Variables that a gateway route needs, in the order in which they are created. */
export const gatewayVariables: readonly Variable[] = (Object.keys(variables) as Variable[]).filter((name) =>
  routes.some(
    ({ kind, needs, addressNeeds = [] }) => kind === 'gateway' && [...needs, ...addressNeeds].includes(name),
  ),
);

/** How to set up gateway, token, custom provider and key, with the account's own values. Tokens are never shown. */
export function gatewaySteps(environment: Environment): string {
  const value = (name: Variable): string | undefined => {
    const text = environment[name];
    return text !== undefined && plain.test(text) ? text : undefined;
  };
  const account = value('CF_ACCOUNT_ID');
  const gateway = value('CF_GATEWAY_ID') ?? 'gatebench';
  const alias = value('CF_AIG_BYOK_ALIAS');
  const dashboard =
    account === undefined
      ? 'https://dash.cloudflare.com/?to=/:account/ai/ai-gateway'
      : `https://dash.cloudflare.com/${account}/ai/ai-gateway`;
  const state = (name: Variable): string => (environment[name] === undefined ? '– not set' : '✓ set');
  return `Your own gateway in five steps. Values come from the environment and .env;
tokens are never shown.

1. Gateway "${gateway}"
   ${dashboard}
   Create a gateway of this name. In its settings switch "Authenticated
   Gateway" on, and leave caching, rate limiting, retries and Guardrails off.

2. Token
   In the gateway's own settings create an authentication token with the
   permission "AI Gateway Run". A token of another kind is refused (401/2009).

3. Custom provider
   On the same page, under Custom Providers:
     name      Ollama
     slug      ollama                the models are then custom-ollama/<model>
     base URL  https://ollama.com    without /v1 and without /api
     enabled   yes                   new ones start disabled
   Or by the API, with a token in CLOUDFLARE_API_TOKEN that may edit AI Gateway:
     curl https://api.cloudflare.com/client/v4/accounts/${account ?? '$CF_ACCOUNT_ID'}/ai-gateway/custom-providers \\
       -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN" -H 'Content-Type: application/json' \\
       -d '{"name":"Ollama","slug":"ollama","base_url":"https://ollama.com","enable":true}'

4. Provider key
   Make one at https://ollama.com/settings/keys and store it with the gateway
   (Provider Keys) for custom-ollama, under the alias "${alias ?? 'default'}".

5. Variables, in a .env file in this folder (see .env.example)
     CF_ACCOUNT_ID=${(account ?? '…').padEnd(34)} ${state('CF_ACCOUNT_ID')}
     CF_GATEWAY_ID=${gateway.padEnd(34)} ${state('CF_GATEWAY_ID')}
     CF_AIG_TOKEN=${'…'.padEnd(35)} ${state('CF_AIG_TOKEN')}
   Optional: OLLAMA_API_KEY, to compare with the direct route, and
   CLOUDFLARE_API_TOKEN (AI Gateway Read), to read settings and the log.
`;
}
