/** Models that Ollama Cloud has given up, with what it named in their place, as known in November 2026. */
export const retiredModels: ReadonlyMap<string, { on: string; now?: string }> = new Map([
  ['qwen3.5:397b', { on: '2026-09-25', now: 'glm-5.3' }],
  ['glm-5.1', { on: '2026-09-25', now: 'glm-5.2' }],
  ['deepseek-v4-flash:0731', { on: '2026-09-25', now: 'deepseek-v4.1-flash' }],
  ['minimax-m2.5', { on: '2026-07-31' }],
  ['kimi-k2.5', { on: '2026-07-31' }],
  ['deepseek-v3.1:671b', { on: '2026-07-15' }],
  ['deepseek-v3.2', { on: '2026-07-15' }],
  ['qwen3-coder:480b', { on: '2026-07-15' }],
  ['glm-4.7', { on: '2026-07-15' }],
  ['glm-5', { on: '2026-07-15' }],
  ['minimax-m2.1', { on: '2026-07-15' }],
]);
