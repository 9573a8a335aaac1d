import { labelWords } from '../plan/vantage.ts';
import { join } from 'node:path';
import { historyColumns } from '../analysis/history.ts';
import { levelColumns, limitColumns } from '../analysis/level-columns.ts';
import { preferenceColumns, qualityColumns } from '../analysis/quality/quality-columns.ts';
import type { StoredRun } from '../analysis/read-run.ts';
import { nightColumns } from '../analysis/night-figures.ts';
import { verdictColumns } from '../analysis/night-verdicts.ts';
import { modelColumns, pairColumns } from '../analysis/summary-columns.ts';
import { type AnyRow, type Column, count, list, required, text, time } from '../base/column.ts';
import { answerWarnings, readAnswerLines } from '../journal/answers.ts';
import { FileState, fileWarnings } from '../journal/file-state.ts';
import { judgementColumns, ratingColumns, recheckedColumns } from '../journal/quality-columns.ts';
import { readBatches } from '../journal/read-csv.ts';
import { rowColumns } from '../journal/request-columns.ts';
import { isThere, runFiles } from '../journal/run-folder.ts';

/** Source of the rows of the tables. */
export interface Sources {
  readonly runs: readonly StoredRun[];
  /** Folder of `history.csv`. Absent: the table is empty. */
  readonly history?: string;
  /** Reports what was skipped, one sentence each. */
  readonly warn: (sentence: string) => void;
}

export type Batches = AsyncIterable<readonly AnyRow[]> | Iterable<readonly AnyRow[]>;

export interface QueryTable {
  readonly name: string;
  /** One line for people. */
  readonly meaning: string;
  readonly columns: readonly Column[];
  /** Its rows in batches. `wanted`: names of the columns that are needed, at least. */
  rows(sources: Sources, wanted: ReadonlySet<string>): Batches;
}

const runId = required(text('run_id', 'the run'));

const runColumns = [
  runId,
  required(text('suite', 'name of the suite')),
  text('suite_hash', 'SHA-256 of the resolved suite'),
  text('ask_hash', 'SHA-256 of what each model was asked'),
  required(text('status', '`running`, `complete`, `interrupted`, `budget` or `incomplete`')),
  required(time('started_at', 'when it began')),
  time('ended_at', 'when it ended; empty while it runs, and after a kill'),
  list('routes', 'routes to the models'),
  list('models', 'ids of the models'),
  count('prompts', 'prompts of the suite'),
  count('planned_requests', 'requests of the plan'),
  text('gatebench', 'version of gatebench'),
  text('folder', 'where its files are'),
  list('vantages', 'names of the places it was sent from'),
  list('labels', 'labels from `--label`, each as `key=value`'),
] as const satisfies readonly Column[];

const runs: QueryTable = {
  name: 'runs',
  meaning: 'one row per run, from run.json',
  columns: runColumns,
  rows: (sources) => [
    sources.runs.map(
      ({ folder, manifest }) =>
        ({
          ...manifest,
          suite: manifest.suite.name,
          routes: manifest.routes.map(({ route }) => route),
          models: manifest.suite.models.map(({ id }) => id),
          prompts: manifest.suite.prompts.length,
          gatebench: manifest.versions.gatebench,
          folder,
          labels: labelWords(manifest.labels),
        }) as unknown as AnyRow,
    ),
  ],
};

const requests: QueryTable = {
  name: 'requests',
  meaning: 'one row per attempt, warm-up included',
  columns: rowColumns,
  async *rows({ runs: all, warn }, wanted) {
    for (const run of all) {
      if (!(await isThere(join(run.folder, runFiles.requests)))) continue;
      yield* run.batches(wanted) as AsyncIterable<readonly AnyRow[]>;
      for (const warning of run.warnings()) warn(`${run.folder}: ${warning}`);
      if (run.manifest.status === 'running')
        warn(`${run.folder}: this run has not ended; its rows so far are read.`);
    }
  },
};

const answerColumns = [
  runId,
  required(text('event_id', 'the attempt: its `event_id` in requests')),
  text('model', 'id in the suite'),
  text('prompt_id', 'id of the prompt'),
  count('repeat', 'which repeat, from 1'),
  count('attempt', 'which attempt, from 1'),
  text('answer', 'the answer, as far as the suite keeps it'),
  text('reasoning', 'the reasoning, as far as the suite keeps it'),
  text('tool_calls', 'the tool calls, as JSON; empty without one'),
] as const satisfies readonly Column[];

