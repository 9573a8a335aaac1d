import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { simulatedMonth, type MonthRun } from '../cli/publish/testing/month.ts';
import { type Issue, issueSteps, type Step } from '../cli/deliver/issues.ts';
import { readNight } from '../cli/deliver/read-night.ts';
import { writeForGithub } from '../cli/gate/github.ts';
import { gatebench, testIo } from '../cli/testing/gatebench.ts';

/*
 * npm run nights [-- FOLDER]
 *
 * Thirty simulated nights, with an outage, a slowdown, a night that is run twice, and a new version of a model: their
 * history, the comment of each night that did not pass, the resulting issues, and the site. Nothing is sent. Replaces a
 * folder that it made before. Default: results/month.
 */
const folder = resolve(process.argv[2] ?? 'results/month');
if (existsSync(folder) && !existsSync(join(folder, 'issues.md')))
  throw new Error(`${folder} exists, and this script did not make it: name another folder.`);
await rm(folder, { recursive: true, force: true });
await mkdir(join(folder, 'comments'), { recursive: true });
const issues: Issue[] = [];
const told: string[] = [];
const runs = await simulatedMonth(folder, async ({ loaded, report }) => {
  await writeForGithub({ loaded, report }, loaded.folder, testIo(folder));
  for (const step of issueSteps(await readNight(loaded.folder), issues))
    told.push(`${report.run.run_id}  ${takeStep(step)}`);
});
await writeFile(
  join(folder, 'issues.md'),
  issues.map(({ number, state, body }) => `# Issue ${number}, ${state}\n\n${body}\n`).join('\n'),
);
for (const [place, { night, word, comment }] of runs.entries())
  if (word !== 'pass' && !word.startsWith('learning'))
    await writeFile(
      join(folder, 'comments', `${night}${runs[place - 1]?.night === night ? '-again' : ''}.md`),
      comment,
    );
const published = await gatebench(['publish', 'history', '--out', 'site'], folder);
process.stdout.write(
  `${tableOf(runs)}\n\n${told.join('\n')}\n\n${published.stdout}${published.stderr}In ${folder}\n`,
);
process.exitCode = published.code ?? 1;

/** GitHub's part of the job. */
function takeStep(step: Step): string {
  if (step.kind === 'open') {
    issues.push({ number: issues.length + 1, state: 'open', body: step.body });
    return `opens issue ${issues.length}: ${step.title}`;
  }
  const issue = issues.find(({ number }) => number === step.number)!;
  const after: Issue = step.kind === 'update' ? { ...issue, body: step.body } : { ...issue, state: 'closed' };
  issues[issues.indexOf(issue)] = step.kind === 'close' ? { ...after, body: step.body } : after;
  return `${step.kind}s issue ${step.number}${step.kind === 'close' ? `: ${step.comment}` : ''}`;
}

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
