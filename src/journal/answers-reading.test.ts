import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scratchFolder } from '../base/testing/scratch.ts';
import { answerWarnings, findAnswers, readAnswerLines } from './answers.ts';
import { UserError } from '../base/user-error.ts';
import { FileState } from './file-state.ts';
import { readManifest } from './manifest.ts';
import { runFiles } from './run-folder.ts';
import { manifestOf } from './testing/manifest.ts';

const line = (id: string): string =>
  JSON.stringify({ event_id: id, answer: `answer of ${id}`, reasoning: '', tool_calls: [], chunks: [] });

/** Lines that are not answers. */
const broken = [
  '',
  'null',
  '5',
  '[]',
  '{}',
  '{"event_id":1,"answer":"a"}',
  '{"event_id":"x"',
  ...[
    '"tool_calls":[null]',
    '"tool_calls":[{"name":"x"}]',
    '"tool_calls":[{"name":1,"arguments":"{}"}]',
    '"chunks":[null]',
    '"chunks":[[1,"content"]]',
    '"chunks":[[null,"content",1]]',
    '"chunks":[{}]',
    '"chunks":"x"',
  ].map((part) => `{"event_id":"x","answer":"a",${part}}`),
  '\u0000',
  'text',
];

test('whatever lines are damaged, the others are read, and the damaged ones are counted', async () => {
  await using scratch = await scratchFolder();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.constantFrom(...broken), { nil: undefined }), { maxLength: 12 }),
      async (damages) => {
        const lines = damages.map((damage, place) => damage ?? line(`e${place}`));
        const text = lines.map((one) => `${one}\n`).join('');
        await writeFile(join(scratch.path, runFiles.answers), `${text}{"event_id":"torn`);
        const state = new FileState();
        const whole = damages.flatMap((damage, place) => (damage === undefined ? [`e${place}`] : []));
        const read = await Array.fromAsync(readAnswerLines(scratch.path, state));
        expect(read.map(({ event_id }) => event_id)).toEqual(whole);
        expect(state.damaged).toBe(damages.length - whole.length);
        expect(state.isTorn).toBe(true);
        expect([...(await findAnswers(scratch.path, new Set(whole))).keys()]).toEqual(whole);
      },
    ),
    { numRuns: 60 },
  );
});

test('damage is said with its line; of a run without the file there is nothing to find', async () => {
  await using scratch = await scratchFolder();
  expect(await findAnswers(scratch.path, new Set(['a']))).toEqual(new Map());
  await writeFile(join(scratch.path, runFiles.answers), `${line('a')}\nx\n${line('b')}\n`);
  const state = new FileState();
  await Array.fromAsync(readAnswerLines(scratch.path, state));
  expect(answerWarnings(state)).toEqual([
    expect.stringMatching(/^answers\.jsonl: 1 damaged line is left out \(line 2: .*can no longer be read\.$/),
  ]);
});

test('of an attempt with several lines the last one counts', async () => {
  await using scratch = await scratchFolder();
  const again = line('a').replace('answer of a', 'once more');
  await writeFile(join(scratch.path, runFiles.answers), `${line('a')}\n${again}\n`);
  expect((await findAnswers(scratch.path, new Set(['a']))).get('a')?.answer).toBe('once more');
});

test('what cannot be read is said with its path', async () => {
  await using scratch = await scratchFolder();
  await mkdir(join(scratch.path, runFiles.answers));
  await expect(findAnswers(scratch.path, new Set(['a']))).rejects.toThrow(
    `${join(scratch.path, runFiles.answers)} cannot be read: EISDIR`,
  );
  await mkdir(join(scratch.path, runFiles.manifest));
  await expect(readManifest(scratch.path)).rejects.toThrow(UserError);
});

test('values that are nested without end are damage, not a fault of ours', async () => {
  await using scratch = await scratchFolder();
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  await writeFile(
    join(scratch.path, runFiles.manifest),
    JSON.stringify({ ...manifestOf(), calibration: 'deep' }).replace('"deep"', deep),
  );
  await expect(readManifest(scratch.path)).rejects.toThrow(UserError);
});
