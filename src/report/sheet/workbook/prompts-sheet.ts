import { list, ms, required, share, text, type AnyRow, type Column } from '../../../base/column.ts';
import { finite } from '../../../base/defined.ts';
import { oneLine } from '../../../base/text.ts';
import type { RequestRow } from '../../../journal/request-columns.ts';
import { levelText } from '../../../load/rate.ts';
import { cellKey, cellName, type Ways, waysOf } from '../../../plan/cell.ts';
import { mean, median } from '../../../stats/quantile.ts';
import type { ExportedRun } from '../sheet-format.ts';
import { type Field, plainField } from '../tables.ts';
import type { Book } from './book.ts';
import { addTableSheet } from './table-sheet.ts';

const which: readonly Column[] = [
  required(text('run_id', 'the run')),
  required(text('prompt_id', 'id of the prompt, after expansion')),
  list('tags', 'tags of suite and prompt'),
];

/** Contents of the two columns of each model. */
export const promptFields: readonly Field[] = [
  ...which,
  share('MODEL passed', 'share of checked answers of this prompt that passed'),
  ms('MODEL E2E ms', 'median E2E latency of this prompt; empty where half of the requests or more failed'),
].map(plainField);

/** Maximum length of a head. Excel allows 255 characters. */
const longestName = 200;

interface Answers {
  latencies: number[];
  passed: number[];
}

interface Prompt {
  run_id: string;
  prompt_id: string;
  tags: readonly string[] | undefined;
  answers: Map<string, Answers>;
}

/** One row per prompt and run, two columns per model: where models differ, and by how much. */
export async function addPrompts(book: Book, runs: readonly ExportedRun[]): Promise<void> {
  const names = new Map<string, RequestRow>();
  const prompts = new Map<string, Prompt>();
  for (const run of runs)
    for await (const row of run.rows()) {
      if (!row.final || row.phase !== 'measure') continue;
      const key = cellKey(row);
      if (!names.has(key)) names.set(key, row);
      count(prompts, key, row);
    }
  const ways = waysOf([...names.values()]);
  const models = [...names]
    .map(([key, row]) => ({ key, level: row.level ?? 0, ...headOf(row, ways) }))
    .sort((a, b) => (a.cell === b.cell ? a.level - b.level : a.cell < b.cell ? -1 : 1))
    .map(({ key, name }, place, all) => ({ key, name: distinct(name, place, all) }));
  await addTableSheet(book, {
    sheet: 'Prompts',
    name: 'Prompts',
    fields: [
      ...which.map(plainField),
      ...models.map(({ name }) => plainField(share(`${name} passed`, ''))),
      ...models.map(({ name }) => plainField(ms(`${name} E2E ms`, ''))),
    ],
    rows: Array.from(prompts.values(), (prompt) => rowOf(prompt, models)),
    frozen: 2,
    pages: 2,
  });
}

/** Each level of a load has columns of its own: nothing pools levels. */
function headOf(row: RequestRow, ways: Ways): { cell: string; name: string } {
  const cell = oneLine(cellName(row, ways), longestName);
  const { load, level } = row;
  return {
    cell,
    name: level === undefined ? cell : `${cell} at ${levelText(load === 'closed' ? load : 'open', level)}`,
  };
}

/** Excel refuses a table whose heads are equal apart from case. */
function distinct(name: string, place: number, all: readonly { name: string }[]): string {
  const before = all.slice(0, place).filter((one) => one.name.toLowerCase() === name.toLowerCase());
  return before.length === 0 ? name : `${name} (${before.length + 1})`;
}

function count(prompts: Map<string, Prompt>, key: string, row: RequestRow): void {
  const { run_id, prompt_id, tags } = row;
  const id = `${run_id}\n${prompt_id}`;
  const prompt = prompts.get(id) ?? { run_id, prompt_id, tags, answers: new Map<string, Answers>() };
  prompts.set(id, prompt);
  const { latencies, passed } = prompt.answers.get(key) ?? { latencies: [], passed: [] };
  prompt.answers.set(key, { latencies, passed });
  if (row.passed !== undefined) passed.push(row.passed ? 1 : 0);
  // An answer that is not a measurement, or that we may have stamped late, says nothing about the model.
  if (row.valid === false || row.lag_excluded?.includes('e2e_latency_ms')) return;
  // A failed request counts as slower than any success.
  latencies.push(row.valid ? (row.e2e_latency_ms ?? Infinity) : Infinity);
}

function rowOf(
  { run_id, prompt_id, tags, answers }: Prompt,
  models: readonly { key: string; name: string }[],
): AnyRow {
  const cells = models.flatMap(({ key, name }) => {
    const { latencies = [], passed = [] } = answers.get(key) ?? {};
    return [
      [`${name} passed`, finite(mean(passed))],
      [`${name} E2E ms`, finite(median(latencies))],
    ];
  });
  return { run_id, prompt_id, tags, ...(Object.fromEntries(cells) as AnyRow) };
}
