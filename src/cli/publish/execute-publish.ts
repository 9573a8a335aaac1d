import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { count, oneLine } from '../../base/text.ts';
import { exitCode, type ExitCode, UserError } from '../../base/user-error.ts';
import { nightColumns, type NightRow } from '../../analysis/night-figures.ts';
import { FileState, fileWarnings } from '../../journal/file-state.ts';
import { readManifest } from '../../journal/manifest.ts';
import { listRuns } from '../../journal/run-folder.ts';
import { jsonText } from '../../report/run-json.ts';
import { renderFolderPage } from '../../report/run-page.ts';
import type { SiteFile } from '../../report/site/site-badges.ts';
import type { PublishFlags } from '../commands/publish-command.ts';
import { historyFile, historyWarnings, readHistory } from '../gate/history-file.ts';
import { readTable } from '../gate/history-table.ts';
import { nightsFile } from '../gate/nights-file.ts';
import { readVerdicts, verdictsFile } from '../gate/verdicts-file.ts';
import type { Io } from '../io.ts';
import { readSiteList, writeSite, type SiteList } from './site-folder.ts';
import { knownRuns, siteOf, type HistoryTables, type KnownRun } from './site-of.ts';

/** `gatebench publish HISTORY --out DIR`: the nights as a folder of static files. */
export async function executePublish(flags: PublishFlags, io: Io): Promise<ExitCode> {
  const { history: folder, out, json } = flags;
  const { tables, warnings, told } = await readTables(folder);
  const { pages, broken } = await latestPages(flags, knownRuns(tables), await readSiteList(out));
  const site = siteOf({
    ...tables,
    warnings,
    latest: (suite, name) => {
      const page = pages.get(suite);
      return page && { path: `latest/${name}.html`, runId: page.runId, at: page.at };
    },
  });
  if (site === undefined)
    throw new UserError(
      `${historyFile(folder)} has no nights yet: add the first with "gatebench gate RUN --history ${folder}".`,
    );
  const { siteFiles } = await import('../../report/site/site-files.ts');
  const made: SiteFile[] = siteFiles(site);
  const kept: string[] = [];
  const latest: SiteList['latest'] = {};
  for (const { suite, latest: page } of site.suites) {
    if (page === undefined) continue;
    const { path, runId } = page;
    const { text, answers } = pages.get(suite)!;
    if (text === undefined) kept.push(path);
    else made.push({ path, text });
    latest[suite] = { path, run_id: runId, answers };
  }
  await writeSite(out, { files: made, kept, latest });
  const all = [...told, ...broken];
  for (const warning of all) io.stderr.write(`⚠ ${oneLine(warning)}\n`);
  io.stdout.write(
    json
      ? jsonText({
          out,
          suites: site.suites.map(({ suite, newest, badge, latest: page }) => ({
            ...{ suite, word: newest?.word ?? null, badge, latest: page?.path ?? null },
          })),
          files: [...made.map(({ path }) => path), ...kept].sort(),
          warnings: all,
        })
      : `Published ${count(site.suites.length, 'suite')} to ${out}: open ${out}/index.html.\n`,
  );
  return exitCode.done;
}

interface ReadTables {
  tables: HistoryTables;
  /** For the site: independent of the folder of the history. */
  warnings: string[];
  /** For the terminal: a command there names the folder. */
  told: string[];
}

async function readTables(folder: string): Promise<ReadTables> {
  const states = [new FileState(), new FileState(), new FileState()] as const;
  const tables = {
    history: await readHistory(folder, { state: states[0] }),
    nights: await readTable<NightRow>(nightsFile(folder), nightColumns, states[1]),
    verdicts: await readVerdicts(folder, states[2]),
  };
  return { tables, warnings: warningsOf('.', states), told: warningsOf(folder, states) };
}

/** Damage, with the command that repairs it in this folder. */
function warningsOf(folder: string, [history, nights, verdicts]: readonly [FileState, FileState, FileState]) {
  const remedy = `Restore the file from an earlier commit, or accept the loss: gatebench repair ${folder}.`;
  return [
    ...historyWarnings(folder, history),
    ...fileWarnings(nights, nightsFile(folder), remedy),
    ...fileWarnings(verdicts, verdictsFile(folder), remedy),
  ];
}

interface LatestPage {
  runId: string;
  at: string;
  /** Undefined: the page already exists, but its run does not. */
  text: string | undefined;
  /** Whether it includes prompts and answers. */
  answers: boolean;
}

/**
 * The page of each suite's newest run that can be found: in the results, or, if the run is not there, as it was
 * published before.
 */
async function latestPages(
  { results, answers }: PublishFlags,
  known: readonly KnownRun[],
  { latest: before }: SiteList,
): Promise<{ pages: Map<string, LatestPage>; broken: string[] }> {
  const folders = await foldersOf(results);
  const pages = new Map<string, LatestPage>();
  const broken: string[] = [];
  for (const [suite, ofSuite] of Map.groupBy(known, (run) => run.suite)) {
    const kept = before[suite];
    // A page with answers is removed if they are no longer requested.
    const mayStay = kept !== undefined && (answers || !kept.answers);
    const found = ofSuite.findLast(
      ({ runId }) => folders.has(keyOf(suite, runId)) || (mayStay && kept.run_id === runId),
    );
    if (found === undefined) continue;
    const { runId, at } = found;
    const folder = folders.get(keyOf(suite, runId));
    if (folder === undefined) pages.set(suite, { runId, at, text: undefined, answers: kept!.answers });
    else
      try {
        const text = await renderFolderPage(folder, { answers: answers ? 'all' : 'none' });
        pages.set(suite, { runId, at, text, answers });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        broken.push(`The latest report of ${oneLine(suite, 80)} is left out: ${error.message}`);
      }
  }
  return { pages, broken };
}

const keyOf = (suite: string, runId: string): string => JSON.stringify([suite, runId]);

/** Folders of runs by suite and id: the results, and runs directly in the folder. */
async function foldersOf(results: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(results, { withFileTypes: true }).catch(() => [])) {
    const folder = join(results, entry.name);
    // A page cannot be made from a folder that is unreadable.
    const manifest = entry.isDirectory() ? await readManifest(folder).catch(() => undefined) : undefined;
    if (manifest) found.set(keyOf(manifest.suite.name, manifest.run_id), folder);
  }
  for (const folder of await listRuns(results))
    found.set(keyOf(basename(dirname(folder)), basename(folder)), folder);
  return found;
}
