import { gatewayRoute, splitModel } from '../route.ts';

export const compat = gatewayRoute(
  {
    name: 'compat',
    summary:
      'AI Gateway, unified endpoint: model custom-ollama/<model> (deprecated by Cloudflare, still works)',
    choice: { rank: 2, why: 'Cloudflare calls it deprecated, but it works' },
    isUnified: true,
  },
  (model) => {
    splitModel(model);
    return { path: 'compat', wireModel: model };
  },
);
