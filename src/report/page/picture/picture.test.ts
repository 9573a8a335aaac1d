import { describe, expect, test } from 'vitest';
import { logDomain, logTicks, ratioDomain, ratioTicks, tickTime, timeAxis } from './axes.ts';
import { type DomNode, writeSvg } from './plot.ts';
import { type Label, paretoFront, placeLabels } from './scatter.ts';

describe('marks of a logarithmic axis', () => {
  test('are 1, 2 and 5 of each power while they fit', () => {
    expect(logTicks(90, 2100, 10)).toEqual([100, 200, 500, 1000, 2000]);
  });

  test('become more on a short axis', () => {
    expect(logTicks(1.2, 3.4, 10)).toEqual([1.5, 2, 3]);
  });

  test('become fewer if there is no space', () => {
    expect(logTicks(90, 2100, 3)).toEqual([100, 300, 1000]);
    expect(logTicks(1, 1e9, 4)).toEqual([1, 1e3, 1e6, 1e9]);
  });

  test('reach below one without crooked digits', () => {
    expect(logTicks(0.09, 0.6, 5)).toEqual([0.1, 0.2, 0.5]);
    expect(logTicks(0.09, 0.6, 5).map(tickTime)).toEqual(['0.1 ms', '0.2 ms', '0.5 ms']);
  });
});

test('the range of a logarithmic axis holds all values, has some width, and passes over what has no logarithm', () => {
  const [low, high] = logDomain([0, 100, Infinity, NaN, 200]);
  expect(low).toBeLessThan(100);
  expect(high).toBeGreaterThan(200);
  const [least, most] = logDomain([100]);
  expect(most / least).toBeCloseTo(2, 12);
  expect(logDomain([])).toEqual([1, 10]);
});

test('the range of ratios is even around 1, and 1 is marked', () => {
  const domain = ratioDomain([0.5, undefined, 1.2]);
  expect(domain[0] * domain[1]).toBeCloseTo(1, 12);
  expect(domain[0]).toBeLessThan(0.5);
  for (const reach of [1.1, 1.4, 2, 5, 40]) expect(ratioTicks(ratioDomain([reach]), 5)).toContain(1);
});

test('time is shown in seconds, minutes or hours', () => {
  expect(timeAxis(60_000)).toMatchObject({ domain: [0, 60], label: 'seconds since the start →' });
  expect(timeAxis(3_600_000)).toMatchObject({ domain: [0, 60], label: 'minutes since the start →' });
  expect(timeAxis(36_000_000)).toMatchObject({ domain: [0, 10], label: 'hours since the start →' });
});

describe('the Pareto front', () => {
  const points = [
    { x: 1, y: 0.7 },
    { x: 2, y: 0.9 },
    { x: 3, y: 0.8 },
    { x: 4, y: 1 },
  ];

  test('leaves out what another beats on both axes', () => {
    expect(paretoFront(points, 'higher').map(({ x }) => x)).toEqual([1, 2, 4]);
    expect(paretoFront(points, 'lower').map(({ x }) => x)).toEqual([1]);
  });

  test('keeps equal points, and drops one that is equal on one axis and worse on the other', () => {
    const twins = [
      { x: 1, y: 1 },
      { x: 1, y: 1 },
      { x: 1, y: 0.5 },
    ];
    expect(paretoFront(twins, 'higher')).toHaveLength(2);
  });
});

describe('labels', () => {
  const at = (x: number, y: number): Label => ({ x, y, width: 60, left: x, right: x, top: y, bottom: y });

  test('are right above their point if there is space', () => {
    expect(placeLabels([at(100, 100)], { width: 300, height: 200 })).toEqual([
      { dx: 11, dy: -11, anchor: 'start' },
    ]);
  });

  test('turn to the other side at the edge', () => {
    expect(placeLabels([at(280, 100)], { width: 300, height: 200 })[0]).toMatchObject({ anchor: 'end' });
  });

  test('give way to each other', () => {
    const [one, other] = placeLabels([at(100, 100), at(104, 102)], { width: 300, height: 200 });
    expect(one).not.toEqual(other);
  });
});

describe('a drawing as markup', () => {
  const text = (content: string): DomNode => ({ nodeType: 3, textContent: content, childNodes: [] });
  const node = (
    localName: string,
    attributes: Record<string, string>,
    childNodes: DomNode[] = [],
  ): DomNode => ({
    nodeType: 1,
    localName,
    textContent: null,
    childNodes,
    attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
  });

  test('escapes text and attributes, and says what the picture shows', () => {
    const svg = node('svg', { class: 'x"><script>' }, [node('title', {}, [text('<img onerror=x>')])]);
    expect(writeSvg(svg, '"label"').text).toBe(
      '<svg role="img" aria-label="&quot;label&quot;" class="x&quot;&gt;&lt;script&gt;"><title>&lt;img onerror=x&gt;</title></svg>',
    );
  });

  test('drops styles, scripts and handlers, which the policy of the page forbids', () => {
    const svg = node('svg', { style: 'color:red', onclick: 'x()' }, [
      node('style', {}, [text('x')]),
      node('script', {}),
    ]);
    expect(writeSvg(svg, undefined).text).toBe('<svg aria-hidden="true"></svg>');
  });

  test('rounds coordinates to what a screen shows, but no other numbers', () => {
    const path = node('path', { d: 'M1.23456,-0.01L2e-7,3', fill: 'var(--c1)', 'stroke-width': '1.75' });
    expect(writeSvg(path, undefined).text).toContain(
      'd="M1.2,0L2e-7,3" fill="var(--c1)" stroke-width="1.75"',
    );
  });
});
