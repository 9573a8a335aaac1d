import { describe, expect, test } from 'vitest';
import { openmetrics } from './run-openmetrics.ts';
import { evil } from './gate/testing/sample-gate.ts';
import { inPython, withoutReaders } from './testing/official-readers.ts';
import { awkward, empty, usual } from './testing/sample-reports.ts';

const style = { columns: 80, color: false };
const samples = { usual, awkward, empty };
const nasty = {
  ...usual,
  run: { ...usual.run, suite: 'a\\b"c\nd' },
  models: usual.models.map((model, place) => ({
    ...model,
    model: place === 0 ? `${evil}\\\ud800` : model.model,
  })),
};

/** The grammar of OpenMetrics 1.0.0, section "ABNF", as far as gauges go. */
const name = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const text = '(?:[^"\\\\\\n]|\\\\["\\\\n])*';
const label = `[a-zA-Z_][a-zA-Z0-9_]*="${text}"`;
const sample = new RegExp(`^(${name})\\{(?:${label}(?:,${label})*)?\\} (-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)$`);

describe.each(Object.entries({ ...samples, nasty }))('%s', (_, report) => {
  const lines = openmetrics.render(report, style).split('\n');

  test('follows the grammar: metadata before its samples, each family once, no sample twice, one end', () => {
    expect(lines.slice(-2)).toEqual(['# EOF', '']);
    const families = new Set<string>();
    const seen = new Set<string>();
    let [family, order] = ['', 0];
    for (const line of lines.slice(0, -2)) {
      const [, what, of = '', rest = ''] = /^# (TYPE|UNIT|HELP) (\S+) (.*)$/.exec(line) ?? [];
      if (what === 'TYPE') {
        expect(families).not.toContain(of);
        families.add(of);
        expect(rest).toBe('gauge');
      }
      if (what !== undefined) {
        const place = ['TYPE', 'UNIT', 'HELP'].indexOf(what);
        if (place > 0) expect(of).toBe(family);
        expect(place === 0 || place > order).toBe(true);
        if (what === 'UNIT') expect(of.endsWith(`_${rest}`)).toBe(true);
        [family, order] = [of, place];
        continue;
      }
      const [whole, sampled] = sample.exec(line) ?? [];
      expect(whole, line).toBe(line);
      expect(sampled).toBe(family);
      expect(seen).not.toContain(line.slice(0, line.lastIndexOf(' ')));
      seen.add(line.slice(0, line.lastIndexOf(' ')));
    }
  });
});

test('what was not measured has no sample, and times are in seconds', () => {
  const [first] = usual.models;
  const text = openmetrics.render({ ...usual, models: [{ ...first!, ttft_ms_geomean: 1250 }] }, style);
  expect(text).toMatch(/^gatebench_ttft_seconds\{.*\} 1\.25$/m);
  const without = openmetrics.render(
    { ...usual, models: [{ ...first!, ttft_ms_geomean: undefined }] },
    style,
  );
  expect(without).not.toContain('gatebench_ttft_seconds');
  expect(without).not.toMatch(/ (NaN|undefined|\+?Inf)/i);
});

test('a variant is a label', () => {
  const [first] = usual.models;
  const text = openmetrics.render({ ...usual, models: [{ ...first!, variant: 'short' }] }, style);
  expect(text).toMatch(/gatebench_requests\{.*variant="short".*\}/);
});

test.skipIf(withoutReaders !== undefined)(withoutReaders ?? 'the parser of Prometheus reads the same', () => {
  const code = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read
print(json.dumps([[f.name, f.type, f.unit, [[s.labels, s.value] for s in f.samples]] for f in read(sys.stdin.read())]))`;
  for (const report of [usual, awkward, empty, nasty]) {
    const text = openmetrics.render(report, style);
    const families = inPython(code, text) as [string, string, string, [Record<string, string>, number][]][];
    expect(families.map(([family]) => family)).toEqual(
      [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, family]) => family),
    );
    for (const [, type, , read] of families) {
      expect(type).toBe('gauge');
      for (const [labels, value] of read) {
        expect(labels['suite']).toBe(report === nasty ? 'a\\b"c d' : labels['suite']);
        expect(Number.isFinite(value)).toBe(true);
      }
    }
  }
});
