import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unzip, zip } from '../../base/zip.ts';
import { readQuality } from '../../journal/quality-journals.ts';
import { readSheet, type SheetRow } from '../../journal/read-sheet.ts';
import { gatebench, onlyRun, scratch, type Finished, type Scratch } from '../testing/gatebench.ts';

const suite = `version: 1
name: small
models: [custom-ollama/sim-echo, { id: other, model: custom-ollama/sim-echo }, { id: third, model: custom-ollama/sim-exact }]
defaults: { criteria: [correct, better] }
prompts:
${Array.from({ length: 6 }, (_, n) => `  - { id: p${n}, prompt: '=SUM(${n}) "quoted", a line\n\n      and another' }`).join('\n')}
quality:
  criteria:
    - { id: correct, ask: Is it right?, verdicts: { bad: 0, fair: 0.5, good: 1 } }
    - { id: better, prefer: Which is better? }
run: { repeat: 2, warmup: 0, concurrency: 9 }
`;

let home: Scratch;
let run: string;
beforeAll(async () => {
  home = await scratch();
  await writeFile(join(home.path, 'suite.yaml'), suite);
  const { code, stderr } = await gatebench(['run', 'suite.yaml', '--route', 'demo', '--quiet'], home.path);
  expect(code, stderr).toBe(0);
  run = await onlyRun(home.path);
});
afterAll(() => home[Symbol.asyncDispose]());

const rate = (...args: string[]): Promise<Finished> => gatebench(['rate', ...args], home.path);
const at = (name: string): string => join(home.path, name);

/** A sheet with a verdict for every item, as a person may give it, saved as by a spreadsheet. */
async function filled(
  from: string,
  to: string,
  change: (row: SheetRow, place: number) => Record<string, string>,
): Promise<void> {
  const rows = (await readSheet(at(from))).map((row, place) => ({
    ...Object.fromEntries(row.cells),
    ...change(row, place),
  }));
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  await writeFile(
    at(to),
    `\ufeff${stringify(rows, { header: true, columns, delimiter: ';', record_delimiter: '\r\n' })}`,
  );
}

const verdictOf = ({ cells }: SheetRow): Record<string, string> => ({
  verdict: cells.get('criterion') === 'better' ? 'LEFT' : 'fair',
  comment: '=1+1',
});

test('a sheet names no model, asks all about the same prompts, and a fifth goes to a second rater', async () => {
  const { code, stderr } = await rate('export', 'latest', '--per-model', '5', '-o', 'sheet.csv');
  expect(code, stderr).toBe(0);
  expect(stderr).toContain(
    'Written: sheet.csv, 30 verdicts to give\nWritten: sheet-second.csv, 6 verdicts to give\n',
  );
  expect(await readFile(at('sheet.csv'), 'utf8')).not.toMatch(/sim-|echo|third/);
  const rows = await readSheet(at('sheet.csv'));
  const about = Map.groupBy(rows, ({ cells }) => `${cells.get('criterion')} ${cells.get('conversation')}`);
  expect([...about.values()].map(({ length }) => length)).toEqual(Array.from({ length: 10 }, () => 3));
  const second = await readSheet(at('sheet-second.csv'));
  const ids = new Set(rows.map(({ cells }) => cells.get('item')));
  expect(second.every(({ cells }) => ids.has(cells.get('item')))).toBe(true);
  // The same command gives the same sheet at any time.
  const before = await readFile(at('sheet.csv'));
  await rate('export', 'latest', '--per-model', '5', '-o', 'sheet.csv');
  expect(await readFile(at('sheet.csv'))).toEqual(before);
});

test('verdicts come back from a spreadsheet, once, and further ones are added to the existing ones', async () => {
  await rate('export', 'latest', '--per-model', '2', '--overlap', '0', '-o', 'two.csv');
  await filled('two.csv', 'done.csv', verdictOf);
  expect((await rate('import', 'latest', 'done.csv', '--rater', 'anna')).stdout).toContain(
    '12 verdicts of anna imported.\n',
  );
  expect((await rate('import', 'latest', 'done.csv', '--rater', 'anna')).stdout).toContain(
    '0 verdicts of anna imported, 12 there already.\n',
  );
  const { ratings } = await readQuality(run);
  expect(ratings).toHaveLength(12);
  const [asked] = ratings.filter(({ criterion }) => criterion === 'correct');
  expect(asked).toMatchObject({
    rater: 'anna',
    verdict: 'fair',
    score: 0.5,
    sample: 'random',
    comment: '=1+1',
    sheet: 'done.csv',
    preferred: undefined,
  });
  // Rows come in the order of the sheet: the left one is preferred.
  for (const [place, { cells }] of (await readSheet(at('two.csv'))).entries()) {
    const { criterion, preferred, model, model_b } = ratings[place]!;
    expect(cells.get('criterion')).toBe(criterion);
    if (criterion !== 'better') continue;
    const isEcho = cells.get('conversation')!.includes(cells.get('answer')!.slice(1, 40));
    expect((preferred === 'a' ? model : model_b) === 'third').toBe(!isEcho);
  }
  await rate('export', 'latest', '--per-model', '4', '--overlap', '0', '-o', 'four.csv');
  const [two, four] = await Promise.all(
    ['two.csv', 'four.csv'].map(async (name) =>
      (await readSheet(at(name))).map(({ cells }) => cells.get('item')),
    ),
  );
  expect(four).toHaveLength(12);
  expect(four!.filter((id) => two!.includes(id))).toEqual([]);
});

