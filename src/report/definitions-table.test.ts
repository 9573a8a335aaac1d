import { expect, test } from 'vitest';
import { renderDefinitions } from './definitions-table.ts';

test('the terms for quality are explained, even if there is no stream to compare', () => {
  const text = renderDefinitions([], { columns: 80, color: false });
  const flat = text.replaceAll(/\s+/g, ' ');
  expect(flat).toMatch(/^No valid streamed answer/);
  expect(flat).toMatch(/rate: share of right answers: by checks, by people, .* at least 30 labels/);
  expect(flat).toMatch(/judge_rate: mean of a judge's verdicts as they are: not a pass rate/);
  expect(flat).toMatch(/preference: share of comparisons that a model wins, a tie being half a win/);
  expect(text.split('\n').every((line) => line.length <= 80)).toBe(true);
});
