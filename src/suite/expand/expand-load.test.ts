import { expect, test } from 'vitest';
import { loadModeOf } from '../../load/load-modes.ts';
import { faultsOf, load, minimal } from '../testing/temp-suite.ts';

const suiteWith = (section: string): string =>
  minimal(`prompts: [{ id: a, prompt: x }]\nload:\n${section.replace(/^/gm, '  ')}`);

const trace = 'Timestamp,Model\n5,m\n9,m\n13,m\n';

test("a trace's times are in the suite, and its own rate, made faster", async () => {
  const section =
    'mode: open\nwindow: 100s\nmin_arrivals: 10\narrivals: { trace: { file: t.csv, format: burstgpt, speed: 2 } }';
  const suite = await load(suiteWith(section), { 't.csv': trace });
  expect(suite.load).toMatchObject({
    rate: '0.5/s',
    arrivals: { trace: { file: 't.csv', offsets: [0, 4000, 8000] } },
  });
});

test('lengths of a trace go with its times, from the first on, again when it starts over', async () => {
  const section =
    'mode: open\nrate: 1/s\nwindow: 20s\nwarmup: 1s\nmin_arrivals: 10\n' +
    'arrivals: { trace: { file: t.csv, format: burstgpt, lengths: true } }';
  const text = 'Timestamp,Request tokens,Response tokens\n5,10,1\n9,20,2\n13,30,3\n';
  const { load: settings } = await load(suiteWith(section), { 't.csv': text });
  const slots = loadModeOf(settings).design!(settings!)!.slots({ kind: 'visit', rate: 1 }, 1, Math.random);
  expect(slots.map(({ lengths }) => lengths?.promptTokens).slice(0, 5)).toEqual([10, 20, 30, 10, 20]);
  expect(slots[1]!.lengths).toEqual({ promptTokens: 20, completionTokens: 2 });
  expect(slots[0]!.isWarmup).toBe(true);
});

test.each<[string, string, RegExp]>([
  [
    'checks of answers that a trace cuts',
    'mode: open\nslo: { passed: true }\narrivals: { trace: { file: lengths.csv, format: burstgpt, lengths: true } }',
    /load\.slo\.passed: .* the trace cuts them .* Leave out passed, or lengths: true/,
  ],
  [
    'lengths that a trace does not have',
    'mode: open\narrivals: { trace: { file: times.csv, format: burstgpt, lengths: true } }',
    /load\.arrivals\.trace\.file: "times\.csv": line 2 of the trace: it has no lengths/,
  ],
  [
    'a rate without its unit',
    'mode: open\nrate: 0.5',
    /load\.rate: a rate is a number with its unit.* not 0\.5/,
  ],
  [
    'a rate in no unit',
    'mode: open\nrate: 5/day',
    /load\.rate.*a rate is a number with its unit, such as 0\.5\/s/,
  ],
  ['a rate that nobody offers', 'mode: open\nrate: 20000/s', /load\.rate: 20000\/s is above 10000\/s/],
  ['a rate below one a week', 'mode: open\nrate: 0.00001/s', /load: at 0\.036\/h .* more than a week/],
  ['a visit beyond all memory', 'mode: open\nrate: 9000/s', /load\.window: .* more than 1,000,000 requests/],
  ['a bare number of seconds', 'mode: open\nrate: 1/s\nwindow: 90', /load\.window: a duration is .* not 90/],
  [
    'a window of years',
    'mode: open\nrate: 1/s\nwindow: 100000h',
    /load\.window: 100000h is longer than a week/,
  ],
  ['no rate', 'mode: open', /load: an open loop needs a rate/],
  [
    'a window that holds too little',
    'mode: open\nrate: 0.5/s\nwindow: 60s',
    /suite\.yaml:8:11: load\.window: 60s holds about 30 requests at 0\.5\/s, and a visit needs 60\. Make it 120s/,
  ],
  ['a limit without an SLO', 'mode: limit', /load: a search for a limit needs an SLO/],
  [
    'too few visits to decide',
    'mode: limit\nslo: { e2e_ms: 100 }\nvisits: 4',
    /load\.visits: 4 visits can decide no level/,
  ],
  [
    'a range upside down',
    'mode: limit\nslo: { e2e_ms: 9 }\nlimit: { from: 2/s, to: 1/s }',
    /load\.limit: from 2\/s is above/,
  ],
  [
    'a trace that is not there',
    'mode: open\narrivals: { trace: { file: no.csv, format: burstgpt } }',
    /load\.arrivals\.trace\.file: "no\.csv" does not exist/,
  ],
  [
    'a trace out of order',
    'mode: open\narrivals: { trace: { file: bad.csv, format: burstgpt } }',
    /load\.arrivals\.trace\.file: "bad\.csv": line 3 of the trace: the time is before/,
  ],
  [
    'checks that are not there',
    'mode: open\nrate: 1/s\nslo: { passed: true }',
    /load\.slo\.passed: asks for answers that pass their checks, and the prompt "a" has none/,
  ],
  ['an unknown mode', 'mode: half-open', /load\.mode/],
])('%s is reported with its place', async (_name, section, message) => {
  const faults = await faultsOf(suiteWith(section), {
    'bad.csv': 'Timestamp\n5\n1\n',
    'times.csv': 'Timestamp\n5\n9\n',
    'lengths.csv': 'Timestamp,Request tokens,Response tokens\n5,1,1\n9,1,1\n',
  });
  expect(faults.join('\n')).toMatch(message);
});

