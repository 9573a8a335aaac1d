import { defined } from '../base/defined.ts';
import { sameModel } from '../measure/validity.ts';
import type { LoadedModel } from './local-ollama.ts';

/** What a local server said about a model in its memory. Absent: not reported. */
export interface MemoryFacts {
  /** The model was not in memory when the request was sent, so its first token waited for the disk. */
  wasCold?: boolean;
  /** Tokens of context with which the model is loaded. */
  contextTokens?: number;
}

/** After this many unanswered questions in a row, no more are asked. */
const patience = 3;

/**
 * Asks a local Ollama what is in its memory before each request, and after one whose model was not in memory: its `/v1`
 * does not report loads, and its own API reports them only afterward. Asks outside the timed section.
 */
export class ModelMemory {
  readonly #ask: () => Promise<LoadedModel[]>;
  /** Requests in flight whose model was not in memory, by its name. Those sent meanwhile wait for the same load. */
  readonly #loading = new Map<string, number>();
  #unanswered = 0;

  constructor(ask: () => Promise<LoadedModel[]>) {
    this.#ask = ask;
  }

  /** Makes the request, and reports the memory of its model around it. Rejects like the request. */
  async around<T>(model: string, request: () => Promise<T>): Promise<{ result: T; memory: MemoryFacts }> {
    // A model that the local server passes on to the cloud is in the cloud's memory.
    if (/[:-]cloud$/i.test(model)) return { result: await request(), memory: {} };
    const before = await this.#find(model);
    const loading = this.#loading.get(model) ?? 0;
    if (before !== 'missing')
      return { result: await request(), memory: factsOf(before, before && loading > 0) };
    this.#loading.set(model, loading + 1);
    try {
      const result = await request();
      const after = await this.#find(model);
      // If a server never lists the models that it answers with, nothing is known about its memory.
      return { result, memory: factsOf(after, after === 'missing' ? undefined : after && true) };
    } finally {
      this.#loading.set(model, this.#loading.get(model)! - 1);
    }
  }

  async #find(model: string): Promise<LoadedModel | 'missing' | undefined> {
    if (this.#unanswered >= patience) return undefined;
    try {
      const loaded = await this.#ask();
      this.#unanswered = 0;
      return loaded.find((each) => sameModel(each.model, model)) ?? 'missing';
    } catch {
      this.#unanswered++;
      return undefined;
    }
  }
}

function factsOf(found: LoadedModel | 'missing' | undefined, wasCold: boolean | undefined): MemoryFacts {
  return defined({ wasCold, contextTokens: typeof found === 'object' ? found.context_length : undefined });
}
