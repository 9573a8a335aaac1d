/** Prompts that are kept for each model. */
const mostKept = 64;
const charactersPerToken = 4;

/** What a server has computed for prompts that it read, to be used again by one that begins alike. */
export class PromptCache {
  readonly #kept = new Map<string, string[]>();

  /** Reads a prompt; says how many of its tokens were found. The last one is always computed. */
  read(model: string, text: string, tokens: number): number {
    const kept = this.#kept.get(model) ?? [];
    const alike = Math.max(0, ...kept.map((other) => sharedLength(text, other)));
    if (!kept.includes(text)) this.#kept.set(model, [...kept, text].slice(-mostKept));
    const share = text.length > 0 ? alike / text.length : 0;
    return Math.max(
      0,
      Math.min(tokens - 1, Math.floor(share * tokens), Math.ceil(alike / charactersPerToken)),
    );
  }
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}