test.each([
  ['', /"t\.csv": the trace has no arrivals/],
  ['x'.repeat(20_000_001), /"t\.csv" is larger than 20 MB; only its first 10,000 arrivals .* head -n 10001/],
])('a trace that is empty or huge is one fault', async (text, message) => {
  const section = 'mode: open\narrivals: { trace: { file: t.csv, format: burstgpt } }';
  const faults = await faultsOf(suiteWith(section), { 't.csv': text });
  expect(faults).toEqual([expect.stringMatching(message)]);
});

test.each([
  ['a wrong rate', 'mode: open\nrate: 0.5'],
  ['a wrong speed', 'mode: open\narrivals: { trace: { file: t.csv, format: burstgpt, speed: 0 } }'],
  ['a format that is none', 'mode: open\narrivals: { trace: { file: t.csv, format: burst } }'],
])('%s is one fault, and nothing else is reported as missing there', async (_name, section) => {
  expect(await faultsOf(suiteWith(section), { 't.csv': trace })).toHaveLength(1);
});

test('a search makes its window longer if a rate needs it: its rates are not known in advance', async () => {
  const { load: settings } = await load(suiteWith('mode: limit\nslo: { e2e_ms: 9 }\nwindow: 10s'));
  const design = loadModeOf(settings).design!(settings!)!;
  expect([0.05, 6, 60].map((rate) => design.windowMs(rate, 'visit'))).toEqual([1_200_000, 10_000, 10_000]);
});

test.each([
  [
    'mode: open\nrate: [30/min, 2/s]',
    '1/s',
    /thresholds\.0\.level: the load has no level 1\/s; it has 0\.5\/s or 2\/s/,
  ],
  ['mode: open\nrate: [30/min, 2/s]', '0.5/s', undefined],
  ['mode: closed\nlevels: [1, 4]', '2', /the load has no level 2; it has 1 or 4/],
  ['mode: closed\nlevels: [1, 4]', '4', undefined],
])('under %j a limit on level %s', async (section, level, message) => {
  const text = `${suiteWith(section)}\nthresholds: [{ metric: attainment, level: ${level}, min: 0.9 }]`;
  const faults = await faultsOf(text).catch(() => []);
  if (message) expect(faults.join('\n')).toMatch(message);
  else expect((await load(text)).thresholds).toHaveLength(1);
});

test.each<[string, RegExp]>([
  ['{ metric: attainment, min: 0.9 }', /attainment belongs to a level/],
  ['{ metric: attainment, level: 5, max: 0.9 }', /attainment needs "min"/],
  ['{ metric: attainment, level: 5/day, min: 0.9 }', /level: a rate is/],
  ['{ metric: rate(passed), level: 5/s, min: 0.9 }', /goes with metric: attainment/],
])('a threshold %s is refused', async (threshold, message) => {
  const faults = await faultsOf(minimal(`prompts: [{ id: a, prompt: x }]\nthresholds: [${threshold}]`));
  expect(faults.join('\n')).toMatch(message);
});
