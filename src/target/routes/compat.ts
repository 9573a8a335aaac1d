import { requireVariables } from '../environment.ts';
import { gatewayCredentials, splitModel, type Route } from '../route.ts';

export const compat: Route = {
  name: 'compat',
  summary:
    'AI Gateway, unified endpoint: model custom-ollama/<model> (deprecated by Cloudflare, still works)',
  endpoint(model, context) {
    splitModel(model);
    const names = [
      'CF_AIG_TOKEN',
      ...(context.baseUrl ? [] : (['CF_ACCOUNT_ID', 'CF_GATEWAY_ID'] as const)),
    ] as const;
    const found = requireVariables(context.environment, names, 'The route "compat"');
    const gateway = `https://gateway.ai.cloudflare.com/v1/${found.CF_ACCOUNT_ID}/${found.CF_GATEWAY_ID}`;
    return {
      baseUrl: context.baseUrl ?? `${gateway}/compat`,
      wireModel: model,
      throughGateway: true,
      ...gatewayCredentials(found.CF_AIG_TOKEN, context.settings.auth, context),
    };
  },
};
