import { describe, expect, test } from 'vitest';
import { UserError } from '../../base/user-error.ts';
import type { TraceArrival, TraceFormat } from '../../load/trace.ts';
import { unified } from './files.ts';
import { parseTrace } from './trace.ts';

const parsed = (text: string, format: TraceFormat): TraceArrival[] =>
  parseTrace({ name: 't.csv', text: unified(text) }, format);

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
  const arrivals = parsed(written[format], format);
  for (const [index, arrival] of arrivals.entries()) expect(arrival.at).toBeCloseTo(at[index]!, -1);
  expect(arrivals.map(({ promptTokens }) => promptTokens)).toEqual(lengths);
});

const head = 'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type';
test.each<[string, TraceFormat, string]>([
  ['CRLF and a byte order mark', 'burstgpt', `\uFEFF${head}\r\n5,m,7,1,8,x\r\n9,m,7,1,8,x\r\n`],
  ['CR alone', 'burstgpt', `${head}\r5,m,7,1,8,x\r9,m,7,1,8,x\r`],
  ['commas in quotes', 'burstgpt', 'Model,Timestamp,Request tokens\n"a, b",5,7\n"c",9,7\n'],
  ['quotes in quotes, and a line feed', 'burstgpt', `${head}\n"5","a ""b""\nc",7,1,8,x\n9,m,7,1,8,x\n`],
  [
    'empty lines, spaces, and short ones at the end',
    'burstgpt',
    'Timestamp , Request tokens\n\n 5 , 7\n9,7\n,\n',
  ],
  [
    'times as text',
    'mooncake',
    '{"timestamp":"5000","input_length":7}\r\n\r\n{"timestamp":9000,"input_length":7}',
  ],
  [
    'a zone',
    'azure',
    'TIMESTAMP,ContextTokens\n2024-05-10 00:00:05.000+00:00,7\n2024-05-10T01:00:09+01:00,7\n',
  ],
  ['years before 1970', 'azure', 'TIMESTAMP,ContextTokens\n1960-01-01 00:00:05,7\n1960-01-01 00:00:09,7\n'],
])('%s', (_name, format, text) => {
  expect(parsed(text, format)).toMatchObject([
    { at: 0, promptTokens: 7 },
    { at: 4000, promptTokens: 7 },
  ]);
});

describe('what is wrong is said with its line', () => {
  test.each<[string, TraceFormat, string, RegExp]>([
    ['unordered times', 'burstgpt', 'Timestamp\n5\n9\n7\n', /line 4 .*before the one above/],
    ['a negative time', 'mooncake', '{"timestamp": -1}\n', /line 1 .*negative/],
    ['no time', 'azure', 'TIMESTAMP,ContextTokens\nsoon,3\n', /line 2 .*no time was found/],
    ['another format', 'burstgpt', written.mooncake, /line 1 .*Is it BurstGPT CSV/],
    ['not JSON', 'mooncake', 'Timestamp\n', /line 1 .*not JSON/],
    ['a number for a date', 'azure', 'TIMESTAMP,ContextTokens\n5,3\n', /line 2 .*no time was found/],
    [
      'a date that two people read in two ways',
      'azure',
      'TIMESTAMP\n11/12/2023 18:15:00\n',
      /line 2 .*no time/,
    ],
    [
      'a quote that is not closed',
      'burstgpt',
      `${head}\n5,"m,7\n`,
      /line \d of the trace: .*quote.*Is it BurstGPT/i,
    ],
    [
      'a later line after one with a line feed',
      'burstgpt',
      `${head}\n5,"a\nb",1\nsoon,m,1\n`.replace(head, 'Timestamp,Model,Request tokens'),
      /line 4 /,
    ],
    [
      'a negative length',
      'azure',
      'TIMESTAMP,ContextTokens\n2024-05-10 00:00:05,-3\n',
      /line 2 .*length .*not -3/,
    ],
    ['half a token', 'mooncake', '{"timestamp": 1, "output_length": 2.5}\n', /line 1 .*length .*not 2\.5/],
    [
      'a length beyond every model',
      'burstgpt',
      `${head}\n5,m,1e12,1,8,x\n`,
      /line 2 .*from 0 to 2000000, not 1000000000000/,
    ],
    ['no object', 'mooncake', 'null\n', /line 1 .*JSON object/],
    ['nothing at all', 'burstgpt', '', /no arrivals/],
    ['nothing', 'burstgpt', 'Timestamp,Model\n', /no arrivals/],
  ])('%s', (_name, format, text, message) => {
    expect(() => parsed(text, format)).toThrow(UserError);
    expect(() => parsed(text, format)).toThrow(message);
  });
});

test.each<[string, string]>([
  ['one of two', `${head}\n5,m,7,1,8,x\n9,m,7,,8,x\n`],
  ['both', 'Timestamp\n5\n9\n'],
])('lengths that are to be replayed must all be there: without %s it is refused', (_name, text) => {
  const source = { name: 't.csv', text };
  expect(parseTrace(source, 'burstgpt')).toHaveLength(2);
  expect(() => parseTrace(source, 'burstgpt', { lengths: true })).toThrow(
    /line [23] of the trace: it has no lengths to replay/,
  );
});
