import { splitModel, type Route } from '../route.ts';

export const local: Route = {
  name: 'local',
  summary: 'a local Ollama at http://localhost:11434/v1',
  endpoint: (model, context) => ({
    baseUrl: context.baseUrl ?? 'http://localhost:11434/v1',
    wireModel: splitModel(model).name,
    headers: {},
    throughGateway: false,
  }),
};
