import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../base/testing/scratch.ts';
import { manifest } from './sheet/testing/runs.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import { runFiles } from '../journal/run-folder.ts';
import { sampleRows, sampleStart } from './page/testing/sample-run.ts';
import { compareRuns } from '../analysis/compare.ts';
import { loadRun } from '../analysis/read-run.ts';
import { renderComparisonPage, renderFolderPage } from './run-page.ts';
import { findAnswers } from '../journal/answers.ts';
import { writeRun } from '../cli/testing/run-folder.ts';

/** A run's folder, also one that was killed in the middle of a line. */
async function runFolder(home: string, rows: readonly RequestRow[]): Promise<string> {
  const { suite } = manifest();
  const ids = [...new Set(rows.map(({ prompt_id }) => prompt_id))].sort();
  const prompts = ids.map((id) => ({
    id,
    tags: [],
    messages: [{ role: 'user', content: `Sort ticket ${id}.` }],
    params: {},
    checks: [],
  }));
  const folder = await writeRun(home, rows, {
    run_id: rows[0]!.run_id,
    started_at: sampleStart,
    suite: { ...suite, prompts },
  });
  const lines = rows
    .filter(({ status }) => status === 'ok')
    .map(({ event_id, model, prompt_id, repeat, attempt }) =>
      JSON.stringify({
        event_id,
        model,
        prompt_id,
        repeat,
        attempt,
        answer: `${model} says refund.\n${'very '.repeat(600)}sure`,
        reasoning: 'A refund?',
        tool_calls: [{ id: '1', name: 'label', arguments: '{"as":"refund"}' }],
        chunks: [],
      }),
    );
  await writeFile(join(folder, runFiles.answers), `${lines.join('\n')}\n{"event_id":"torn`);
  return folder;
}

test("a run's folder becomes a page, with answers on demand, the same each time", async () => {
  await using scratch = await scratchFolder();
  const folder = await runFolder(scratch.path, [...sampleRows({ prompts: 6, repeats: 1 })]);
  const page = await renderFolderPage(folder);
  expect(page.includes('kimi-k2.6 says refund.')).toBe(true);
  expect(page.includes('Sort ticket ticket-01.')).toBe(true);
  expect(page.includes('Cut here; the whole text is in answers.jsonl.')).toBe(true);
  expect((await renderFolderPage(folder)) === page).toBe(true);
});

test('without stored answers there is a page all the same', async () => {
  await using scratch = await scratchFolder();
  const folder = await runFolder(scratch.path, [...sampleRows({ prompts: 2, repeats: 1 })]);
  await rm(join(folder, runFiles.answers));
  const page = await renderFolderPage(folder);
  expect(page.includes('The customer wants a refund')).toBe(true);
});

test('a page for anybody has every figure and not a word of a question, an answer, a reason, or a server', async () => {
  await using scratch = await scratchFolder();
  const secret = 'heliotrope';
  const rows = [...sampleRows({ prompts: 6, repeats: 2 })].map((row) => ({
    ...row,
    answer_preview: secret,
    ...(row.status === 'ok'
      ? { passed: false, failed_checks: ['equals'], check_why: [`expected ${secret}`] }
      : {}),
    ...(row.status === 'ok' ? {} : { error_message: `no more ${secret} today` }),
  }));
  const folder = await runFolder(scratch.path, rows);
  const lines = rows.map(({ event_id, model, prompt_id, repeat, attempt }) =>
    JSON.stringify({
      ...{ event_id, model, prompt_id, repeat, attempt, answer: secret, reasoning: secret, chunks: [] },
      tool_calls: [{ id: '1', name: secret, arguments: secret }],
    }),
  );
  await writeFile(join(folder, runFiles.answers), `${lines.join('\n')}\n`);
  const run = JSON.parse(await readFile(join(folder, runFiles.manifest), 'utf8')) as object;
  const asked = JSON.stringify(run).replaceAll('Sort ticket', `Sort ${secret} ticket`);
  await writeFile(join(folder, runFiles.manifest), asked);
  const [open, closed] = [
    await renderFolderPage(folder),
    await renderFolderPage(folder, { answers: 'none' }),
  ];
  expect(open.split(secret).length).toBeGreaterThan(10);
  expect(
    closed
      .split(secret)
      .map((text) => text.slice(-300))
      .slice(0, -1),
  ).toEqual([]);
  expect(closed.includes('id="answers"')).toBe(false);
  expect(closed.includes('href="#answers"')).toBe(false);
  for (const section of ['ranking', 'failures', 'slowest', 'method'])
    expect(closed).toContain(`id="${section}"`);
});

test('only the wanted answers are read; a torn line is skipped', async () => {
  await using scratch = await scratchFolder();
  const rows = [...sampleRows({ prompts: 2, repeats: 1 })];
  const folder = await runFolder(scratch.path, rows);
  const { event_id: wanted } = rows.find(({ status }) => status === 'ok')!;
  const answers = await findAnswers(folder, new Set([wanted, 'torn']));
  expect([...answers.keys()]).toEqual([wanted]);
});

test('two folders become a page that compares them', async () => {
  await using scratch = await scratchFolder();
  const size = { prompts: 6, repeats: 1 };
  const before = [...sampleRows({ ...size, seed: 'before' })];
  const after = [...sampleRows({ ...size, seed: 'after' })].map((row) => ({ ...row, run_id: 'later' }));
  const one = await loadRun(await runFolder(scratch.path, before));
  const other = await loadRun(await runFolder(scratch.path, after));
  const { pairs } = compareRuns(one.collected, other.collected);
  const page = await renderComparisonPage(one, other, {
    pairs,
    explanations: [],
    warnings: ['Mind the hours.'],
  });
  expect(page.includes('what it was')).toBe(true);
  expect(page.includes('Mind the hours.')).toBe(true);
});
