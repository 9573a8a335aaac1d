import { randomUUID } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../base/testing/scratch.ts';
import { cell, planned, prompt } from '../plan/testing/planned.ts';
import { requestColumns, rowColumns, type RequestRow } from './request-columns.ts';
import { csvFile } from './csv-file.ts';
import { keyOf, readState } from './read-journal.ts';
import { judgementColumns, ratingColumns, type JudgementRow, type RatingRow } from './quality-columns.ts';
import { appendRatings, JudgementLog, readQuality } from './quality-journals.ts';
import { addNewColumns, removeDerived, reopenFailed, setTornLineAside } from './resume.ts';
import { measurement, numbered, rowsOf } from './testing/rows.ts';
import { toRow } from './to-row.ts';

const faq = planned(cell('glm'), prompt('faq'));
const refund = planned(cell('glm'), prompt('refund'));

function attempt(request: typeof faq, cells: Partial<RequestRow>): RequestRow {
  return { ...toRow(measurement({ planned: request })), ...cells };
}

/** Asked twice and answered; finally failed; begun and never ended. */
const history = [
  attempt(faq, { attempt: 1, final: false, status: 'rate_limited' }),
  attempt(refund, { attempt: 1, final: true, status: 'timeout' }),
  attempt(faq, { attempt: 2, final: true, status: 'ok' }),
  attempt(planned(cell('kimi'), prompt('faq')), { attempt: 1, final: false, status: 'error' }),
];

async function folderWith(rows: readonly RequestRow[], path: string): Promise<string> {
  await writeFile(join(path, 'requests.csv'), csvFile(requestColumns, rows));
  return path;
}

test('the key of a row is that of its request', () => {
  expect(keyOf(attempt(faq, {}))).toBe(faq.key);
});

test('the number of sends of a request is its highest attempt, in any order of the rows', async () => {
  await using scratch = await scratchFolder();
  for (const order of [
    [1, 3, 2],
    [3, 2, 1],
    [2, 1, 3],
  ]) {
    const rows = order.map((number) => attempt(faq, { attempt: number, final: number === 3 }));
    expect((await readState(await folderWith(rows, scratch.path), () => undefined)).attemptsOf(faq.key)).toBe(
      3,
    );
  }
});

test('says what is done, what failed, and how often each was asked', async () => {
  await using scratch = await scratchFolder();
  const seen: RequestRow[] = [];
  const state = await readState(await folderWith(history, scratch.path), (row) => seen.push(row));
  expect(seen).toEqual(history);
  expect([state.done, state.failed]).toEqual([2, 1]);
  expect([state.isDone(faq.key), state.isDone(refund.key), state.isDone(keyOf(history[3]!))]).toEqual([
    true,
    true,
    false,
  ]);
  expect([state.attemptsOf(faq.key), state.attemptsOf(refund.key), state.attemptsOf('unknown')]).toEqual([
    2, 1, 0,
  ]);
});

test('what failed is owed again; what was answered stays as it is', async () => {
  await using scratch = await scratchFolder();
  const folder = await folderWith(history, scratch.path);
  expect(await reopenFailed(folder)).toBe(1);
  expect(await rowsOf(join(folder, 'requests.csv'))).toEqual(
    history.map((row) => (row.prompt_id === 'refund' ? { ...row, final: false } : row)),
  );
  const before = await readFile(join(folder, 'requests.csv'), 'utf8');
  expect(await reopenFailed(folder)).toBe(0);
  expect(await readFile(join(folder, 'requests.csv'), 'utf8')).toBe(before);
});

test('wherever the last line was torn, the complete ones stay and the rest is kept next to them', async () => {
  await using scratch = await scratchFolder();
  const path = join(scratch.path, 'requests.csv');
  const rows = [numbered(1).row, numbered(2).row];
  const whole = csvFile(requestColumns, rows.slice(0, 1));
  const torn = csvFile(requestColumns, rows).slice(whole.length, -1);
  for (let length = 1; length <= torn.length; length += 7) {
    await writeFile(path, whole + torn.slice(0, length));
    expect(await setTornLineAside(scratch.path)).toBe(length);
    expect(await readFile(path, 'utf8')).toBe(whole);
    expect(await readFile(`${path}.torn`, 'utf8')).toBe(torn.slice(0, length));
  }
});

test('what is whole is not touched', async () => {
  await using scratch = await scratchFolder();
  const folder = await folderWith(history, scratch.path);
  await writeFile(join(folder, 'answers.jsonl'), '{}\n');
  expect(await setTornLineAside(folder)).toBe(0);
  expect((await readdir(folder)).toSorted()).toEqual(['answers.jsonl', 'requests.csv']);
});

