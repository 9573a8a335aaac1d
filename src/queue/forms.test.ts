import { expect, test } from 'vitest';
import { cell, planned, prompt } from '../plan/testing/planned.ts';
import type { Suite } from '../suite/suite.ts';
import { filledUp } from '../wire/filling.ts';
import { jobForm, plannedOf } from './forms.ts';

const about = prompt('p');
const suite = { prompts: [about] } as unknown as Suite;

test('a worker brings a request to the lengths of its trace, as the coordinator would', () => {
  const place = { load: 'open' as const, level: 2, number: 1, arrival: 3, offset: 40 };
  const visit = { ...place, lengths: { promptTokens: 200, completionTokens: 30 } };
  const asked = planned(cell('a'), about, { visit });
  const sent = JSON.parse(
    JSON.stringify(jobForm(asked, { attempt: 1, eventId: 'e', suiteHash: 'h' })),
  ) as ReturnType<typeof jobForm>;
  const there = plannedOf(sent, suite, () => asked.cell)!;
  expect(filledUp(there).prompt).toEqual(filledUp(asked).prompt);
  expect(filledUp(there).prompt).not.toEqual(about);
});
