import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allMetrics } from './metrics.ts';
import { Attempt } from './attempt.ts';
import { answered, type Piece } from './metrics/testing/exchange.ts';
import { streamNotes } from './stream-notes.ts';
import * as facts from './text-facts.ts';

const plan = { phase: 'measure', repeat: 1, block: 1, position: 1, attempt: 1, promptId: 'p' } as const;
const schedule = { scheduledAt: new Date(0), queueMs: 0, inFlight: 1, waitedMs: undefined };

test('figures of an answer are the same without its texts', () => {
  const call = fc.record({ id: fc.string(), name: fc.string({ unit: 'grapheme' }), arguments: fc.string() });
  fc.assert(
    fc.property(
      fc.record({
        answer: fc.string({ unit: 'grapheme' }),
        reasoning: fc.string({ unit: 'grapheme' }),
        toolCalls: fc.array(call, { maxLength: 2 }),
        usage: fc.record({ completionTokens: fc.nat(40), reasoningTokens: fc.nat(9) }, { requiredKeys: [] }),
      }),
      (said) => {
        const whole = {
          ...answered(Array.from({ length: 12 }, (_, at): Piece => [100 + 20 * at, 'content', 4])),
          ...said,
        };
        const bare = facts.withoutTexts(whole);
        const figures = (exchange: typeof whole): unknown => [
          facts.textFactsOf(exchange),
          facts.hasText(exchange),
          facts.answerHash(exchange),
          streamNotes(exchange),
          allMetrics.map((metric) => metric.of(new Attempt(exchange, { price: undefined, schedule, plan }))),
        ];
        expect(figures(bare)).toEqual(figures(whole));
        expect([bare.answer, bare.reasoning, bare.toolCalls]).toEqual(['', '', []]);
        expect(facts.withoutTexts(bare)).toEqual(bare);
      },
    ),
    { numRuns: 60 },
  );
});

test('of what was not understood its place is left', () => {
  const exchange = { ...answered([]), unread: 'delta.audio: {"a": "secret: word"}' };
  expect(facts.withoutTexts(exchange).unread).toBe('delta.audio: …');
});
