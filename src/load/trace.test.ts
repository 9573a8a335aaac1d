import { describe, expect, test } from 'vitest';
import { UserError } from '../base/user-error.ts';
import { parseTrace, type TraceFormat } from './trace.ts';

const written: Record<TraceFormat, string> = {
  burstgpt:
    'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n' +
    '5,ChatGPT,472,18,490,Conversation log\n45,ChatGPT,1087,230,1317,Conversation log\n45,GPT-4,417,0,417,API log\n',
  mooncake:
    '{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47]}\n' +
    '{"timestamp": 30535, "input_length": 6472, "output_length": 26, "hash_ids": [46]}\n',
  azure:
    'TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n' +
    '2023-11-16 18:15:50.9951690,396,109\r\n',
};

test.each<[TraceFormat, number[], number[]]>([
  ['burstgpt', [0, 40_000, 40_000], [472, 1087, 417]],
  ['mooncake', [0, 3053], [6955, 6472]],
  ['azure', [0, 4315], [374, 396]],
])('%s: times from the first arrival, and lengths', (format, at, lengths) => {
  const arrivals = parseTrace(written[format], format);
  for (const [index, arrival] of arrivals.entries()) expect(arrival.at).toBeCloseTo(at[index]!, -1);
  expect(arrivals.map(({ promptTokens }) => promptTokens)).toEqual(lengths);
});

describe('what is wrong is said with its line', () => {
  test.each<[string, TraceFormat, string, RegExp]>([
    ['unordered times', 'burstgpt', 'Timestamp\n5\n9\n7\n', /line 4 .*before the one above/],
    ['a negative time', 'mooncake', '{"timestamp": -1}\n', /line 1 .*negative/],
    ['no time', 'azure', 'TIMESTAMP,ContextTokens\nsoon,3\n', /line 2 .*no time was found/],
    ['another format', 'burstgpt', written.mooncake, /no time was found|no arrivals/],
    ['not JSON', 'mooncake', 'Timestamp\n', /line 1 .*not JSON/],
    ['nothing', 'burstgpt', 'Timestamp,Model\n', /no arrivals/],
  ])('%s', (_name, format, text, message) => {
    expect(() => parseTrace(text, format)).toThrow(UserError);
    expect(() => parseTrace(text, format)).toThrow(message);
  });
});
