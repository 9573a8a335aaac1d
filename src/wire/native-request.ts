import { oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { type Asked, paramsOf } from '../plan/lengths.ts';
import type { Json, LocalSettings, Message, Params, Suite } from '../suite/suite.ts';
import { isImagePart, imagesIn } from '../suite/image.ts';
import { loaded, type LoadedImages } from './images.ts';
import { isObject } from './json-words.ts';
import type { ChatBody } from './chat-request-body.ts';

/** A parameter in Ollama's format: fields of the body, options of the model, or why it has none. */
interface Words {
  body?: Params;
  options?: Params;
  problem?: string;
}

type Translation = (value: Json) => Words;

const sampling = ['temperature', 'top_p', 'seed', 'frequency_penalty', 'presence_penalty'];
/** Parameters with the same name in Ollama, and Ollama's own. */
const own = ['tools', 'logprobs', 'top_logprobs', 'think', 'format', 'keep_alive', 'truncate', 'shift'];

/** Efforts that Ollama's OpenAI layer knows by another name. It accepts the others unchanged. */
const efforts: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['none', false],
  ['minimal', 'low'],
  ['xhigh', 'max'],
  ['ultra', 'max'],
]);

const think: Translation = (value) =>
  typeof value === 'string'
    ? { body: { think: efforts.get(value) ?? value } }
    : { problem: 'takes a word, such as low' };

const translations: Readonly<Record<string, Translation>> = {
  ...Object.fromEntries(sampling.map((name) => [name, (value) => ({ options: { [name]: value } })])),
  ...Object.fromEntries(own.map((name) => [name, (value) => ({ body: { [name]: value } })])),
  options: (value) => (isObject(value) ? { body: { options: value } } : { problem: 'takes a map' }),
  stop: (value) => ({ options: { stop: Array.isArray(value) ? value : [value] } }),
  max_tokens: (value) => ({ options: { num_predict: value } }),
  max_completion_tokens: () => ({ problem: 'is called max_tokens in gatebench' }),
  reasoning_effort: think,
  reasoning: (value) =>
    isObject(value) ? think(value['effort'] as Json) : { problem: 'takes a map with an effort' },
  response_format: formatOf,
  // Streaming is always set explicitly, and usage always comes.
  stream: () => ({}),
  stream_options: () => ({}),
};

function formatOf(value: Json): Words {
  const type = isObject(value) ? value['type'] : undefined;
  if (type === 'text') return {};
  if (type === 'json_object') return { body: { format: 'json' } };
  const schema =
    isObject(value) && isObject(value['json_schema']) ? value['json_schema']['schema'] : undefined;
  return type === 'json_schema' && isObject(schema)
    ? { body: { format: schema } }
    : { problem: 'takes json_object, or json_schema with a schema' };
}

function wordsFor(name: string, value: Json): Words {
  if (value === null) return {};
  return Object.hasOwn(translations, name)
    ? translations[name]!(value)
    : { problem: "has no counterpart; put Ollama's own options in params.options" };
}

/**
 * The request for Ollama's own `/api/chat`. OpenAI's params become options of the model, and settings in Ollama's own
 * format in the suite override those of the route.
 */
export function nativeBody(
  asked: Asked,
  model: string,
  settings: LocalSettings,
  images?: LoadedImages,
): ChatBody {
  const { prompt } = asked;
  const params: Params = paramsOf(asked);
  const words = Object.entries(params).map(([name, value]) => wordsFor(name, value));
  const { options: ownOptions, ...body } = Object.assign({}, ...words.map((word) => word.body)) as Params;
  const options: Params = {
    ...(settings.numCtx === undefined ? {} : { num_ctx: settings.numCtx }),
    ...(Object.assign({}, ...words.map((word) => word.options)) as Params),
    ...(ownOptions as Params | undefined),
  };
  return {
    ...(settings.keepAlive === undefined ? {} : { keep_alive: settings.keepAlive }),
    // Refuses a prompt that does not fit. A silently cut one is answered fast, and would be measured all the same.
    truncate: false,
    ...body,
    model,
    messages: prompt.messages.map((message, index) => ({
      ...toNative(message, prompt.messages.slice(0, index)).message,
      ...imagesOf(message, images),
    })),
    stream: params['stream'] !== false,
    ...(Object.keys(options).length > 0 ? { options } : {}),
  };
}

/** In order, apart from the text around them. */
function imagesOf(message: Message, images: LoadedImages | undefined): { images?: string[] } {
  const data = imagesIn([message]).map((image) => loaded(image, images).base64);
  return data.length > 0 ? { images: data } : {};
}

