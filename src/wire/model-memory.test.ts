import { expect, test } from 'vitest';
import type { LoadedModel } from './local-ollama.ts';
import { ModelMemory } from './model-memory.ts';

/** A server with the memory that the test sets. Undefined: it does not say. */
function server(...names: string[]) {
  const state = { loaded: names as string[] | undefined, asked: 0 };
  const memory = new ModelMemory(() => {
    state.asked++;
    const models = state.loaded?.map((model): LoadedModel => ({ model, context_length: 4096 }));
    return models ? Promise.resolve(models) : Promise.reject(new Error('HTTP 500'));
  });
  /** A request that has its model loaded, and the memory seen around it. */
  const ask = async (model: string) =>
    (
      await memory.around(model, () => {
        if (state.loaded && !state.loaded.includes(model)) state.loaded.push(model);
        return Promise.resolve();
      })
    ).memory;
  return { state, memory, ask };
}

test('a model that was not in memory, and then is, was loaded for this request', async () => {
  const { ask, state } = server('other');
  expect(await ask('llama')).toEqual({ wasCold: true, contextTokens: 4096 });
  expect(state.asked).toBe(2);
});

test('one that was there was not, and is asked about once', async () => {
  const { ask, state } = server('llama:latest');
  expect(await ask('llama')).toEqual({ wasCold: false, contextTokens: 4096 });
  expect(state.asked).toBe(1);
});

test('a request sent while another one has the model loaded waits for the same load, though it is listed by then', async () => {
  const { memory, state } = server();
  let finishLoad!: () => void;
  const loading = new Promise<void>((resolve) => (finishLoad = resolve));
  const first = memory.around('llama', () => loading);
  await new Promise(setImmediate);
  state.loaded = ['llama'];
  const second = memory.around('llama', () => loading);
  const other = await memory.around('qwen', () => Promise.resolve());
  finishLoad();
  expect((await first).memory.wasCold).toBe(true);
  expect((await second).memory.wasCold).toBe(true);
  expect(other.memory.wasCold).toBeUndefined();
  expect((await memory.around('llama', () => Promise.resolve())).memory.wasCold).toBe(false);
});

test('a chain of requests that each waited for the one before does not keep a model cold', async () => {
  const { memory, state } = server();
  const ends: (() => void)[] = [];
  const send = () => memory.around('llama', () => new Promise<void>((resolve) => ends.push(resolve)));
  const asked = [send()];
  await new Promise(setImmediate);
  state.loaded = ['llama'];
  asked.push(send());
  await new Promise(setImmediate);
  ends[0]!();
  await asked[0];
  asked.push(send());
  await new Promise(setImmediate);
  for (const end of ends) end();
  expect((await Promise.all(asked)).map(({ memory: { wasCold } }) => wasCold)).toEqual([true, true, false]);
});

test('a server that never lists what answers says nothing about its memory', async () => {
  const { memory } = server();
  expect((await memory.around('llama', () => Promise.resolve())).memory).toEqual({});
});

test('a model that a local server passes on to the cloud is not in its memory, and is not asked about', async () => {
  const { ask, state } = server();
  expect([await ask('glm-5.2:cloud'), await ask('gpt-oss:120b-cloud'), state.asked]).toEqual([{}, {}, 0]);
});

test('a server that does not say is unknown, and not asked for ever', async () => {
  const { ask, state } = server();
  state.loaded = undefined;
  for (let n = 0; n < 9; n++) expect(await ask('llama')).toEqual({});
  expect(state.asked).toBe(3);
});

test('a rejected request leaves no other waiting for its load', async () => {
  const { memory, ask } = server();
  await expect(memory.around('llama', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  await ask('llama');
  expect((await ask('llama')).wasCold).toBe(false);
});
