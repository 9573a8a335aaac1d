import { expect, test } from 'vitest';
import { renderCalibration } from './render-calibration.ts';
import { level } from './testing/level.ts';

const calibration = {
  schema_version: 1 as const,
  measured_at: '2026-11-22T03:17:00.000Z',
  machine: { platform: 'linux', arch: 'x64', cpu: 'Test CPU', cpus: 2, memory_gib: 8 },
  versions: { gatebench: '0.1.0', node: '24.1.0' },
  tokens_per_second: 50,
  tokens: 60,
  levels: [
    level(1, 0, {
      ttft_error_ms: { n: 7, p50: 0.3, max: 0.9 },
      pauses: { count: 2, longest_ms: 12.4 },
      stolen_ms: 310,
    }),
    level(1024, 7.25, { bound: { rows: 200, held: 199, broken_elsewhere: 0 }, loop_utilisation: 0.4567 }),
  ],
  sentence: 'Up to 1 stream of 50 tok/s this machine reads TTFT within 0.9 ms (largest of 7).',
};

const tableOf = (columns: number): string[] =>
  renderCalibration(calibration, { columns, color: false }).split('\n');
const cells = (line: string): string[] => line.trim().split(/\s{2,}/);

test('a line for each level: what the reader was off by, and what went on meanwhile', () => {
  const lines = tableOf(80);
  const [first, second] = [/^ +1 /, /^ +1,024 /].map((start) =>
    lines.filter((line) => start.test(line)).map(cells),
  );
  expect(first).toEqual([
    ['1', '200', '0.10', '0.50', '3.00', '0.30', '–', '0.90', '100.0 %', '0'],
    ['1', '20.0 %', '60', '0.50', '0.50', '2', '12.40', '310'],
  ]);
  expect(second).toEqual([
    ['1,024', '200', '0.10', '0.50', '3.00', '0.10', '7.25', '8.25', '99.5 %', '0'],
    ['1,024', '45.6 %', '60', '0.50', '0.50', '0', '–', '–'],
  ]);
});

test('the sentence ends it, and no line is wider than the terminal', () => {
  const lines = tableOf(80);
  expect(lines.slice(-4).join(' ')).toContain(calibration.sentence);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.join('\n')).not.toContain('\u001b');
});

test('what is out of bounds is in another color', () => {
  const colored = renderCalibration(calibration, { columns: 80, color: true });
  expect(colored).toContain('\u001b[31m7.25');
  expect(colored).toMatch(/\u001b\[32m *100\.0 %/);
});