test('a torn line longer than any read block, and a torn answer', async () => {
  await using scratch = await scratchFolder();
  await writeFile(join(scratch.path, 'answers.jsonl'), `{}\n${'é'.repeat(200_000)}`);
  await writeFile(join(scratch.path, 'requests.csv'), 'run_i');
  expect(await setTornLineAside(scratch.path)).toBe(400_005);
  expect(await readFile(join(scratch.path, 'answers.jsonl'), 'utf8')).toBe('{}\n');
  expect(await readFile(join(scratch.path, 'requests.csv'), 'utf8')).toBe('');
});

test('the last whole line is found in a file of many blocks', async () => {
  await using scratch = await scratchFolder();
  const whole = '{"answer":"é"}\n'.repeat(20_000);
  await writeFile(join(scratch.path, 'answers.jsonl'), `${whole}{"ans`);
  expect(await setTornLineAside(scratch.path)).toBe(5);
  expect(await readFile(join(scratch.path, 'answers.jsonl'), 'utf8')).toBe(whole);
});

test('an empty folder has nothing to repair', async () => {
  await using scratch = await scratchFolder();
  expect(await setTornLineAside(scratch.path)).toBe(0);
});

test('what was made of the rows goes, and what a kill left half written; all else stays', async () => {
  await using scratch = await scratchFolder();
  const kept = ['answers.jsonl', 'notes.tmp', 'requests.csv', 'requests.csv.torn', 'run.json'];
  const draft = `run.json.${randomUUID()}.tmp`;
  for (const name of [...kept, 'models.csv', 'pairs.csv', 'reconciled.csv', 'report.html', draft])
    await writeFile(join(scratch.path, name), '');
  await removeDerived(scratch.path);
  expect((await readdir(scratch.path)).toSorted()).toEqual(kept);
});

test('the journal of an older version gets the columns that it lacks, and loses nothing', async () => {
  await using scratch = await scratchFolder();
  const path = join(scratch.path, 'requests.csv');
  const older = rowColumns.filter(({ name }) => history.some((row) => row[name] !== undefined));
  await writeFile(path, csvFile(older, history));
  expect(await addNewColumns(scratch.path)).toBe(true);
  expect(await readFile(path, 'utf8')).toBe(csvFile(requestColumns, history));
  expect(await addNewColumns(scratch.path)).toBe(false);
});

test.each([
  ['judgements.csv', judgementColumns],
  ['ratings.csv', ratingColumns],
] as const)('%s of an older version reads on, and takes rows of today', async (file, columns) => {
  await using scratch = await scratchFolder();
  const at = '2026-11-22T04:00:00.000Z';
  const rows = ['one', 'two'].map((id) => ({
    ...{ run_id: 'r', event_id: id, judgement_id: id, model: 'a', prompt_id: 'p', repeat: 1, criterion: 'c' },
    ...{ criterion_hash: 'h', rater: 'anna', sample: 'random', judge: 'j', readable: true, sheet: 's' },
    ...{ judged_at: at, rated_at: at, answer_route: 'demo', route: 'demo', judge_model_id: 'j', protocol: 1 },
    ...{ attempt: 1, final: true, status: 'ok' },
    ...{ variant: id === 'two' ? 'short' : undefined },
  }));
  const older = columns.filter(({ name }) => name !== 'variant');
  await writeFile(join(scratch.path, file), csvFile(older, rows.slice(0, 1)));
  const of = async (): Promise<(string | undefined)[][]> => {
    const { judgements, ratings, warnings } = await readQuality(scratch.path);
    expect(warnings).toEqual([]);
    return [...judgements, ...ratings].map(({ event_id, variant }) => [event_id, variant]);
  };
  expect(await of()).toEqual([['one', undefined]]);
  if (file === 'ratings.csv') await appendRatings(scratch.path, [rows[1] as unknown as RatingRow]);
  else {
    const log = await JudgementLog.open(scratch.path, (text) => text);
    await log.append(rows[1] as unknown as JudgementRow, { judgement_id: 'two', answer: '', reasoning: '' });
    await log.close();
  }
  expect(await of()).toEqual([
    ['one', undefined],
    ['two', 'short'],
  ]);
});

test('that of a version to come is left alone', async () => {
  await using scratch = await scratchFolder();
  const path = join(scratch.path, 'requests.csv');
  const later = csvFile(
    [...requestColumns, { name: 'warmth', kind: 'text', unit: '', meaning: '' }],
    history,
  );
  await writeFile(path, later);
  await expect(addNewColumns(scratch.path)).rejects.toThrow(
    /does not know \(warmth\): continue with the version/,
  );
  expect(await readFile(path, 'utf8')).toBe(later);
});

test.each(['', 'run_id,sui'])('a journal that begins "%s" has no columns yet', async (text) => {
  await using scratch = await scratchFolder();
  expect(await addNewColumns(scratch.path)).toBe(false);
  await writeFile(join(scratch.path, 'requests.csv'), text);
  expect(await addNewColumns(scratch.path)).toBe(false);
});
