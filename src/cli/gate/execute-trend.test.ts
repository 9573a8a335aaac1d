import { expect, test } from 'vitest';
import stringWidth from 'string-width';
import { trendJson } from '../../report/trend/trend-report.ts';
import { htmlDocument } from '../../report/page/frame/document.ts';
import { trendFrame } from '../../report/trend/trend-page.ts';
import { trendTable } from '../../report/trend/trend-table.ts';
import { decision, historyOf, runIdOf } from '../../analysis/testing/nights.ts';
import { trendReports } from './execute-trend.ts';

/** Sixty nights, 1 % up and down. a is 1.4× slower from night 40 on. */
const nights = (level: number, later = 1): number[] =>
  Array.from({ length: 60 }, (_, night) => level * [1, 1.01, 0.99][night % 3]! * (night >= 40 ? later : 1));
const rows = historyOf({ a: nights(1000, 1.4), b: nights(2000), c: nights(700), d: nights(900) });

test('every model has its line, and the night on which its level moved is named', () => {
  const reports = trendReports([...rows, decision('accept', 40, { model: 'a', reason: 'new "version"' })]);
  const text = trendTable(reports, { columns: 100, color: false });
  expect(text).toMatch(/^nightly\n60 nights, 2026-11-01 to 2026-12-30\n/);
  expect(text).toMatch(/^a +1 s +1\.39 s +▁.*█/m);
  expect(text).toMatch(
    new RegExp(`^↷ 2026-12-11 a e2e_latency_ms 1\\.40× \\(accepted\\) · ${runIdOf(40)}$`, 'm'),
  );
  expect(text.match(/↷/g)).toHaveLength(1);
  expect(text).toContain('accept night-40 (a), ');
  expect(text).toContain('new "version"');
});

test('a history without a change says so', () => {
  const text = trendTable(trendReports(historyOf({ a: nights(1000), b: nights(2000) })), {
    columns: 80,
    color: false,
  });
  expect(text).toContain('No change points');
});

test('suites come one after the other, and the demo route is called simulated', () => {
  const demo = historyOf({ a: [1, 2] }, { suite: 'demo', route: 'demo' });
  const reports = trendReports([...rows, ...demo]);
  expect(reports.map(({ suite, isSimulated }) => [suite, isSimulated])).toEqual([
    ['demo', true],
    ['nightly', false],
  ]);
  expect(trendTable(reports, { columns: 80, color: false })).toContain('SIMULATED');
});

test('no line is wider than the terminal', () => {
  for (let columns = 40; columns <= 120; columns += 8)
    for (const line of trendTable(trendReports(rows), { columns, color: true }).split('\n'))
      expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
});

test('JSON has a value for each night, null where there is none', () => {
  const gaps = historyOf({ a: [100, NaN, 300], b: [1, 1, 1] });
  const { suites } = JSON.parse(trendJson(trendReports(gaps))) as {
    suites: { lines: { model: string | null; nights: { value: number | null }[] }[] }[];
  };
  expect(suites[0]?.lines.map(({ model }) => model)).toEqual(['a', 'b', null]);
  expect(suites[0]?.lines[0]?.nights.map(({ value }) => value)).toEqual([100, null, 300]);
});

test('the page draws each line once, with its changes, decisions and dropped nights, in words as well', () => {
  const decided = [
    decision('accept', 40, { model: 'a', reason: '<b>new</b> version' }),
    decision('drop', 10, { reason: 'the network was down' }),
  ];
  const html = htmlDocument(trendFrame(trendReports([...rows, ...decided]), ['one line was left out']));
  // a, b, c, d, and the shift that all share.
  expect(html.match(/<figure id="suite-0-0-\d"/g)).toHaveLength(5);
  expect(html).toMatch(/aria-label="a, e2e_latency_ms: 60 nights, latest [^"]*, changed on 2026-12-11\."/);
  expect(html).toContain('one line was left out');
  expect(html).toContain('&lt;b&gt;new&lt;/b&gt; version');
  expect(html).not.toContain('<b>new');
  expect(html).toContain('(dropped)');
  expect(html).toContain('default-src &#39;none&#39;');
});

test('a band shows the interval of each night that has one, and a table says it in figures', () => {
  const wide = historyOf({ a: [1000, 1100, 1200] }, { ci_low: 900, ci_high: 1e6 });
  const [report] = trendReports(wide);
  expect(report?.lines[0]).toMatchObject({ lows: [900, 900, 900], highs: [1e6, 1e6, 1e6] });
  const html = htmlDocument(trendFrame([report!], []));
  expect(html).toContain('900 ms – 16.7 min');
  expect(html).toMatch(/fill-opacity="0.14"[^>]*><path d="M/);
  // The open end of one night's interval leaves a gap, and the shared shift has no interval at all.
  const open = wide.map((row, night) => (night === 1 ? { ...row, ci_high: undefined } : row));
  const [gap] = trendReports([...open, ...historyOf({ b: [1, 2, 3] })]);
  expect(gap?.lines[0]?.highs).toEqual([1e6, NaN, 1e6]);
  expect(gap?.lines.at(-1)).not.toHaveProperty('highs');
  expect(htmlDocument(trendFrame([gap!], []))).not.toMatch(/="[^"]*NaN/);
});

test('each line is drawn once, and two years of nights are a page that opens at once', () => {
  const years = Array.from({ length: 730 }, (_, night) => 1000 + (night % 7));
  const html = htmlDocument(
    trendFrame(trendReports(historyOf({ a: years }, { ci_low: 900, ci_high: 1200 })), []),
  );
  expect(html.match(/<svg class="plot"[^>]*role="img"|<svg role="img"/g)).toHaveLength(1);
  expect(html.length).toBeLessThan(300_000);
  expect(html).toMatch(/fill-opacity="0.14"/);
  // A dropped night is still a point.
  const dropped = trendReports([...historyOf({ a: years }), decision('drop', 100)]);
  expect(htmlDocument(trendFrame(dropped, [])).match(/<circle/g)).toHaveLength(1);
});

test('two runs of one night do not make its interval narrower', () => {
  const night = historyOf({ a: [1000] }, { ci_low: 800, ci_high: 1250 });
  const again = night.map((row) => ({ ...row, run_id: 'again', at: '2026-11-01T05:00:00.000Z' }));
  const [line] = trendReports([...night, ...again])[0]!.lines;
  expect(line?.lows?.[0]).toBeCloseTo(800);
  expect(line?.highs?.[0]).toBeCloseTo(1250);
});
