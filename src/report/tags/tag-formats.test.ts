import { describe, expect, test } from 'vitest';
import type { TagReport } from '../../analysis/by-tag.ts';
import { awkward, usual } from '../testing/sample-reports.ts';
import { tagFormats } from './tag-formats.ts';

const { models, pairs, leads } = usual;
const tag = (name: string, prompts: number, report = usual): TagReport => ({
  tag: name,
  prompts,
  neededPrompts: 8,
  models: report.models,
  pairs: report.pairs,
  leads: report.leads ?? [],
});
const report = { ...usual, tags: [tag('json', 12), tag('writing', 3)] };
const evil = 'a|b`c`\u001b[31m<b>\n@everyone';
const plain = { columns: 80, color: false };

describe.each(tagFormats)('$name', (format) => {
  test('shows each tag with its models, and who leads where that can be known', () => {
    const text = format.render(report, plain);
    for (const { model } of models) expect(text.split(model).length).toBeGreaterThan(2);
    expect(text).toMatch(/json[^]*12/);
    expect(text).toMatch(/writing/);
    expect(text.endsWith('\n')).toBe(true);
    if (format.name === 'json') return;
    expect(text).toMatch(/no verdict is possible before there are 8 prompts/);
    expect(text.match(/costs the least/g)).toHaveLength(1);
  });

  test('no name from outside breaks it, and simulated runs say so', () => {
    const text = format.render({ ...awkward, tags: [tag(evil, 9, awkward)] }, plain);
    expect(text).not.toContain('\u001b');
    expect(text).toMatch(format.limits.simulated);
    if (format.limits.fitsColumns)
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    if (format.name === 'markdown') expect(text).not.toMatch(/^\|.*\ba\|b/m);
  });

  test('without tags it says what to do', () => {
    const text = format.render(usual, plain);
    if (format.name === 'json') expect(JSON.parse(text)).toMatchObject({ tags: [] });
    else expect(text).toContain('Give prompts');
  });
});

test('JSON holds the figures with their intervals and the pairs', () => {
  const json = tagFormats.find(({ name }) => name === 'json')!;
  const parsed = JSON.parse(json.render(report, plain)) as { tags: Record<string, unknown>[] };
  expect(parsed.tags[0]).toMatchObject({ tag: 'json', prompts: 12, needed_prompts: 8 });
  expect(parsed.tags[0]!['pairs']).toHaveLength(pairs.length);
  expect(parsed.tags[0]!['models']).toHaveLength(models.length);
  expect(leads).toBeDefined();
});
