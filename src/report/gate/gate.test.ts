import { DOMParser } from 'linkedom';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { run } from '../testing/sample-reports.ts';
import { annotations } from './annotations.ts';
import { gateFiles } from '../report-formats.ts';
import { junit } from './gate-junit.ts';
import { commentMarker, fitted, gateSections } from './gate-markdown.ts';
import { table } from './gate-table.ts';
import { cell, evil, gateReport, threshold } from './testing/sample-gate.ts';

const style = { columns: 80, color: false };
const places = { file: 'suites/a,b:c.yaml', gateLine: () => 30 };
const hostile = gateReport({
  run: run({ suite: evil, run_id: evil, routes: ['compat'] }),
  word: 'fail',
  verdict: 'fail',
  cells: [cell({ model: evil, word: 'fail', alarms: 2, ratio: 1.3, controls: [evil] })],
  thresholds: [threshold('failed', 12, evil)],
  history: evil,
  warnings: [evil],
});
const fileOf = (name: string): string =>
  gateFiles.find((format) => format.name === name)!.render(hostile, style);

describe('the table', () => {
  const words = ['pass', 'warning', 'fail', 'learning 3/7', 'not settled', 'incomplete'];
  test.each(words)('begins with the word of the night: %s', (word) => {
    const verdict = word.replace(' 3/7', '') as 'pass';
    expect(table.render(gateReport({ word, verdict }), style).startsWith(`${word} ·`)).toBe(true);
  });

  test('says what tonight is compared with, and which models are the controls', () => {
    const text = table.render(
      gateReport({ cells: [cell(), cell({ model: 'kimi', controls: ['glm', 'qwen'] })] }),
      style,
    );
    expect(text).toContain('baseline 14 nights, 2026-11-08 to 2026-11-21, the last 1 day ago');
    expect(text).toContain('controls deepseek, kimi, glm, qwen: each model against the median of the others');
    expect(text).toMatch(/pass +glm +2 s +1\.95 s +1\.98 s +1\.80 s – 2\.18 s +1\.01×/);
  });

  test('calls what all models share "gateway or network", as ratios', () => {
    const all = cell({
      ratio: 1.5,
      usual: 1,
      expected: 1,
      expectedLow: 0.9,
      expectedHigh: 1.11,
    });
    const shared = Object.fromEntries(
      Object.entries(all).filter(([key]) => key !== 'model' && key !== 'value'),
    ) as unknown as typeof all;
    const text = table.render(gateReport({ cells: [shared] }), style);
    expect(text).toMatch(/gateway or network +1\.50× +1\.00× +0\.90× – 1\.11× +1\.50×/);
  });

  test('keeps within the columns from 40 on, whatever the names', () => {
    for (const report of [
      hostile,
      gateReport({ cells: [cell({ word: 'learning' }), cell({ word: 'warning' })] }),
    ])
      for (let columns = 40; columns <= 120; columns += 4)
        for (const line of table.render(report, { columns, color: true }).split('\n'))
          expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
  });
});

describe('nights that are slow together', () => {
  const streak = {
    nights: 6,
    sinceRun: '20261003T031700Z-aaaa',
    since: '2026-10-03T03:17:00.000Z',
    ratio: 1.15,
    low: 1.1,
    high: 1.2,
    p: 0.001,
  };
  const report = gateReport({
    word: 'fail',
    verdict: 'fail',
    cells: [cell({ word: 'fail', alarms: 2, ratio: 1.12, test: 'streak', streak }), cell({ model: 'kimi' })],
  });
  const said = 'slower by 1.15× (1.10× to 1.20×) over the last 6 nights, since 2026-10-03';

  test('are named in the table, in Markdown, in JUnit and in annotations', () => {
    expect(table.render(report, { columns: 200, color: false })).toContain(`↝ glm e2e_latency_ms: ${said}`);
    expect(gateSections(report).join('\n').replaceAll('\\', '')).toContain(said);
    expect(junit.render(report, style)).toContain(`the nights together are ${said}`);
    expect(annotations(report, places).join('\n')).toContain(said);
  });

  test('are figures in JSON, which says which test raised the alarm', () => {
    const [first, second] = (
      JSON.parse(gateFiles.find(({ name }) => name === 'json')!.render(report, style)) as { cells: object[] }
    ).cells;
    expect(first).toMatchObject({
      test: 'streak',
      streak: {
        nights: 6,
        since: streak.since,
        since_run: streak.sinceRun,
        ratio: 1.15,
        low: 1.1,
        high: 1.2,
      },
    });
    expect(second).toMatchObject({ test: null, streak: null });
  });
});

