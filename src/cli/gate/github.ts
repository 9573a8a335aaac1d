import { appendFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { makeFolder } from '../../base/make-folder.ts';
import { UserError } from '../../base/user-error.ts';
import { writeWhole } from '../../journal/run-folder.ts';
import { annotations } from '../../report/gate/annotations.ts';
import { gateFiles } from '../../report/report-formats.ts';
import { fitted, gateSections } from '../../report/gate/gate-markdown.ts';
import { answer, details } from '../../report/run-markdown.ts';
import { trendSections } from '../../report/trend/trend-markdown.ts';
import type { TrendReport } from '../../report/trend/trend-report.ts';
import { largestSuite, readText } from '../../suite/read/files.ts';
import type { Io } from '../io.ts';
import type { Night } from './night.ts';

/** GitHub refuses a step's summary above 1 MiB entirely. */
const summaryBytes = 900_000;

/**
 * The files for CI, the job's summary, and the lines that GitHub turns into annotations. `trend`: of the suite, if it
 * has nights.
 */
export async function writeForGithub(
  { loaded, report }: Night,
  folder: string,
  io: Io,
  trend?: TrendReport,
): Promise<string[]> {
  const style = { columns: 120, color: false };
  try {
    await makeFolder(folder);
    for (const format of gateFiles) await writeWhole(join(folder, format.file), format.render(report, style));
  } catch (error) {
    throw new UserError(`${folder} cannot be written: ${(error as Error).message}`);
  }
  const sections = [
    answer(loaded.report),
    ...gateSections(report),
    ...(trend === undefined ? [] : trendSections(trend)),
    ...details(loaded.report),
  ];
  await writeSummary(fitted(sections, summaryBytes), io);
  const file = inRepository(loaded.manifest.suite_file, io);
  const lines = await gateLines(loaded.manifest.suite_file, io);
  return annotations(report, { file, gateLine: (metric) => lines.get(metric) ?? lines.get('') });
}

async function writeSummary(text: string, { env, stderr }: Io): Promise<void> {
  const path = env['GITHUB_STEP_SUMMARY'];
  if (!path) {
    stderr.write('No job summary: GITHUB_STEP_SUMMARY is not set outside GitHub Actions.\n');
    return;
  }
  try {
    await appendFile(path, text);
  } catch (error) {
    throw new UserError(`GITHUB_STEP_SUMMARY ${path} cannot be written: ${(error as Error).message}`);
  }
}

/** Annotations need the path from the repository's root. */
function inRepository(file: string, { env }: Io): string {
  const root = env['GITHUB_WORKSPACE'];
  return root && isAbsolute(file) ? relative(root, file) : file;
}

/**
 * The suite's file, under the same rules as for reading suites: a regular file of limited size, below the repository
 * (or, outside Actions, the current folder). Any other path in a run's manifest is not read.
 */
async function suiteText(file: string, { env, cwd }: Io): Promise<string | undefined> {
  try {
    const root = await realpath(env['GITHUB_WORKSPACE'] ?? cwd);
    const path = await realpath(resolve(cwd, file));
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined;
    const read = await readText(path, file, largestSuite);
    return read.ok ? read.source.text : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Lines of the gate's rules by metric, and of the gate part itself under the empty name. Empty if the suite's file no
 * longer exists: annotations then have no line.
 */
async function gateLines(file: string, io: Io): Promise<Map<string, number>> {
  const lines = new Map<string, number>();
  const text = await suiteText(file, io);
  if (text === undefined) return lines;
  const counter = new LineCounter();
  visit(parseDocument(text, { lineCounter: counter }), {
    Pair(_, { key }, path) {
      if (!isScalar(key) || !key.range) return;
      const above = path.flatMap((node) =>
        'key' in node && isScalar(node.key) ? [String(node.key.value)] : [],
      );
      const place = [...above, String(key.value)].join('/');
      const { line } = counter.linePos(key.range[0]);
      if (place === 'gate') lines.set('', line);
      if (/^gate\/metrics\/[^/]+$/.test(place)) lines.set(String(key.value), line);
    },
  });
  return lines;
}
