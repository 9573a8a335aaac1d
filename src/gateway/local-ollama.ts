import type { Dispatcher } from 'undici';
import { defined } from '../base/defined.ts';
import { oneLine } from '../base/text.ts';
import { isObject } from './completion.ts';
import { serverOf } from './routes/local.ts';

/** A model in the memory of a local Ollama, as `/api/ps` tells it. What it does not tell is absent. */
export interface LoadedModel {
  model: string;
  /** Bytes in all, and those of them on a graphics card. */
  size?: number;
  size_vram?: number;
  /** Tokens. */
  context_length?: number;
  parameter_size?: string;
  quantization?: string;
  /** When it goes, unless it is asked before. */
  expires_at?: string;
}

/** How a local Ollama is reached for what is no request to a model. */
export interface LocalOllama {
  dispatcher: Dispatcher;
  /** Of any of its APIs. */
  baseUrl: string;
  headers: Record<string, string>;
}

/** A server that does not answer this is not waited for. */
const patienceMs = 2000;
const longestPage = 1024 * 1024;

/** Models in memory right now. Rejects when the server does not say. */
export async function loadedModels(ollama: LocalOllama): Promise<LoadedModel[]> {
  const page = await ask(ollama, '/api/ps');
  if (!Array.isArray(page['models'])) throw new Error('the answer has no list of models');
  return page['models'].filter(isObject).map(toLoadedModel);
}

/** The server's version. Rejects when it does not say. */
export async function ollamaVersion(ollama: LocalOllama): Promise<string> {
  const { version } = await ask(ollama, '/api/version');
  if (typeof version !== 'string') throw new Error('the answer has no version');
  return oneLine(version, 80);
}

function toLoadedModel(entry: Record<string, unknown>): LoadedModel {
  const details = isObject(entry['details']) ? entry['details'] : {};
  return {
    model: word(entry['model']) ?? word(entry['name']) ?? '?',
    ...defined({
      size: whole(entry['size']),
      size_vram: whole(entry['size_vram']),
      context_length: whole(entry['context_length']),
      parameter_size: word(details['parameter_size']),
      quantization: word(details['quantization_level']),
      expires_at: word(entry['expires_at']),
    }),
  };
}

const word = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? oneLine(value, 200) : undefined;

const whole = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

async function ask(
  { dispatcher, baseUrl, headers }: LocalOllama,
  page: string,
): Promise<Record<string, unknown>> {
  const { origin, pathname: path } = new URL(serverOf(baseUrl) + page);
  const signal = AbortSignal.timeout(patienceMs);
  const { statusCode, body } = await dispatcher.request({ origin, path, method: 'GET', headers, signal });
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > longestPage) throw new Error('the answer is too long');
    parts.push(part);
  }
  if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`);
  const answer: unknown = JSON.parse(Buffer.concat(parts).toString());
  if (!isObject(answer)) throw new Error('the answer is not an object');
  return answer;
}
