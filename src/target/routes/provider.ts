import { gatewayRoute, splitModel } from '../route.ts';

export const provider = gatewayRoute(
  {
    name: 'provider',
    summary: "AI Gateway, the custom provider's own endpoint: the documented way",
    choice: { rank: 1, why: 'it is the documented route through the gateway' },
  },
  (model) => {
    const { provider: segment, name } = splitModel(model);
    return { path: `${segment}/v1`, wireModel: name };
  },
);
