import type { LoadedModels } from './chat-request.ts';
import type { SimModel } from './mock-models.ts';
import { listedModels } from './sim-judges.ts';
import { jsonReply, type Reply } from './reply.ts';

interface Asked {
  method: string;
  path: string;
  body: string;
}

const released = '2026-01-01T00:00:00Z';
const size = 4_700_000_000;
const details = {
  format: 'gguf',
  family: 'sim',
  families: ['sim'],
  parameter_size: '7B',
  quantization_level: 'Q4_K_M',
};
const missing = (model: string): Reply => jsonReply(404, { error: `model '${model}' not found` });

/** Ollama's pages about its models, except retired ones. Undefined for other pages. They need no key. */
export function modelPages(
  { method, path, body }: Asked,
  loaded: ReturnType<LoadedModels['list']>,
  wall: Date,
  retired: readonly string[],
): Reply | undefined {
  const models = listedModels.filter(({ name }) => !retired.includes(name));
  if (method === 'GET' && path.startsWith('/v1/models/'))
    return oneModel(decodeURIComponent(path.slice(11)), models);
  switch (`${method} ${path}`) {
    case 'GET /v1/models':
      return jsonReply(200, { object: 'list', data: models.map(({ name }) => entry(name)) });
    case 'GET /api/tags':
      return jsonReply(200, { models: models.map(({ name }) => tag(name)) });
    case 'GET /api/version':
      return jsonReply(200, { version: '0.32.1' });
    case 'GET /api/ps':
      return jsonReply(200, {
        models: loaded.map(({ model, leftMs }) => ({
          ...tag(model),
          size_vram: size,
          // "Forever" also has a date.
          expires_at: new Date(wall.getTime() + Math.min(leftMs, 3e12)).toISOString(),
        })),
      });
    case 'POST /api/show':
      return show(body, models);
    default:
      return undefined;
  }
}

const entry = (id: string): object => ({ id, object: 'model', created: 1_767_225_600, owned_by: 'library' });
const tag = (name: string): object => ({
  name,
  model: name,
  modified_at: released,
  size,
  digest: 'sim',
  details,
});

function oneModel(id: string, models: readonly SimModel[]): Reply {
  if (models.some(({ name }) => name === id)) return jsonReply(200, entry(id));
  const error = { message: `model '${id}' not found`, type: 'not_found_error', param: null, code: null };
  return jsonReply(404, { error });
}

function show(body: string, models: readonly SimModel[]): Reply {
  let asked: unknown;
  try {
    asked = (JSON.parse(body) as { model?: unknown } | null)?.model;
  } catch {
    return jsonReply(400, { error: 'cannot parse request body' });
  }
  const known = models.find(({ name }) => name === asked);
  if (!known) return missing(String(asked));
  const thinks = known.name === 'sim-thinker';
  const capabilities = ['completion', 'tools', ...(thinks ? ['thinking'] : [])];
  return jsonReply(200, {
    details,
    capabilities,
    model_info: { 'sim.context_length': 131_072 },
    modified_at: released,
  });
}