interface Translated {
  message: Message;
  problems: string[];
}

/** A message in Ollama's format. A tool's answer names the tool that an earlier message called. */
function toNative(message: Message, earlier: readonly Message[]): Translated {
  const problems: string[] = [];
  const { role } = message;
  const thinking = message['reasoning'] ?? message['reasoning_content'];
  const calls = message['tool_calls'];
  const answers = message['tool_call_id'];
  const tool = role === 'tool' ? (message['name'] ?? nameOfCall(answers, earlier)) : undefined;
  return {
    message: {
      role: role === 'developer' ? 'system' : role,
      content: textOf(message.content, problems),
      ...(thinking === undefined ? {} : { thinking }),
      ...(Array.isArray(calls) ? { tool_calls: calls.map((call) => toolCall(call, problems)) } : {}),
      ...(tool === undefined ? {} : { tool_name: tool }),
      ...(answers === undefined ? {} : { tool_call_id: answers }),
    },
    problems,
  };
}

/** Only text: images are sent separately, and only those from files. */
function textOf(content: Json, problems: string[]): string {
  if (!Array.isArray(content)) return typeof content === 'string' ? content : '';
  return content
    .map((part) => {
      if (isImagePart(part)) return '';
      const { type, text } = isObject(part) ? part : {};
      if (type === 'text' && typeof text === 'string') return text;
      const what = typeof type === 'string' ? oneLine(type, 40) : '?';
      problems.push(`parts of the type "${what}" cannot be sent, only text and images from files`);
      return '';
    })
    .join('');
}

/** OpenAI's API takes arguments as text, Ollama's as data. */
function toolCall(call: Json, problems: string[]): Json {
  const fn = isObject(call) && isObject(call['function']) ? call['function'] : {};
  const given = fn['arguments'] ?? '{}';
  try {
    const args = (typeof given === 'string' ? JSON.parse(given) : given) as Json;
    return { ...(call as Params), function: { ...fn, arguments: args } };
  } catch {
    problems.push('the arguments of a tool call are not JSON');
    return call;
  }
}

function nameOfCall(id: Json | undefined, earlier: readonly Message[]): Json | undefined {
  const calls = earlier.flatMap((message) => message['tool_calls'] ?? []);
  const call = calls.find((each) => isObject(each) && each['id'] === id);
  return isObject(call) && isObject(call['function']) ? call['function']['name'] : undefined;
}

/**
 * Before anything is sent: checks that every param and message of the suite has a form in Ollama's own API. Throws a
 * `UserError` that names each one that has none. A silently dropped one would be measured all the same.
 */
export function assertNativeWords({ models, prompts }: Pick<Suite, 'models' | 'prompts'>): void {
  const places = new Map<string, { models: string[]; prompts: string[] }>();
  const add = (kind: 'models' | 'prompts', id: string, problems: readonly string[]): void => {
    for (const problem of new Set(problems)) {
      const place = places.get(problem) ?? { models: [], prompts: [] };
      place[kind].push(id);
      places.set(problem, place);
    }
  };
  for (const { id, params } of models) add('models', id, paramProblems(params));
  for (const { id, params, messages } of prompts)
    add('prompts', id, [
      ...paramProblems(params),
      ...messages.flatMap((message) =>
        toNative(message, []).problems.map((problem) => `messages: ${problem}`),
      ),
    ]);
  if (places.size === 0) return;
  const lines = [...places].map(([problem, place]) => `  ${problem} (${whereOf(place)})`);
  throw new UserError(
    `Parts of the suite have no form in Ollama's native API (gateway.local.api: native):\n${lines.join('\n')}\n` +
      'Change it, or leave out api: native.',
  );
}

function paramProblems(params: Params): string[] {
  return Object.entries(params).flatMap(([name, value]) => {
    const { problem } = wordsFor(name, value);
    return problem === undefined ? [] : [`params.${oneLine(name, 60)} ${problem}`];
  });
}

function whereOf(place: { models: readonly string[]; prompts: readonly string[] }): string {
  return (['models', 'prompts'] as const)
    .filter((kind) => place[kind].length > 0)
    .map((kind) => {
      const [first, second, third, ...more] = place[kind];
      const named = [first, second, third].filter((id) => id !== undefined).join(', ');
      const noun = place[kind].length === 1 ? kind.slice(0, -1) : kind;
      return `${noun} ${named}${more.length > 0 ? ` and ${more.length} more` : ''}`;
    })
    .join('; ');
}
