import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { row } from '../../analysis/testing/rows.ts';
import type { PageData } from './page-parts.ts';
import { renderPage } from './render-page.ts';
import { hostileRows, hostileTexts } from './testing/hostile.ts';
import { samplePage } from './testing/sample-page.ts';
import { sampleRows } from './testing/sample-run.ts';

const small = { prompts: 20, repeats: 2 };
const data: PageData = await samplePage([...sampleRows(small)], {
  warnings: ['The clock was not proven. Run gatebench calibrate.'],
});
const page = renderPage(data);

describe('the page of a run', () => {
  test('answers in the order in which somebody asks', () => {
    const ids = [...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(
      'decision ranking quality worth cost distributions time tokens timeline failures slowest answers method warnings'.split(
        ' ',
      ),
    );
  });

  test('is the same, byte for byte, for the same data', async () => {
    expect(renderPage(data)).toBe(page);
    const again = await samplePage([...sampleRows(small)], { warnings: data.report.warnings });
    expect(renderPage(again)).toBe(page);
  });

  test('allows by its policy what it holds, by hash, and nothing else', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!.replaceAll('&#39;', "'");
    const hashOf = (tag: string): string => {
      const text = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page)![1]!;
      return `sha256-${createHash('sha256').update(text).digest('base64')}`;
    };
    expect(policy).toBe(
      `default-src 'none'; style-src '${hashOf('style')}'; script-src '${hashOf('script')}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(page.match(/<(script|style)\b/g)).toHaveLength(2);
    expect(page.match(/<[^>]* (style|on\w+)=/)).toBeNull();
  });

  test('names nothing outside itself', () => {
    expect(page.match(/(?:src|href|action)="(?!#|data:)/)).toBeNull();
    expect(page.match(/https?:\/\//)).toBeNull();
  });

  test('says why answers failed their checks, by model and next to each answer', () => {
    const failures = /<section id="failures"[^]*?<\/section>/.exec(page)![0];
    expect(failures).toMatch(/Failed checks by model[^]*contains[^]*\d+ of \d+[^]*14 days/);
    const answers = /<section id="answers"[^]*?<\/section>/.exec(page)![0];
    expect(answers).toMatch(/contains: <bdi>[^<]*14 days/);
  });

  test('has a description and a table for every picture', () => {
    const figures = [...page.matchAll(/<figure id="[^"]+">([^]*?)<\/figure>/g)].map(
      ([, content]) => content!,
    );
    expect(figures.length).toBeGreaterThan(10);
    for (const figure of figures) {
      expect(figure.match(/<svg role="img" aria-label="[^"]{20,}"/g)).toHaveLength(2);
      expect(figure).toMatch(/<details>\s*<summary>The figures as a table/);
    }
  });

  test('says which model leads, and names every verdict', () => {
    expect(page.includes('qwen3.5-small is faster than kimi-k2.6')).toBe(true);
    expect(page.match(/Every verdict:/g)).toHaveLength(2);
    expect(page).toMatch(/<p class="first-line">qwen3\.5-small is the fastest [^<]*% passed[^<]*\.</);
    expect(page.indexOf('class="first-line"')).toBeLessThan(page.indexOf('class="facts"'));
  });

  test('shows warnings, failures with their samples, and receipts', () => {
    expect(page.includes('The clock was not proven.')).toBe(true);
    expect(page.includes('too many concurrent requests')).toBe(true);
    expect(page).toMatch(/ray <code>9a1b7c3d\d+-FRA<\/code>/);
  });
});

test('every picture of a simulated run says so', async () => {
  const simulated = renderPage(await samplePage([...sampleRows({ ...small, route: 'demo' })]));
  const pictures = simulated.match(/<svg role="img"[^]*?<\/svg>/g)!;
  for (const picture of pictures) expect(picture.includes('>SIMULATED<')).toBe(true);
  expect(simulated.includes('class="banner"')).toBe(true);
  expect(page.includes('SIMULATED')).toBe(false);
});

test('answers are shown as far as the run stored them', async () => {
  const rows = [...sampleRows({ prompts: 2, repeats: 1 })];
  const answers = new Map([
    [rows[0]!.event_id, { answer: 'It is\n  type O.', reasoning: 'Let me see.', isCut: true }],
  ]);
  const shown = renderPage(await samplePage(rows, { answers }));
  expect(shown.includes('<pre dir="auto">It is\n  type O.</pre>')).toBe(true);
  expect(shown.includes('<pre dir="auto">Let me see.</pre>')).toBe(true);
  expect(shown.includes('Cut here; the whole text is in answers.jsonl.')).toBe(true);
});

test('hostile words stay text', async () => {
  const hostile = renderPage(
    await samplePage(hostileRows(), {
      facts: { description: hostileTexts[3] },
      warnings: hostileTexts,
      questions: new Map(hostileRows().map(({ prompt_id }) => [prompt_id, hostileTexts[0]])),
    }),
  );
  expect(hostile.match(/<script/g)).toHaveLength(1);
  expect(hostile.match(/<img|<svg onload|<\/textarea/)).toBeNull();
  expect(hostile.match(/<\/style>/g)).toHaveLength(1);
});

describe('a run with little in it', () => {
  test.each([
    ['nothing at all', []],
    ['a single answer', [row({ event_id: 'e', e2e_latency_ms: 100 })]],
    ['failures alone', [row({ event_id: 'e', status: 'timeout', valid: undefined })]],
    [
      'a model without a token count or a stream',
      [row({ event_id: 'e', started_at: '2026-11-22T03:17:01.000Z', e2e_latency_ms: 9, reasoning_chars: 0 })],
    ],
  ])('%s still makes a page', async (_, rows) => {
    const little = renderPage(await samplePage(rows));
    expect(little.includes('<h2 id="warnings-title">')).toBe(true);
    expect(little.slice(0, little.indexOf('<script>')).match(/.{20}(NaN|undefined|Infinity)/)).toBeNull();
  });
});
