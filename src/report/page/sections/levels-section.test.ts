import { describe, expect, test } from 'vitest';
import { sampleLoad } from '../../testing/sample-load.ts';
import { renderPage } from '../render-page.ts';
import { samplePage } from '../testing/sample-page.ts';
import type { LoadFigures } from '../../../analysis/load-figures.ts';

const five = Array.from({ length: 5 }, () => 'passed' as const);
const open = sampleLoad('open', [
  { model: '<b>&"', level: 10, word: 'held', visits: five },
  { model: '<b>&"', level: 20, word: 'open', visits: ['passed', 'failed', 'void'] },
  { model: '<b>&"', level: 40, word: 'held', visits: five },
  { model: 'other', level: 10, word: 'held', visits: five },
  { model: 'other', level: 20, word: 'broken', visits: five.map(() => 'failed' as const) },
  { model: 'other', level: 40, word: 'open', visits: ['void', 'void', 'void'] },
]);

async function pageOf(load: LoadFigures): Promise<string> {
  const data = await samplePage([]);
  return renderPage({ ...data, report: { ...data.report, load } });
}

const picture = (page: string, id: string): string =>
  new RegExp(`<figure id="picture-${id}">[^]*?<div class="wide">([^]*?)</div>`).exec(page)![1]!;
const titles = (svg: string): string[] =>
  [...svg.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title]) => title!);

describe('the page of a run under load', () => {
  test('shows levels, and no part that would pool them', async () => {
    const ids = [...(await pageOf(open)).matchAll(/<section id="(\w+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(['levels', 'method', 'warnings']);
  });

  test('has a dot for each visit, and says what became of it', async () => {
    const dots = titles(picture(await pageOf(open), 'shares'));
    expect(dots).toHaveLength(open.visits.length);
    const told = (model: string, level: string): string[] =>
      dots.filter((dot) => dot.startsWith(`${model} at ${level}:`)).map((dot) => dot.split(': ')[1]!);
    expect(told('&lt;b&gt;&amp;&quot;', '20/s')).toEqual([
      'visit passed, 100 % good',
      'visit failed, 50 % good',
      'visit void, 100 % good',
    ]);
  });

  test('puts visits of one level beside each other, those that passed first', async () => {
    const load = sampleLoad('open', [
      { model: 'a', level: 10, word: 'open', visits: ['failed', 'passed', 'void', 'passed'] },
    ]);
    const shares = picture(await pageOf(load), 'shares');
    const dots = [
      ...shares.matchAll(
        /<g(?: transform="translate\(([-\d.]+),0\)")?><g class="m0"[^>]*><(?:circle|path)[^>]*><title>[^<]*visit (\w+)/g,
      ),
    ].map(([, dx = '0', word]) => ({ dx: Number(dx), word }));
    expect(dots.map(({ word }) => word)).toEqual(['passed', 'passed', 'failed', 'void']);
    for (const [n, { dx }] of dots.slice(1).entries()) expect(dx - dots[n]!.dx).toBeGreaterThan(2);
  });

  test('shades what holds with everything below it, and bars from there to the first that breaks', async () => {
    const shares = picture(await pageOf(open), 'shares');
    const panel = (className: string): string[] =>
      [...shares.matchAll(new RegExp(`<g[^>]*class="${className}"[^>]*>(<(rect|line)[^>]*>)`, 'g'))].map(
        ([, mark]) => mark!,
      );
    const width = (mark: string): number => Number(/ width="([\d.]+)"/.exec(mark)?.[1]);
    const zones = ['m0', 'm1'].map((name) => panel(name).filter((mark) => mark.startsWith('<rect')));
    expect(zones.map(({ length }) => length)).toEqual([1, 1]);
    // Both hold 10/s. That the first holds 40/s is not sure while 20/s is open.
    expect(width(zones[0]![0]!)).toBe(width(zones[1]![0]!));
  });

  test('a level without a figure has no mark in the other pictures', async () => {
    const page = await pageOf(open);
    const counted = open.levels.filter(({ visits }) => visits > 0).length;
    expect(titles(picture(page, 'levels-latency'))).toHaveLength(2 * counted);
    expect(titles(picture(page, 'levels-achieved'))).toHaveLength(counted);
  });

  test('levels of concurrency without an SLO show answers per second, and no shares', async () => {
    const closed = sampleLoad('closed', [
      { model: 'swift', level: 1, visits: ['passed'] },
      { model: 'swift', level: 4, visits: ['passed'] },
    ]);
    const page = await pageOf(closed);
    expect(page).not.toContain('picture-shares');
    expect(titles(picture(page, 'levels-achieved'))).toEqual([
      'swift at 1 at once: 1/s',
      'swift at 4 at once: 4/s',
    ]);
  });

  test('a run of which no visit was made says so', async () => {
    expect(await pageOf(sampleLoad('open', []))).toContain('No visit of any level was made.');
  });
});
