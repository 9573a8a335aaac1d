import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PromptOutcomes } from '../analysis/prompt-outcomes.ts';
import { failedRow, row } from '../analysis/testing/rows.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import { gateFiles } from './report-formats.ts';
import { junit } from './run-junit.ts';
import { cell, evil, gateReport } from './gate/testing/sample-gate.ts';
import { readJunit, type JunitNode } from './testing/junit-shape.ts';
import { awkward, empty, usual } from './testing/sample-reports.ts';

const style = { columns: 80, color: false };

function outcomesOf(...rows: readonly RequestRow[]): PromptOutcomes {
  const outcomes = new PromptOutcomes();
  for (const one of rows) outcomes.add(one);
  return outcomes;
}

function casesOf(...rows: readonly RequestRow[]): JunitNode[] {
  const text = junit.render({ ...usual, prompts: outcomesOf(...rows).list() }, style);
  return readJunit(text)
    .children[0]!.children.filter(({ name }) => name === 'testcase')
    .filter(({ attributes }) => attributes['classname']!.startsWith('prompts.'));
}

const wrong: Partial<RequestRow> = {
  passed: false,
  failed_checks: ['contains', 'length'],
  check_why: ['"14 days" is not in "Soon."', '5 characters, at least 20'],
};

describe('a case for each prompt of each model', () => {
  const cases = casesOf(
    row({ prompt_id: 'faq', e2e_latency_ms: 1000, passed: true }),
    row({ prompt_id: 'faq', repeat: 2, e2e_latency_ms: 3000, passed: true }),
    row({ prompt_id: 'refund', e2e_latency_ms: 500, ...wrong }),
    row({ prompt_id: 'refund', repeat: 2, e2e_latency_ms: 700, passed: true }),
    row({ model: 'b', prompt_id: 'faq', e2e_latency_ms: 800 }),
    failedRow({ model: 'b', prompt_id: 'refund', http_status: 503, error_message: 'no room' }),
    row({ prompt_id: 'faq', phase: 'warmup', ...wrong }),
    failedRow({ prompt_id: 'faq', final: false }),
  );

  test('passes, fails with its reasons, or is in error; warm-up and attempts that were repeated are not asked', () => {
    expect(
      cases.map(({ attributes: { classname, name, time }, children }) =>
        [classname, name, time, children[0]?.name ?? 'passed'].join(' '),
      ),
    ).toEqual([
      'prompts.a faq 2 passed',
      'prompts.a refund 0.6 failure',
      'prompts.b faq 0.8 passed',
      'prompts.b refund 0 error',
    ]);
  });

  test('says how many answers failed, which, and why', () => {
    expect(cases[1]!.children[0]!.text).toBe(
      '1 of 2 answers failed; repeat 1: contains: "14 days" is not in "Soon."; repeat 1: length: 5 characters, at least 20',
    );
    expect(cases[3]!.children[0]!.attributes['message']).toBe(
      '1 of 1 request without an answer; repeat 1: timeout 503 no room',
    );
  });

  test('a request that was sent again later counts as it ended', () => {
    const [again] = casesOf(
      failedRow({ prompt_id: 'p' }),
      row({ prompt_id: 'p', e2e_latency_ms: 10, passed: true }),
    );
    expect(again!.children).toEqual([]);
  });

  test('a hundred wrong answers are five reasons and a number', () => {
    const rows = Array.from({ length: 100 }, (_, n) => row({ repeat: n + 1, ...wrong }));
    const { text } = casesOf(...rows)[0]!.children[0]!;
    expect(text).toMatch(/^100 of 100 answers failed; repeat 1: .*; and 195 more$/);
  });
});

describe('text from outside stays text', () => {
  const nasty = [
    '\u0000\u001b[31m\u0008',
    ']]>',
    '<!--',
    '</failure><x>',
    '&#0;&bad;',
    '\ud800',
    '\ufffe',
    evil,
  ];

  test.each([...nasty, 'x'.repeat(1_000_000)])('%j', (text) => {
    const [one] = casesOf(
      row({ model: text, prompt_id: text, passed: false, failed_checks: [text], check_why: [text] }),
    );
    expect(one!.children[0]!.text.length).toBeLessThan(2500);
    expect(one!.children[0]!.name).toBe('failure');
  });

  test('whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(casesOf(failedRow({ model: text, prompt_id: text, error_message: text }))).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });
});

test('every JUnit file has the shape that CI systems read', () => {
  for (const report of [usual, awkward, empty]) readJunit(junit.render(report, style));
  const cells = (['pass', 'warning', 'fail', 'learning', 'not settled'] as const).map((word) =>
    cell({ word }),
  );
  const gateJunit = gateFiles.find(({ name }) => name === 'junit')!;
  readJunit(gateJunit.render(gateReport({ cells }), style));
});
