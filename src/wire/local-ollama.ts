import type { Dispatcher } from 'undici';
import { defined } from '../base/defined.ts';
import { oneLine } from '../base/text.ts';
import { isObject } from './json-words.ts';
import { getText } from './get-text.ts';
import { serverOf } from '../target/routes/local.ts';

/** A model in the memory of a local Ollama, as reported by `/api/ps`. Absent: not reported. */
export interface LoadedModel {
  model: string;
  /** Bytes in total, and bytes on a graphics card. */
  size?: number;
  size_vram?: number;
  /** Tokens. */
  context_length?: number;
  parameter_size?: string;
  quantization?: string;
  /** When it is unloaded, unless it is used before. */
  expires_at?: string;
}

/** How to reach a local Ollama apart from requests to a model. */
export interface LocalOllama {
  dispatcher: Dispatcher;
  /** Address of any of its APIs. */
  baseUrl: string;
  headers: Record<string, string>;
}

/** After this time we stop waiting for the server. */
const patienceMs = 2000;
const longestPage = 1024 * 1024;

/** Models that are in memory right now. Rejects if the server does not say. */
export async function loadedModels(ollama: LocalOllama): Promise<LoadedModel[]> {
  const page = await ask(ollama, '/api/ps');
  if (!Array.isArray(page['models'])) throw new Error('the answer has no list of models');
  return page['models'].filter(isObject).map(toLoadedModel);
}

/** The server's version. Rejects if it does not say. */
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
  const options = { dispatcher, headers, deadlineMs: patienceMs, longestBody: longestPage };
  const { status, text, isCut } = await getText(serverOf(baseUrl) + page, options);
  if (isCut) throw new Error('the answer is too long');
  if (status !== 200) throw new Error(`HTTP ${status}`);
  const answer: unknown = JSON.parse(text);
  if (!isObject(answer)) throw new Error('the answer is not an object');
  return answer;
}
