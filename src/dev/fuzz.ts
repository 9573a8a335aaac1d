import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Property, Trial } from '../base/testing/property.ts';
import { failureProperties } from '../wire/testing/failures.ts';
import { framingProperties } from '../wire/testing/framings.ts';
import { streamProperties } from '../wire/testing/streams.ts';
import { csvProperties } from '../journal/testing/csv.ts';
import { fixed } from '../report/number-text.ts';
import { painter } from '../report/paint.ts';
import { columnsOf, textTable } from '../report/text-table.ts';
import { answerProperties, openWire } from '../run/testing/answers.ts';
import { filesBeside, suiteProperties } from '../suite/testing/hostile.ts';
import { tempFolder } from '../suite/testing/temp-suite.ts';

/*
 * node src/dev/fuzz.ts [--minutes N] [--seed N]
 *
 * Tries for minutes the properties that the tests try a few hundred times. Each gets the same share of the time. Exit
 * code 1 if one does not hold, with the smallest counterexample.
 */
const { values: flags } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' } },
});
const seed = Number(flags.seed ?? randomInt(2 ** 31));

await using folder = await tempFolder(filesBeside);
await using wire = await openWire();
const subjects: [string, readonly Property[]][] = [
  ['framing', framingProperties],
  ['stream', streamProperties],
  ['failure', failureProperties],
  ['answer', answerProperties(() => wire)],
  ['any row comes back', csvProperties],
  ['suite', suiteProperties(() => folder.path)],
];
const tried: { subject: string; name: string; trial: Trial; seconds: number }[] = [];
const all = subjects.flatMap(([subject, properties]) => properties.map((one) => ({ subject, ...one })));
for (const { subject, name, tryFor } of all) {
  process.stderr.write(`${subject}: ${name} …\n`);
  const startedAt = performance.now();
  const trial = await tryFor((Number(flags.minutes) * 60_000) / all.length, seed);
  tried.push({ subject, name, trial, seconds: (performance.now() - startedAt) / 1000 });
}

const column = columnsOf(tried);
const table = textTable(
  [
    column('about', 'left', ({ subject }) => subject),
    column('property', 'left', ({ name }) => name),
    column('runs', 'right', ({ trial }) => fixed(trial.runs, 0)),
    column('s', 'right', ({ seconds }) => fixed(seconds, 0)),
    column('holds', 'left', ({ trial }) => (trial.failure === undefined ? 'yes' : 'NO')),
  ],
  painter(false),
);
const failures = tried.flatMap(({ name, trial }) =>
  trial.failure === undefined ? [] : [`${name}\n${trial.failure}`],
);
process.stdout.write([...table, '', `Seed ${seed}.`, ...failures, ''].join('\n'));
if (failures.length > 0) process.exitCode = 1;
