import { basename, extname } from 'node:path';
import { count } from '../../base/text.ts';
import { exitCode, type ExitCode, UserError } from '../../base/user-error.ts';
import { localDisk } from '../../journal/disk.ts';
import { lockRun } from '../../journal/lock.ts';
import { assertUnedited, type Manifest, readManifest } from '../../journal/manifest.ts';
import { appendRatings, ratingKey, readQuality, standingJudgements } from '../../journal/quality-journals.ts';
import { readSheet } from '../../journal/read-sheet.ts';
import { setTornLineAside } from '../../journal/resume.ts';
import { findRun, qualityFiles } from '../../journal/run-folder.ts';
import { ratingPage } from '../../report/rating/rating-page.ts';
import { fittingItems, ratingCsv, ratingWorkbook } from '../../report/rating/rating-sheet.ts';
import { ratingsOf } from '../../score/rating-import.ts';
import { allRatingItems, disputed, drawItems, type RatingItem } from '../../score/rating-items.ts';
import { itemsToJudge } from '../../score/score-run.ts';
import { answerRows } from '../../score/stored-answers.ts';
import type { Item } from '../../score/tasks.ts';
import type { Suite } from '../../suite/suite.ts';
import { refreshQuality } from '../after-judging.ts';
import type { RateFlags } from '../commands/rate-command.ts';
import { shownFrom, type Io } from '../io.ts';
import { assertStored, criteriaIn, laterSuite } from '../score/execute-score.ts';
import { writeOutFile } from '../write-stream.ts';

/** The questions for people about a run. */
interface Rateable {
  folder: string;
  manifest: Manifest;
  suite: Suite;
  items: Item[];
}

async function rateable(flags: RateFlags, io: Io): Promise<Rateable> {
  const folder = await findRun(flags.run, flags.results);
  const manifest = await readManifest(folder);
  assertUnedited(folder, manifest);
  assertStored(manifest, folder);
  const say = (text: string): void => {
    if (!flags.quiet) io.stderr.write(`${text}\n`);
  };
  const suite = flags.suite === undefined ? manifest.suite : await laterSuite(flags.suite, manifest, io, say);
  const criteria = criteriaIn(suite, flags.criteria, shownFrom(io.cwd, folder));
  const { items, notes } = await itemsToJudge({ folder, manifest, suite, criteria });
  for (const note of notes) say(note);
  return { folder, manifest, suite, items };
}

const kinds = ['.xlsx', '.csv', '.html'] as const;

/** `gatebench rate export`: a blind sheet for people, and a smaller one for a second rater. */
export async function executeExport(flags: RateFlags, out: string, io: Io): Promise<ExitCode> {
  const kind = kinds.find((each) => each === extname(out).toLowerCase());
  if (kind === undefined) throw new UserError(`${out}: a sheet ends in .xlsx, .csv, or .html.`);
  const run = await rateable(flags, io);
  const { manifest, items } = run;
  const sheets = flags.where === undefined ? await drawnSheets(flags, run, io) : [await disputedItems(run)];
  if (items.length === 0) throw new UserError(`${run.folder} has no answers to rate.`);
  const [first, second] = sheets;
  if (first!.length === 0)
    throw new UserError(
      flags.where === undefined
        ? 'All of the sample is rated already: raise --per-model.'
        : 'No judge disagrees with another, with itself, or with the checks.',
      exitCode.done,
    );
  await writeSheet(out, kind, first!, manifest, io);
  if (second && second.length > 0) {
    const beside = `${out.slice(0, -kind.length)}-second${kind}`;
    await writeSheet(beside, kind, second, manifest, io);
    io.stderr.write(
      `The second sheet is for a second rater: it holds some of the same answers, to see whether people agree.\n`,
    );
  }
  io.stderr.write(`Then: ${io.program} rate import ${flags.run} FILE --rater NAME\n`);
  return exitCode.done;
}

