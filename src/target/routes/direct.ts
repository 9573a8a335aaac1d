import { requireVariables } from '../environment.ts';
import { splitModel, type Route } from '../route.ts';

export const direct: Route = {
  name: 'direct',
  summary: 'https://ollama.com/v1 without the gateway, to see what the gateway costs',
  endpoint(model, context) {
    const { OLLAMA_API_KEY } = requireVariables(
      context.environment,
      ['OLLAMA_API_KEY'],
      'The route "direct"',
    );
    return {
      baseUrl: context.baseUrl ?? 'https://ollama.com/v1',
      wireModel: splitModel(model).name,
      bearer: OLLAMA_API_KEY,
      headers: {},
      throughGateway: false,
    };
  },
};
