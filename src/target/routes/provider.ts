import { requireVariables } from '../environment.ts';
import { gatewayCredentials, splitModel, type Route } from '../route.ts';

export const provider: Route = {
  name: 'provider',
  summary: "AI Gateway, the custom provider's own endpoint: the documented way",
  endpoint(model, context) {
    const { provider: segment, name } = splitModel(model);
    const names = [
      'CF_AIG_TOKEN',
      ...(context.baseUrl ? [] : (['CF_ACCOUNT_ID', 'CF_GATEWAY_ID'] as const)),
    ] as const;
    const found = requireVariables(context.environment, names, 'The route "provider"');
    const gateway = `https://gateway.ai.cloudflare.com/v1/${found.CF_ACCOUNT_ID}/${found.CF_GATEWAY_ID}`;
    return {
      baseUrl: context.baseUrl ?? `${gateway}/${segment}/v1`,
      wireModel: name,
      throughGateway: true,
      ...gatewayCredentials(found.CF_AIG_TOKEN, context.settings.auth, context),
    };
  },
};
