import { expect, test } from 'vitest';
import { elements, parseXml } from '../testing/workbook.ts';
import { mendChart } from './mend-chart.ts';

const chart = (series: string): string =>
  `<c:chartSpace xmlns:c="urn:c" xmlns:a="urn:a">${series}</c:chartSpace>`;
const column = (values: string): string =>
  `<c:ser><c:idx val="0"/><c:cat><c:strRef/></c:cat><c:val><c:numRef><c:f>${values}</c:f></c:numRef></c:val></c:ser>`;
const interval = { values: 'Summary!$B$9:$B$12', minus: 'Summary!$C$9:$C$12', plus: 'Summary!$D$9:$D$12' };

test('the series of an interval gets error bars on both sides, before its categories', () => {
  const mended = parseXml(
    mendChart(chart(column(interval.values) + column('Summary!$E$9:$E$12')), [interval]),
  );
  const [first, second] = elements(mended, 'c:ser');
  expect(first!.children.map(({ name }) => name)).toEqual(['c:idx', 'c:errBars', 'c:cat', 'c:val']);
  expect(elements(first!, 'c:plus')[0]!.children[0]!.children[0]!.text).toBe(interval.plus);
  expect(elements(first!, 'c:minus')[0]!.children[0]!.children[0]!.text).toBe(interval.minus);
  expect(second!.children.map(({ name }) => name)).not.toContain('c:errBars');
});

test('a line stands before its marker, as the format wants it', () => {
  const marker = '<c:marker><c:symbol val="circle"/><c:spPr><a:solidFill/></c:spPr></c:marker>';
  const line = '<c:spPr><a:ln><a:solidFill/></a:ln></c:spPr>';
  const wrong = chart(`<c:ser><c:tx/>${marker}${line}<c:xVal/></c:ser>`.repeat(2));
  expect(mendChart(wrong, [])).toBe(chart(`<c:ser><c:tx/>${line}${marker}<c:xVal/></c:ser>`.repeat(2)));
});

test('a series in order stays as it is', () => {
  const right = chart(column('Summary!$E$9:$E$12'));
  expect(mendChart(right, [interval])).toBe(right);
});
