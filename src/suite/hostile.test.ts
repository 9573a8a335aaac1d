import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSuiteText } from './load.ts';
import { complete, filesBeside, outcome, suiteProperties } from './testing/hostile.ts';
import { minimal, tempFolder } from './testing/temp-suite.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;

beforeAll(async () => {
  folder = await tempFolder(filesBeside);
});

afterAll(() => folder[Symbol.asyncDispose]());

test('what the other tests break is whole', async () => {
  expect(await outcome(complete, folder.path)).toMatchObject({ name: 'small' });
});

describe('any input gives a suite, or faults with places', () => {
  for (const { name, assert } of suiteProperties(() => folder.path)) test(name, assert);
});

describe('nothing grows without bound', () => {
  const entry = (rest: string): string => minimal(`prompts: [{ id: a, ${rest} }]`);

  test.each<[string, string, RegExp]>([
    [
      'a matrix of billions',
      entry(`prompt: x, matrix: { ${axes(9)} }`),
      /stands for 1,000,000,000 prompts; a suite may have 100,000/,
    ],
    [
      'a variable that is everywhere',
      entry(`prompt: '${'{{x}}'.repeat(1000)}', vars: { x: ${'y'.repeat(30_000)} }`),
      /text grows to more than 20 million characters/,
    ],
    [
      'a long system message for many',
      minimal(
        `defaults: { system: ${'y'.repeat(100_000)} }\nprompts: [{ id: a, prompt: x, matrix: { ${axes(4)} } }]`,
      ),
      /here the suite grows beyond 200 MB/,
    ],
    [
      'a text of more than 5 MB',
      `${minimal()}#${'x'.repeat(5_000_000)}`,
      /^suite\.yaml: is larger than 5 MB$/,
    ],
  ])('%s', async (_, text, message) => {
    await expect(loadSuiteText(text, folder.path)).rejects.toThrow(message);
  });

  test('a hundred thousand prompts are allowed', async () => {
    const { prompts } = await loadSuiteText(entry(`prompt: x, matrix: { ${axes(5)} }`), folder.path);
    expect(prompts).toHaveLength(100_000);
  });

  function axes(count: number): string {
    return Array.from({ length: count }, (_, n) => `v${n}: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]`).join(', ');
  }
});

test('nothing of a suite reaches the prototypes of objects', async () => {
  await outcome('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}', folder.path);
  await outcome(
    minimal('prompts: [{ id: a, prompt: x, params: { constructor: { prototype: { polluted: 1 } } } }]'),
    folder.path,
  );
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
