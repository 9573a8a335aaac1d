import stringWidth from 'string-width';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { firstLine } from './first-line.ts';
import { outputFormats } from './report-formats.ts';
import { awkward, empty, usual } from './testing/sample-reports.ts';

const plain = { columns: 80, color: false };
const samples = { usual, awkward, empty };
const each = Object.entries(samples);

// Every C0 and C1 control except the line feed: a terminal would obey them.
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

describe.each(outputFormats)('$name', (format) => {
  test.each([80, 140])('renders the awkward report in %i columns', async (columns) => {
    const width = format.limits.fitsColumns ? `-${columns}` : '';
    const text = format.render(awkward, { columns, color: false });
    await expect(text).toMatchFileSnapshot(`golden/awkward${width}${format.extension}`);
  });

  test('renders a usual report', async () => {
    await expect(format.render(usual, plain)).toMatchFileSnapshot(`golden/usual${format.extension}`);
  });

  test.each(each)('ends the %s report with one newline and without blanks at line ends', (_, report) => {
    expect(format.render(report, plain)).toMatch(/[^\n]\n$/);
    expect(format.render(report, plain)).not.toMatch(format.limits.tabs ? / \n/ : /[ \t]\n/);
  });

  test.each(each)('writes the %s report without control characters when color is off', (_, report) => {
    const text = format.render(report, plain);
    expect(format.limits.tabs ? text.replaceAll('\t', '') : text).not.toMatch(controls);
  });

  test.each(each)('says that the demo route in the %s report is simulated, and no other', (_, report) => {
    const isDemo = report.run.routes.includes('demo');
    expect(format.limits.simulated.test(format.render(report, plain))).toBe(isDemo);
  });

  test.each(each)('has the answer of the %s report', (_, report) => {
    const text = format.render(report, { columns: 2000, color: false });
    const shown = format.limits.answer?.(firstLine(report));
    if (shown === undefined) return;
    expect(text).toContain(shown);
    // For people it comes first.
    if (format.name !== 'json') expect(text.indexOf(shown)).toBe(0);
  });

  test('gives the same bytes each time', () => {
    expect(format.render(structuredClone(awkward), plain)).toBe(format.render(awkward, plain));
  });
});

describe('the table', () => {
  const table = outputFormats.find(({ name }) => name === 'table')!;

  test.each(each)('keeps every line of the %s report within the columns, from 40 on', (_, report) => {
    for (let columns = 40; columns <= 170; columns += 3) {
      const lines = table.render(report, { columns, color: true }).split('\n');
      for (const line of lines) expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
    }
  });

  test.each(each)('says the same of the %s report in color', (_, report) => {
    const lines = stripVTControlCharacters(table.render(report, { columns: 120, color: true })).split('\n');
    const plainLines = table.render(report, { columns: 120, color: false }).split('\n');
    expect(lines.map((line) => line.trimEnd())).toEqual(plainLines);
  });

  test('is colored on demand, whatever the stream', () => {
    expect(table.render(usual, { columns: 80, color: true })).toContain('\u001b[');
  });

  test('shows more figures when there is more room', () => {
    const narrow = table.render(usual, { columns: 60, color: false });
    const wide = table.render(usual, { columns: 160, color: false });
    expect(narrow).not.toContain('TTFAT');
    for (const word of ['TTFAT', 'p50', 'USD', '├', '●', '┤']) expect(wide).toContain(word);
  });

  test('shows the error rate of a model that failed next to its latency, in red below the floor', () => {
    const text = table.render(usual, { columns: 80, color: true });
    const line = text.split('\n').find((one) => one.includes('deepseek'))!;
    expect(stripVTControlCharacters(line)).toMatch(/4\.23 +14\.38 +8\.3/);
    expect(line).toContain('\u001b[31m 8.3\u001b[39m');
  });

  test('has no column for failures or left-out answers when there are none', () => {
    const head = (models: typeof usual.models): string =>
      table
        .render({ ...usual, models }, plain)
        .split('\n')
        .filter((line) => /^#|geomean/.test(line) || line.includes('ok   pass'))
        .join(' ');
    expect(head(usual.models)).toMatch(/ fail /);
    expect(head(usual.models.slice(0, 2))).not.toMatch(/fail|excl/);
  });
});