/** Number of texts held at the same time. */
const answersAtOnce = 512;

const answers: QueryTable = {
  name: 'answers',
  meaning: 'one row per attempt: the text of its answer; joins requests by event_id',
  columns: answerColumns,
  async *rows({ runs: all, warn }) {
    for (const { folder, manifest } of all) {
      if (!(await isThere(join(folder, runFiles.answers)))) continue;
      const state = new FileState();
      let pending: AnyRow[] = [];
      for await (const { tool_calls: calls, ...line } of readAnswerLines(folder, state)) {
        const tool_calls = calls.length === 0 ? undefined : JSON.stringify(calls);
        pending.push({ ...line, run_id: manifest.run_id, tool_calls } as unknown as AnyRow);
        if (pending.length < answersAtOnce) continue;
        yield pending;
        pending = [];
      }
      yield pending;
      for (const warning of answerWarnings(state)) warn(`${folder}: ${warning}`);
    }
  },
};

/** A table that a run may have as a file. */
function fileTable(name: string, file: string, meaning: string, own: readonly Column[]): QueryTable {
  const columns = own.filter(({ kind }) => kind !== 'check');
  return {
    name,
    meaning,
    columns: columns.some((column) => column.name === runId.name) ? columns : [runId, ...columns],
    async *rows({ runs: all, warn }, wanted) {
      for (const { folder, manifest } of all)
        for await (const rows of csvBatches(folder, file, own, { warn, wanted }))
          yield rows.map((row) => ({ ...row, run_id: manifest.run_id }));
    },
  };
}

async function* csvBatches(
  folder: string,
  file: string,
  columns: readonly Column[],
  { warn, wanted }: Pick<Sources, 'warn'> & { wanted: ReadonlySet<string> },
): AsyncGenerator<AnyRow[]> {
  const path = join(folder, file);
  if (!(await isThere(path))) return;
  const state = new FileState();
  // A file that is appended to may be torn by a kill. A file that is rewritten is complete.
  yield* readBatches<AnyRow>(path, columns, { state, wanted, isJournal: columns.some(isCheck) });
  for (const warning of fileWarnings(state, path, `To see what was lost: gatebench repair ${folder}.`))
    warn(warning);
  if (state.isTorn) warn(`${path}: the last line is cut off, so it is left out.`);
}

const isCheck = ({ kind }: Column): boolean => kind === 'check';

/** A table in the folder of the history. */
function historyTable(name: string, meaning: string, own: readonly Column[]): QueryTable {
  return {
    name,
    meaning: `${meaning}; needs --history`,
    columns: own.filter((column) => !isCheck(column)),
    async *rows({ history: folder, warn }, wanted) {
      if (folder !== undefined) yield* csvBatches(folder, `${name}.csv`, own, { warn, wanted });
    },
  };
}

/** Every table, in the order of the help. To add one: add it here. */
export const queryTables: readonly QueryTable[] = [
  runs,
  requests,
  answers,
  fileTable('models', runFiles.models, 'one row per model and route: the summary', modelColumns),
  fileTable('pairs', runFiles.pairs, 'one row per pair of models and metric', pairColumns),
  fileTable('levels', runFiles.levels, 'one row per model and level of a load', levelColumns),
  fileTable('limits', runFiles.limits, 'the highest rate that each model keeps', limitColumns),
  fileTable('judgements', runFiles.judgements, 'one row per call to a judge', judgementColumns),
  fileTable('ratings', runFiles.ratings, 'one row per verdict of a person', ratingColumns),
  fileTable('rechecked', runFiles.rechecked, "stored answers by today's checks", recheckedColumns),
  fileTable('quality', runFiles.quality, 'one row per model and criterion', qualityColumns),
  fileTable('preferences', runFiles.preferences, 'which of two answers is better', preferenceColumns),
  historyTable(
    'history',
    'what the gate decides by: one row per night, model, and metric, and per decision',
    historyColumns,
  ),
  historyTable('nights', 'every figure of models, per night, route, and tag', nightColumns),
  historyTable('verdicts', "the gate's verdict on each run, and on each alarm", verdictColumns),
];
