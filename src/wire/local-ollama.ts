import type { Dispatcher } from 'undici';
import { defined } from '../base/defined.ts';
import { oneLine } from '../base/text.ts';
import { isObject } from './json-words.ts';
import { getText } from './get-text.ts';
import { serverOf } from '../target/routes/local.ts';

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
  const options = { dispatcher, headers, deadlineMs: patienceMs, longestBody: longestPage };
  const { status, text, isCut } = await getText(serverOf(baseUrl) + page, options);
  if (isCut) throw new Error('the answer is too long');
  if (status !== 200) throw new Error(`HTTP ${status}`);
  const answer: unknown = JSON.parse(text);
  if (!isObject(answer)) throw new Error('the answer is not an object');
  return answer;
}