async function drawnSheets(
  flags: RateFlags,
  { folder, manifest, items }: Rateable,
  { stderr }: Io,
): Promise<RatingItem[][]> {
  const { ratings } = await readQuality(folder);
  const { perModel, overlap } = flags;
  const drawn = drawItems(items, {
    run: manifest,
    perModel,
    overlap,
    rated: ratings.filter(({ sample }) => sample === 'random'),
  });
  for (const { criterion, drawn: prompts, all } of drawn.prompts)
    if (prompts < perModel)
      stderr.write(
        `${criterion}: the run has ${count(all, 'prompt')} with it, so each model has ${count(prompts, 'answer')} to rate, not ${perModel}.\n`,
      );
  return [drawn.first, drawn.second];
}

async function disputedItems({ folder, manifest, items }: Rateable): Promise<RatingItem[]> {
  const { judgements } = await readQuality(folder);
  if (judgements.length === 0) throw new UserError(`${folder} has not been judged: gatebench score.`);
  const rows = await answerRows(folder, () => true);
  return disputed(items, standingJudgements(judgements), (id) => rows.get(id)?.passed, manifest);
}

async function writeSheet(
  out: string,
  kind: (typeof kinds)[number],
  items: readonly RatingItem[],
  { started_at, ended_at }: Manifest,
  { stderr }: Io,
): Promise<void> {
  const { fitting, tooLong } = kind === '.html' ? { fitting: items, tooLong: 0 } : fittingItems(items);
  if (tooLong > 0)
    stderr.write(
      `${count(tooLong, 'item')} left out, because a cell cannot hold the text: a page (.html) can.\n`,
    );
  const sheet =
    kind === '.html'
      ? ratingPage(fitting)
      : kind === '.csv'
        ? ratingCsv(fitting)
        : await ratingWorkbook(fitting, ended_at ?? started_at);
  await writeOutFile([sheet], out);
  stderr.write(`Written: ${out}, ${count(fitting.length, 'verdict')} to give\n`);
}

/** Written in cells and tables. */
const raterName = /^[^\p{C}\p{Z},;]{1,60}$/u;

/** `gatebench rate import`: the verdicts of a sheet, all of them or none. */
export async function executeImport(
  flags: RateFlags,
  { file, rater }: { file: string; rater: string },
  io: Io,
): Promise<ExitCode> {
  if (!raterName.test(rater))
    throw new UserError('--rater: use visible characters without blanks, commas, and semicolons.');
  const rows = await readSheet(file);
  const { folder, manifest, items } = await rateable(flags, io);
  const { rows: ratings, empty } = ratingsOf(rows, {
    runId: manifest.run_id,
    rater,
    at: io.clock.wall().toISOString(),
    sheet: basename(file),
    items: allRatingItems(items, manifest),
  });
  const lock = await lockRun(folder);
  try {
    await setTornLineAside(folder, localDisk, qualityFiles);
    const known = new Map((await readQuality(folder)).ratings.map((rating) => [ratingKey(rating), rating]));
    const fresh = ratings.filter((rating) => {
      const before = known.get(ratingKey(rating));
      return (
        before?.verdict !== rating.verdict ||
        before?.preferred !== rating.preferred ||
        before?.comment !== rating.comment
      );
    });
    await appendRatings(folder, fresh);
    const there = ratings.length - fresh.length;
    io.stdout.write(
      flags.json
        ? `${JSON.stringify({ imported: fresh.length, known: there, empty }, null, 2)}\n`
        : `${count(fresh.length, 'verdict')} of ${rater} imported` +
            `${there > 0 ? `, ${there} there already` : ''}${empty > 0 ? `, ${count(empty, 'item')} without a verdict` : ''}.\n`,
    );
  } finally {
    await lock.release();
  }
  const line = await refreshQuality(folder);
  if (!flags.json) io.stdout.write(`\n${line}\n`);
  return exitCode.done;
}
