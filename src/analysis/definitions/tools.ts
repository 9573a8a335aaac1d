import type { Ms } from '../../base/clock.ts';
import { mean } from '../../stats/quantile.ts';
import type { StreamEvents } from './events.ts';

/** What one tool would report for one request. A figure is absent if the tool does not have it. */
export interface ToolFigures {
  ttft?: Ms;
  /** The tool's time per output token, under any name. */
  perToken?: Ms;
  /** Mean gap, if the tool takes gaps as they arrived. */
  gap?: Ms;
  e2e?: Ms;
  /** Tokens per second for one reader. */
  speed?: number;
}

export interface Tool {
  name: string;
  /** What it does differently, in a sentence. */
  difference: string;
  of(events: StreamEvents): ToolFigures;
}

/** Its line shows the table's figures; only the gap comes from here. */
export const ourTool = 'gatebench';

/**
 * How other benchmark tools would measure the same request. From their documentation and sources as of 2026. All use
 * the server's token count here, though some count with their own tokenizer.
 */
export const tools: readonly Tool[] = [
  {
    name: ourTool,
    difference:
      'TTFT and E2E, to the first and last text, are geometric means over prompts; per token is decode time ÷ tokens after the first piece, over all answers long enough to have a rate; chunks that came in one read make no gap',
    of: ({ textGaps }) => (textGaps.length > 0 ? { gap: mean(textGaps) } : {}),
  },
  {
    name: 'vLLM bench',
    difference:
      'TTFT stops at the first chunk with a choices list, even one that carries only a role; its ITL is every gap between chunks, including the finish',
    of({ firstChoice, lastChoice, tokens, choiceGaps }) {
      return {
        ttft: firstChoice,
        perToken: (lastChoice - firstChoice) / (tokens - 1),
        gap: mean(choiceGaps),
        e2e: lastChoice,
      };
    },
  },
  {
    name: 'AIPerf',
    difference: 'its ITL is one mean per request, (last text − TTFT) ÷ (tokens − 1): our TPOT',
    of({ firstText, lastText, tokens }) {
      const perToken = (lastText - firstText) / (tokens - 1);
      return { ttft: firstText, perToken, e2e: lastText, speed: 1000 / perToken };
    },
  },
  {
    name: 'GuideLLM',
    difference: 'its TPOT is the last text ÷ all tokens, so it includes the TTFT; its latency ends at [DONE]',
    of({ firstText, lastText, tokens, end }) {
      return { ttft: firstText, perToken: lastText / tokens, e2e: end, speed: (1000 * tokens) / end };
    },
  },
  {
    name: 'MLPerf LoadGen',
    difference: 'its clock starts when the request was due, so our own queue counts as latency',
    of({ firstText, lastText, tokens, queue }) {
      const perToken = (lastText - firstText) / (tokens - 1);
      return { ttft: firstText + queue, perToken, e2e: lastText + queue, speed: 1000 / perToken };
    },
  },
  {
    name: 'Artificial Analysis',
    difference:
      'its speed leaves out the tokens of the first chunk (estimated here from its share of the characters); its E2E is computed for 500 tokens at that speed',
    of({ firstText, lastText, tokens, firstShare }) {
      const after = tokens * (1 - firstShare);
      const speed = (1000 * after) / (lastText - firstText);
      return { ttft: firstText, speed, e2e: firstText + (500 * 1000) / speed };
    },
  },
];