describe('names from outside', () => {
  test('stay text in XML', () => {
    const document = new DOMParser().parseFromString(junit.render(hostile, style), 'text/xml');
    expect(document.querySelectorAll('script')).toHaveLength(0);
    expect(document.querySelectorAll('testcase')).toHaveLength(2);
    expect(junit.render(hostile, style)).toContain(
      'name="e2e_latency_ms of x&quot;&gt;&lt;script&gt;alert(1)',
    );
  });

  test('open nothing in Markdown, and the marker stays one comment', () => {
    const text = fileOf('comment');
    const outsideCode = text.replace(/(`+) ?[^\n]*?[^`]\1(?!`)/g, '');
    expect(outsideCode).not.toContain('<script>');
    expect(outsideCode).not.toContain('@team');
    expect(text.split('\n')[0]).toMatch(/^<!-- gatebench-gate [\w%.!~*'()]+ -->$/);
    expect(commentMarker('a--b')).toBe('<!-- gatebench-gate a%2D%2Db -->');
  });

  test('end no annotation and begin no other', () => {
    const lines = annotations(hostile, places);
    for (const line of lines) {
      expect(line).not.toMatch(/[\r\n]/);
      expect(line).toMatch(/^::error file=suites\/a%2Cb%3Ac\.yaml,line=\d+,title=gatebench fail::/);
    }
    expect(lines[0]).toContain('%250A');
  });

  test('are valid JSON', () => {
    expect(JSON.parse(fileOf('json'))).toMatchObject({ word: 'fail', cells: [{ word: 'fail' }] });
    expect(JSON.parse(fileOf('badge'))).toMatchObject({ schemaVersion: 1, message: 'fail', color: 'red' });
  });
});

describe('annotations', () => {
  test('with one control, neither of the two is blamed', () => {
    const cells = [cell({ word: 'fail', alarms: 2, controls: ['kimi'] })];
    expect(annotations(gateReport({ cells }), places).join('\n')).toContain(
      'measured against kimi alone: either may have changed',
    );
  });

  test('are ten at most, failures first, on the lines of their rules', () => {
    const report = gateReport({
      word: 'fail',
      verdict: 'fail',
      cells: [
        ...Array<ReturnType<typeof cell>>(8).fill(cell({ word: 'warning', alarms: 1 })),
        cell({ word: 'fail', alarms: 2 }),
      ],
      thresholds: [1, 2, 3].map((line) => threshold('failed', line)),
    });
    const lines = annotations(report, places);
    expect(lines).toHaveLength(10);
    expect(lines.map((line) => /^::(\w+) .*line=(\d+)/.exec(line)!.slice(1).join(' '))).toEqual([
      ...['error 1', 'error 2', 'error 3', 'error 30'],
      ...Array<string>(6).fill('warning 30'),
    ]);
  });

  test('are none when all is well, learning or not settled', () => {
    const cells = [cell(), cell({ word: 'learning' }), cell({ word: 'not settled' })];
    expect(annotations(gateReport({ cells, thresholds: [threshold('not settled')] }), places)).toEqual([]);
  });
});

describe('JUnit', () => {
  test('has a case for each rule; only failures fail, and what is open is skipped with its text', () => {
    const report = gateReport({
      cells: [
        cell({ word: 'fail', alarms: 2 }),
        cell({ model: 'a', word: 'warning', alarms: 1 }),
        cell({ model: 'b', word: 'learning', nights: 3 }),
        cell({ model: 'c', word: 'not settled' }),
        cell({ model: 'd' }),
      ],
      thresholds: [threshold('ok'), threshold('failed'), threshold('not settled')],
    });
    const text = junit.render(report, style);
    expect(text).toContain('tests="8" failures="2" errors="0" skipped="3"');
    expect(text).toContain('<skipped message="learning 3/7: e2e_latency_ms of b');
    expect(text).toContain('<skipped message="not settled: e2e_latency_ms of c');
  });

  test('of an incomplete night fails nothing', () => {
    const text = junit.render(
      gateReport({ word: 'incomplete', verdict: 'incomplete', cells: [], incompleteBecause: 'Half of it.' }),
      style,
    );
    expect(text).toContain('failures="0" errors="0" skipped="1"');
    expect(text).toContain('incomplete: Half of it.');
  });
});

describe('Markdown', () => {
  test('begins with the word, and shows alarms before all cells', () => {
    const sections = gateSections(
      gateReport({ word: 'fail', verdict: 'fail', cells: [cell(), cell({ word: 'fail', alarms: 2 })] }),
    );
    expect(sections[0]).toBe('## fail · `smoke`');
    expect(sections.join('\n')).toMatch(/fail, night 2[^]*All cells[^]*gate accept/);
  });

  test('is cut by section, never within one, and says so; the limit is in bytes', () => {
    const sections = ['first', 'ä'.repeat(400), 'x'.repeat(50), 'last'];
    const text = fitted(sections, 300);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(300);
    expect(text).toMatch(/^first\n\nx{50}\n\nlast\n\n_1 more section cut for length; see gate\.json\._\n$/);
    expect(fitted(sections, 10_000)).not.toContain('cut');
  });

  test('of a thousand cells still fits into a comment', () => {
    const cells = Array.from({ length: 1000 }, (_, n) =>
      cell({ model: `model-${n}`, word: 'fail', alarms: 2 }),
    );
    const report = gateReport({ word: 'fail', verdict: 'fail', cells, thresholds: [threshold('failed')] });
    const text = gateFiles.find(({ name }) => name === 'comment')!.render(report, style);
    expect(Buffer.byteLength(text)).toBeLessThan(60_000);
    expect(text).toContain('## fail');
    expect(text).toContain('✗ p95');
  });
});
