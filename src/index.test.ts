import fs from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { scratchFolder } from './base/testing/scratch.ts';
import {
  analyse,
  closeRun,
  FolderSink,
  loadRun,
  loadSuiteText,
  MemorySink,
  planRun,
  readRun,
  resolveTargets,
  runSuite,
  type RunEvent,
  type Suite,
} from './index.ts';
import { rounded } from './journal/csv-file.ts';
import { requestColumns } from './journal/request-columns.ts';
import { createMock } from './mock/mock-server.ts';
import { PageScan } from './report/page/collect-page.ts';
import { renderRunPage } from './report/run-page.ts';

const root = join(import.meta.dirname, '..');
const packed = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { types: string; default: string }>;
};

/** Source of an entry, such as `./mock`. */
function sourceOf(entry: string): string {
  const { default: code } = packed.exports[entry] as { default: string };
  return join(root, code.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
}

test('what the package exports is built from a source that is there, with its types', () => {
  const entries = Object.entries(packed.exports).filter(([, target]) => typeof target !== 'string');
  expect(entries.map(([name]) => name)).toEqual(['.', './mock']);
  for (const [name, target] of entries) {
    const { types, default: code } = target as { types: string; default: string };
    expect(types).toBe(code.replace(/\.js$/, '.d.ts'));
    expect(fs.existsSync(sourceOf(name)), code).toBe(true);
  }
});

test("the README's library code runs unchanged", async () => {
  const [, code] = /```js\n([^]*?)```/.exec(fs.readFileSync(join(root, 'README.md'), 'utf8'))!;
  const at = (entry: string): string => `'${pathToFileURL(sourceOf(entry)).href}'`;
  const folder = await mkdtemp(join(tmpdir(), 'gatebench-library-'));
  const script = join(folder, 'library.mjs');
  const here = code!.replace("'gatebench'", at('.')).replace("'gatebench/mock'", at('./mock'));
  // Unchanged, apart from the pace of the mock.
  const quick = here.replace('createMock()', 'createMock({ speed: 20 })');
  expect(quick).not.toBe(here);
  await writeFile(script, quick);
  const shown = vi.spyOn(console, 'table').mockImplementation(() => undefined);
  try {
    await import(pathToFileURL(script).href);
    const [models, columns] = shown.mock.calls[0] as unknown as [Record<string, unknown>[], string[]];
    expect(models.length).toBeGreaterThan(2);
    for (const model of models) expect(Object.keys(model)).toEqual(expect.arrayContaining(columns));
  } finally {
    shown.mockRestore();
    await rm(folder, { recursive: true });
  }
}, 60_000);

const suiteText = (checks: string): string => `version: 1
name: trial
models: [{ id: a, model: 'custom-ollama/sim-exact?ttftMs=5&gapMs=1&answerFrames=3' }]
defaults: { params: { max_tokens: 50 }, checks: [${checks}] }
prompts: [{ id: p, prompt: 'Number {{n}}?', matrix: { n: [1, 2, 3, 4, 5] } }]
run: { repeat: 1, warmup: 0, concurrency: 2 }
`;

async function trial<T>(
  checks: string,
  use: (suite: Suite, targets: ReturnType<typeof resolveTargets>) => Promise<T>,
): Promise<T> {
  const mock = await createMock();
  try {
    const suite = await loadSuiteText(suiteText(checks), '.');
    return await use(suite, resolveTargets(suite, { routes: ['demo'], mockUrl: mock.url }));
  } finally {
    await mock.close();
  }
}

test('memory and a folder hold the same run, and say the same of it', () =>
  trial('{ type: not-empty }', async (suite, targets) => {
    await using scratch = await scratchFolder();
    const folder = join(scratch.path, 'run');
    const sink = new FolderSink(folder);
    const events: RunEvent[] = [];
    const seed = 7;
    const plan = planRun(suite, { cells: targets.cells, seed });
    const stored = await runSuite(suite, { targets, sink, seed, onEvent: (event) => events.push(event) });
    await sink.close();
    const memory = new MemorySink();
    const kept = await runSuite(suite, { targets, sink: memory, seed });

    expect(stored.status).toBe('complete');
    expect(plan.size.total).toBe(5);
    expect(events.filter(({ kind }) => kind === 'ended')).toHaveLength(plan.size.total);
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'last-sent')).toHaveLength(1);
    expect(kinds.indexOf('last-sent')).toBeGreaterThan(kinds.lastIndexOf('started'));
    expect(kinds.indexOf('last-sent')).toBeLessThan(kinds.lastIndexOf('ended'));
    const run = await readRun(folder);
    const inFolder = await analyse(run.rows, run.manifest);
    const inMemory = await analyse(memory.rows(), kept.manifest);
    for (const { report } of [inFolder, inMemory, await loadRun(folder)]) {
      expect(report.run).toMatchObject({ requests_done: 5, requests_failed: 0, seed });
      expect(report.models).toMatchObject([{ model: 'a', pass_rate: 1, requests: 5 }]);
    }
    const order = (rows: readonly { prompt_id: string }[]): string[] =>
      rows.map((row) => row.prompt_id).sort();
    expect(order(await Array.fromAsync(run.rows))).toEqual(order([...memory.rows()]));
    // Rows of a file equal `rounded` rows in memory: no copy is more exact than another.
    for (const row of memory.rows()) expect(row).toEqual(rounded(requestColumns, row));
  }));

test('a run that is stopped sends nothing more, and is whole as far as it went', () =>
  trial('', async (suite, targets) => {
    const sink = new MemorySink();
    const stop = new AbortController();
    const { status } = await runSuite(suite, {
      ...{ targets, sink, signal: stop.signal },
      onEvent: ({ kind }) => {
        if (kind === 'ended') stop.abort();
      },
    });
    expect(status).toBe('interrupted');
    expect(sink.rows().length).toBeLessThan(5);
  }));

/** Counts how often a file with this name is opened for reading. */
async function readsOf(name: string, act: () => Promise<void>): Promise<number> {
  const { open } = fs.promises;
  let reads = 0;
  fs.promises.open = (path, flags, mode) => {
    if (String(path).endsWith(name) && (flags ?? 'r') === 'r') reads++;
    return open(path, flags, mode);
  };
  syncBuiltinESMExports();
  try {
    await act();
  } finally {
    fs.promises.open = open;
    syncBuiltinESMExports();
  }
  return reads;
}

test.each([
  ['without checks', '', 1],
  ['with checks, whose verdicts move into them', '{ type: not-empty }', 2],
])('the rows of a run %s are read for table, page and server times together', (_what, checks, expected) =>
  trial(checks, async (suite, targets) => {
    await using scratch = await scratchFolder();
    const sink = new FolderSink(join(scratch.path, 'run'));
    const reads = await readsOf('requests.csv', async () => {
      const { manifest } = await runSuite(suite, { targets, sink });
      const scan = new PageScan(manifest.started_at);
      const run = await closeRun(sink.folder, [scan]);
      expect(await renderRunPage(run, scan)).toContain('Number 3?');
      await sink.close();
    });
    expect(reads).toBe(expected);
  }),
);