test.each([
  ['UTF-8', (text: string) => Buffer.from(text)],
  ['UTF-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16, the other way round', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ['the code page of western Windows', (text: string) => Buffer.from(text, 'latin1')],
])('a sheet that a spreadsheet saved in %s is read', async (_name, encoded) => {
  await writeFile(at('saved.csv'), encoded('item\tverdict\tcomment\r\na1\tyes\tfür; süß\r\n'));
  const [row] = await readSheet(at('saved.csv'));
  expect(Object.fromEntries(row!.cells)).toEqual({ item: 'a1', verdict: 'yes', comment: 'für; süß' });
});

test('a workbook with drop-downs comes back as well', async () => {
  await rate(...'export latest --per-model 6 --criteria correct --overlap 0 -o sheet.xlsx'.split(' '));
  const parts = unzip(await readFile(at('sheet.xlsx')));
  const path = 'xl/worksheets/sheet1.xml';
  const sheet = parts.get(path)!.toString();
  expect(sheet).toContain('<formula1>"bad,fair,good"</formula1>');
  const typed = sheet.replace(/<c r="I2"( s="\d+")\/>/, '<c r="I2"$1 t="inlineStr"><is><t>good</t></is></c>');
  expect(typed).not.toBe(sheet);
  await writeFile(at('done.xlsx'), zip(parts.set(path, Buffer.from(typed))));
  const { stdout, stderr } = await rate('import', 'latest', 'done.xlsx', '--rater', 'ben');
  expect(stdout, stderr).toMatch(/^1 verdict of ben imported, \d+ items without a verdict\.\n/);
  expect((await readQuality(run)).ratings.find(({ rater }) => rater === 'ben')).toMatchObject({
    verdict: 'good',
    score: 1,
  });
});

test('all faults of a sheet are reported at once, with their rows, and none of it counts', async () => {
  await rate(
    ...'export latest --per-model 2 --criteria correct --suite suite.yaml --overlap 0 -o x.html'.split(' '),
  );
  await rate('export', 'latest', '--per-model', '6', '--overlap', '0', '-o', 'all.csv');
  const rows = await readSheet(at('all.csv'));
  const first = rows.findIndex(({ cells }) => cells.get('criterion') === 'correct');
  await filled('all.csv', 'wrong.csv', (row, place) => ({
    ...verdictOf(row),
    ...(place === first ? { verdict: 'god' } : {}),
    ...(place === first + 1 ? { answer: 'Something else' } : {}),
    ...(place === first + 2 ? { item: 'abcdef012345' } : {}),
    ...(place === first + 3 ? { item: rows[first + 4]!.cells.get('item')!, verdict: 'tie' } : {}),
  }));
  const before = (await readQuality(run)).ratings.length;
  const { code, stderr } = await rate('import', 'latest', 'wrong.csv', '--rater', 'cleo');
  expect(code).toBe(2);
  const lines = (await readSheet(at('wrong.csv'))).map(({ row }) => row);
  expect(stderr).toContain('wrong.csv: nothing was imported, because of these rows:\n');
  expect(stderr).toContain(`row ${lines[first]}: unknown verdict "god"; did you mean "good"?`);
  expect(stderr).toContain(
    `row ${lines[first + 1]}: the text in answer was changed, so the verdict may be about something else`,
  );
  expect(stderr).toContain(`row ${lines[first + 2]}: item "abcdef012345" is not in this run`);
  expect((await readQuality(run)).ratings).toHaveLength(before);
});

test.each([
  [['export', 'latest'], 'rate export needs -o FILE, which ends in .xlsx, .csv, or .html.'],
  [['export', 'latest', '-o', 'sheet.ods'], 'a sheet ends in .xlsx, .csv, or .html.'],
  [
    ['export', 'latest', '-o', 'a.csv', '--criteria', 'corect'],
    '--criteria: unknown criterion "corect"; did you mean "correct"?',
  ],
  [['export', 'latest', '-o', 'a.csv', '--where', 'disagree'], 'has not been judged: gatebench score.'],
  [['import', 'latest'], 'rate import needs the sheet'],
  [['import', 'latest', 'none.csv', '--rater', 'anna'], 'none.csv cannot be read'],
  [['import', 'latest', 'suite.yaml', '--rater', 'anna'], 'a sheet ends in .xlsx or .csv'],
  [
    ['import', 'latest', 'odd.csv', '--rater', 'anna'],
    'it has no column "item", so it is not a sheet from gatebench rate export.',
  ],
  [['import', 'latest', 'foreign.csv', '--rater', 'anna'], 'none of its items are in this run.'],
  [['import', 'latest', 'odd.csv', '--rater', 'a;b'], '--rater: use visible characters'],
])('%j is refused', async (args, words) => {
  await writeFile(at('odd.csv'), 'a,b\n1,2\n');
  await writeFile(at('foreign.csv'), 'item,verdict\n0123456789ab,good\n');
  const { code, stderr } = await rate(...args);
  expect(stderr).toContain(words);
  expect(code).toBe(2);
});
