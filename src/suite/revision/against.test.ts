import { expect, test } from 'vitest';
import { askHash, suiteHash } from '../hash.ts';
import type { Suite } from '../suite.ts';
import { load, minimal } from '../testing/temp-suite.ts';
import { against, changeOf, describeAgainst } from './against.ts';

const base = `
defaults: { system: Be brief., params: { temperature: 0 } }
prompts:
  - { id: a, prompt: A?, checks: [{ type: contains, value: x }] }
  - { id: b, prompt: B? }
  - { id: c, prompt: 'Say {{w}}', matrix: { w: [one, two] } }
`;

const read = (rest: string): Promise<Suite> => load(minimal(rest));

/** Today's suite compared with the one above. */
async function held(rest: string, then = base): Promise<Suite | undefined> {
  const at = { suite: await read(then), commit: '0123456789'.repeat(4), path: 's.yaml' };
  return against(await read(rest), at, 'main');
}

const idsOf = (suite: Suite | undefined): string[] | undefined => suite?.prompts.map(({ id }) => id);
const withModels = (text: string): string =>
  minimal(base).replace('models: [custom-ollama/one]', `models: ${text}`);

test.each([
  ['nothing', base, undefined],
  ['what no model and no check sees', base.replace('id: b,', 'id: b, tags: [x],'), undefined],
  ['limits, order and repeats', `${base}run: { repeat: 7, timeouts: { total_ms: 9000 } }\n`, undefined],
  ['the order of the prompts', base.replace(/( {2}- \{ id: a.*\n)( {2}- \{ id: b.*\n)/, '$2$1'), undefined],
  ['one prompt', base.replace('B?', 'B now?'), ['b']],
  ['the checks of one', base.replace('value: x', 'value: y'), ['a']],
  ['what is done to an answer before its checks', base.replace('id: b,', 'id: b, answer: [trim],'), ['b']],
  ['the system text', base.replace('brief', 'long'), ['a', 'b', 'c[one]', 'c[two]']],
  ['the default params', base.replace('temperature: 0', 'temperature: 1'), ['a', 'b', 'c[one]', 'c[two]']],
  ['tools of one', base.replace('id: b,', 'id: b, params: { tools: [] },'), ['b']],
  ['one value of a matrix', base.replace('two]', 'three]'), undefined],
  ['a value of a matrix, and a prompt', base.replace('two]', 'three]').replace('A?', 'A!'), ['a']],
])('%s: only prompts that differ, and that both have, are left', async (_, now, left) => {
  expect(idsOf(await held(now))).toEqual(left);
});

test('what is new and what was removed is counted, and not asked', async () => {
  const suite = (await held(base.replace('two]', 'three]').replace('A?', 'A!')))!;
  expect(suite.against).toEqual({
    ...{ ref: 'main', commit: '0123456789'.repeat(4), path: 's.yaml' },
    ...{ unchanged: 2, added: ['c[three]'], removed: ['c[two]'] },
  });
  expect(describeAgainst(suite)).toEqual([
    'Against main (0123456): 1 prompt asks differently.',
    'Not asked: 2 unchanged prompts, 1 new prompt, 1 removed prompt.',
  ]);
});

test('each prompt keeps what it was: messages, params, checks', async () => {
  const suite = (await held(base.replace('A?', 'A!').replace('value: x', 'value: y').replace('0 }', '1 }')))!;
  const [a] = suite.prompts;
  expect(a).toMatchObject({
    messages: [{}, { content: 'A!' }],
    params: { temperature: 1 },
    checks: [{ value: 'y' }],
    before: { messages: [{}, { content: 'A?' }], params: { temperature: 0 }, checks: [{ value: 'x' }] },
  });
  expect(suite.prompts.map(changeOf)).toEqual([
    { asks: true, checks: true },
    ...Array.from({ length: 3 }, () => ({ asks: true, checks: false })),
  ]);
});

test('a model with other params, or another name, is asked everything, and alone', async () => {
  const then = withModels('[{ id: x, model: custom-ollama/x }, custom-ollama/y]');
  const now = withModels('[{ id: x, model: custom-ollama/x, params: { seed: 1 } }, custom-ollama/y]');
  const at = { suite: await load(then), commit: 'c', path: 's.yaml' };
  const suite = against(await load(now), at, 'main')!;
  expect(suite.models.map(({ id, before }) => [id, before])).toEqual([
    ['x', { model: 'custom-ollama/x', params: {} }],
  ]);
  expect(idsOf(suite)).toEqual(['a', 'b', 'c[one]', 'c[two]']);
  // With a changed prompt as well, the other model can also be compared.
  const both = against(await load(now.replace('B?', 'B!')), at, 'main')!;
  expect(both.models.map(({ id }) => id)).toEqual(['x', 'y']);
  expect(both.prompts.filter(({ before }) => before).map(({ id }) => id)).toEqual(['b']);
});

test('a model that the revision does not know is asked as it is today', async () => {
  const now = withModels('[custom-ollama/one, custom-ollama/new]').replace('B?', 'B!');
  const suite = against(await load(now), { suite: await read(base), commit: 'c', path: 's' }, 'main')!;
  expect(suite.models.map(({ id, before }) => [id, before])).toEqual([
    ['one', undefined],
    ['new', undefined],
  ]);
});

test('variants are compared where both suites have them, and alone where nothing else has changed', async () => {
  const then = `${base}variants: [{ id: plain }, { id: warm, params: { temperature: 1 } }, { id: old, system: Old. }]\n`;
  const now = then
    .replace('temperature: 1', 'temperature: 2')
    .replace('old, system: Old.', 'new, system: New.');
  const suite = (await held(now, then))!;
  expect(suite.variants).toEqual([
    { id: 'warm', params: { temperature: 2 }, before: { params: { temperature: 1 } } },
  ]);
  expect(suite.prompts.every(({ before, variants }) => before === undefined && variants === undefined)).toBe(
    true,
  );
  expect(await held(then)).toBeUndefined();
});

test('both hashes know what a prompt was before', async () => {
  const one = (await held(base.replace('A?', 'A!')))!;
  const other = (await held(base.replace('A?', 'A!'), base.replace('A?', 'A then?')))!;
  const own = await read(base.replace('A?', 'A!'));
  for (const hash of [askHash, suiteHash])
    expect(new Set([hash(one), hash(other), hash({ ...own, prompts: [own.prompts[0]!] })]).size).toBe(3);
});
