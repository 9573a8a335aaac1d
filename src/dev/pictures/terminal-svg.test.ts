import { expect, test } from 'vitest';
import { parseXml, elements } from '../../report/sheet/testing/workbook.ts';
import { terminalSvg } from './terminal-svg.ts';

const texts = (ansi: string): Record<string, string>[] =>
  elements(parseXml(terminalSvg(ansi, 'A table')), 'text').map(({ attributes, text }) => ({
    ...attributes,
    text,
  }));

test('words that stand apart are placed apart, each as wide as its cells', () => {
  const [a, b, wide] = texts('a   bc\n日本');
  expect(a).toMatchObject({ text: 'a', x: '18', textLength: '8.4' });
  expect(b).toMatchObject({ text: 'bc', x: '51.6', textLength: '16.8' });
  expect(wide).toMatchObject({ text: '日本', textLength: '33.6' });
  expect(Number(wide!['y'])).toBeGreaterThan(Number(a!['y']));
});

test('tones are kept until they are taken back', () => {
  const [strong, plain, bad] = texts('\u001b[1mstrong\u001b[22m  plain  \u001b[31mbad\u001b[39m');
  expect(strong).toMatchObject({ text: 'strong', 'font-weight': 'bold' });
  expect(plain).not.toHaveProperty('font-weight');
  expect(bad!['fill']).not.toBe(plain!['fill']);
});

test('what looks like markup is text', () => {
  expect(texts('<b>&"')[0]).toMatchObject({ text: '<b>&"' });
});
