import { neededBy, splitModel, type Route } from '../route.ts';

export const direct: Route = {
  name: 'direct',
  summary: 'https://ollama.com/v1 without the gateway, to see what the gateway costs',
  kind: 'bare',
  needs: ['OLLAMA_API_KEY'],
  choice: { rank: 3, why: 'it bypasses the gateway' },
  endpoint(model, context) {
    const { OLLAMA_API_KEY: bearer = '' } = neededBy(direct, context);
    return {
      baseUrl: context.baseUrl ?? 'https://ollama.com/v1',
      wireModel: splitModel(model).name,
      bearer,
      headers: {},
      throughGateway: false,
    };
  },
};
