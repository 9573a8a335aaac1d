import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { simulatedMonth, type MonthRun } from '../cli/publish/testing/month.ts';
import { gatebench } from '../cli/testing/gatebench.ts';

/*
 * npm run nights [-- FOLDER]
 *
 * Thirty simulated nights, with an outage, a slowdown, a night that is run twice, and a new version of a model: their
 * history, the comment of each night that did not pass, and the site. Nothing is sent. Replaces the folder, which is
 * results/month unless given.
 */
const folder = resolve(process.argv[2] ?? 'results/month');
await rm(folder, { recursive: true, force: true });
await mkdir(join(folder, 'comments'), { recursive: true });
const runs = await simulatedMonth(folder);
for (const [place, { night, word, comment }] of runs.entries())
  if (word !== 'pass' && !word.startsWith('learning'))
    await writeFile(
      join(folder, 'comments', `${night}${runs[place - 1]?.night === night ? '-again' : ''}.md`),
      comment,
    );
const published = await gatebench(['publish', 'history', '--out', 'site'], folder);
process.stdout.write(`${tableOf(runs)}\n\n${published.stdout}${published.stderr}In ${folder}\n`);
process.exitCode = published.code ?? 1;

function tableOf(all: readonly MonthRun[]): string {
  return [
    '| night | what happened | the gate says | exit | about |',
    '| ----: | ------------- | ------------- | ---: | ----- |',
    ...all.map(
      ({ night, what, word, code, alarms }) =>
        `| ${night} | ${what} | ${word} | ${code} | ${alarms.join(', ')} |`,
    ),
  ].join('\n');
}
