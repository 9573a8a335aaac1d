import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * node src/dev/recipes.ts
 *
 * Tests what CONTRIBUTING promises: adds one of each kind to a scratch copy of the last commit. Each may only touch the
 * file and the line in the table, and generated documents. Types, and the tests that go through the lists, must then
 * pass. Exit code 1 if a promise does not hold.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const generated = [
  // The link to the packages.
  'node_modules',
  'README.md',
  'results/README.md',
  'suites/suite.schema.json',
  'bench/README.md',
];

interface Recipe {
  what: string;
  /** New files, by path. */
  writes?: Record<string, string>;
  /** One line each, inserted after the first line with this text, or into it. */
  lines: readonly { file: string; at: RegExp; becomes: string }[];
}

const listed = (file: string, name: string, from: string, list: RegExp): Recipe['lines'] => [
  { file, at: /^(?=import )/m, becomes: `import { ${name} } from '${from}';\n` },
  { file, at: list, becomes: `$&${name}, ` },
];

const recipes: readonly Recipe[] = [
  {
    what: 'an output format',
    writes: {
      'src/report/run-tsv.ts': `import { simulatedNotice, isSimulated, type OutputFormat } from './run-report.ts';

/** For tools that split at tabs. */
export const tsv: OutputFormat = {
  name: 'tsv',
  extension: '.tsv',
  limits: { fitsColumns: false, tabs: true, simulated: /simulated/i },
  render: ({ run, models }) =>
    [
      ...(isSimulated(run) ? [simulatedNotice] : []),
      'model\\tttft_ms_p50',
      ...models.map(({ model, ttft_ms_p50 }) => \`\${model.replaceAll(/[^ -~]/g, '?')}\\t\${ttft_ms_p50 ?? ''}\`),
    ].join('\\n') + '\\n',
};
`,
    },
    lines: listed('src/report/report-formats.ts', 'tsv', './run-tsv.ts', /readonly OutputFormat\[\] = \[/),
  },
  {
    what: 'a check',
    writes: {
      'src/check/checks/shouts.ts': `import { defineCheck } from '../check.ts';

export const shouts = defineCheck({
  type: 'shouts',
  summary: 'the answer has no small letters',
  fields: {},
  examples: [
    { given: {}, answer: 'YES', passes: true },
    { given: {}, answer: 'Yes', passes: false },
  ],
  check: (_spec, { text }) =>
    text === text.toUpperCase() ? { pass: true } : { pass: false, why: 'it has small letters' },
});
`,
    },
    lines: listed('src/check/checks.ts', 'shouts', './checks/shouts.ts', /readonly CheckKind\[\] = \[/),
  },
  {
    what: 'a metric',
    writes: {
      'src/measure/metrics/reads.ts': `import { defineMetric } from './metric.ts';

/** Reads that brought text. */
export const reads = defineMetric({
  name: 'reads',
  label: 'reads',
  kind: 'number',
  unit: 'n',
  meaning: 'reads that brought text',
  example: { value: 11 },
  of: ({ pieces }) => pieces.reads || undefined,
});
`,
    },
    lines: listed('src/measure/metrics.ts', 'reads', './metrics/reads.ts', /laterServerTimes = \[/),
  },
  {
    what: 'a load mode',
    writes: {
      'src/load/modes/single.ts': `import { defineLoadMode } from '../load-mode.ts';

/** One request at a time. */
export const single = defineLoadMode({
  name: 'single',
  summary: 'one request at a time, whatever the concurrency',
  fields: {},
  example: {},
  estimate(_settings, _offer, requests, seconds) {
    const all = requests.reduce((sum, count) => sum + count, 0);
    return { low: (all * seconds.low) / 60, high: (all * seconds.high) / 60 };
  },
  expectedInFlight: () => 1,
  async drive(_settings, { blocks, perform, stop }) {
    for (const block of blocks)
      for (const arrival of block) {
        if (stop.aborted) return;
        await perform(arrival, {
          async admit(attempt) {
            await attempt.ready();
            return await attempt.send()!;
          },
          ended: () => undefined,
        });
      }
  },
});
`,
    },
    lines: listed('src/load/load-modes.ts', 'single', './modes/single.ts', /LoadMode\[\]\] = \[closedLoop, /),
  },
  {
    what: 'a route',
    writes: {
      'src/target/routes/other.ts': `import { neededBy, splitModel, type Route } from '../route.ts';

export const other: Route = {
  name: 'other',
  summary: 'https://other.example/v1, to see what another server takes',
  kind: 'bare',
  needs: ['OLLAMA_API_KEY'],
  choice: { rank: 9, why: 'it is another server' },
  isOptional: true,
  endpoint(model, context) {
    const { OLLAMA_API_KEY: bearer = '' } = neededBy(other, context);
    return {
      baseUrl: context.baseUrl ?? 'https://other.example/v1',
      wireModel: splitModel(model).name,
      bearer,
      headers: {},
      throughGateway: false,
    };
  },
};
`,
    },
    lines: listed('src/target/routes.ts', 'other', './routes/other.ts', /readonly Route\[\] = \[/),
  },
  {
    what: 'a command',
    writes: {
      'src/cli/commands/about-command.ts': `import { exitCode } from '../../base/user-error.ts';
import { version } from '../../base/version.ts';
import { defineCommand, flagTable } from '../command.ts';

export const about = defineCommand({
  flags: flagTable({}),
  examples: [['gatebench about', 'the version of this program']],
  run(_, { stdout }) {
    stdout.write(\`gatebench \${version()}\\n\`);
    return Promise.resolve(exitCode.done);
  },
});
`,
    },
    lines: [
      {
        file: 'src/cli/commands.ts',
        at: /readonly CommandEntry\[\] = \[\n/,
        becomes:
          "$&  { name: 'about', describe: 'Say what this is', load: async () => (await import('./commands/about-command.ts')).about },\n",
      },
    ],
  },
  {
    what: 'a spreadsheet',
    writes: {
      'src/report/sheet/jsonl-format.ts': `import type { ExportFormat } from './sheet-format.ts';

/** A row of JSON a line, for programs. */
export const jsonl: ExportFormat = {
  name: 'jsonl',
  extension: '.jsonl',
  begins: '{"run_id":',
  isBinary: false,
  takes: [],
  async *write(runs) {
    for (const run of runs) for await (const row of run.rows()) yield \`\${JSON.stringify(row)}\\n\`;
  },
};
`,
    },
    lines: listed(
      'src/report/sheet-formats.ts',
      'jsonl',
      './sheet/jsonl-format.ts',
      /readonly ExportFormat\[\] = \[/,
    ),
  },
  {
    what: 'what doctor finds',
    lines: [
      {
        file: 'src/diagnose/doctor/findings/transport-findings.ts',
        at: /readonly RefusalKind\[\] = \[\n/,
        becomes: `$&  {
    id: 'provider-broke',
    mark: 'wrong',
    explain: ({ probe }) =>
      probe.exchange.httpStatus === 500
        ? { says: 'the provider broke (500)', means: 'It failed on its own.', fix: 'Try again.' }
        : undefined,
  },
`,
      },
      {
        file: 'src/mock/set-ups.ts',
        at: /readonly SetUp\[\] = \[\n/,
        becomes: "$&  { name: 'provider-broke', summary: 'the provider breaks', options: failing('500') },\n",
      },
      {
        file: 'src/cli/doctor/set-ups.test.ts',
        at: /^ {2}'token-refused': /m,
        becomes: "  'provider-broke': [`provider-broke: ${allRoutes}`],\n$&",
      },
    ],
  },
  {
    what: 'a flag',
    lines: [
      {
        file: 'src/cli/commands/trend-command.ts',
        at: /flagTable\(\{\n/,
        becomes: "$&  nights: { type: 'number', value: 'N', describe: 'nights at most' },\n",
      },
    ],
  },
  {
    what: 'a suite field',
    lines: [
      {
        file: 'src/suite/schema/run-schema.ts',
        at: /^ {4}answers: /m,
        becomes: "    cool_down: z.boolean().optional().describe('waits at the end'),\n$&",
      },
    ],
  },
  {
    what: 'a warning',
    lines: [
      {
        file: 'src/analysis/warnings.ts',
        at: /^ {2}\| \{ kind: 'simulated' \}/m,
        becomes: "$&\n  | { kind: 'one-model' }",
      },
      {
        file: 'src/analysis/warnings.ts',
        at: /const warnings: \(Warning \| false\)\[\] = \[\n/,
        becomes: "$&    collected.cells.length < 0 && { kind: 'one-model' },\n",
      },
      {
        file: 'src/analysis/warnings.ts',
        at: /^ {4}case 'sequential-order':/m,
        becomes: "    case 'one-model':\n      return 'There is one model. Add another to compare.';\n$&",
      },
    ],
  },
  {
    what: 'a column',
    lines: [
      {
        file: 'src/journal/request-columns.ts',
        at: /^const ourLag = \[\n/m,
        becomes: "$&  count('answer_lines', 'lines of the answer'),\n",
      },
      {
        file: 'src/journal/to-row.ts',
        at: /^ {4}lag_excluded: /m,
        becomes: "    answer_lines: exchange.answer.split('\\n').length,\n$&",
      },
    ],
  },
];

const scratch = mkdtempSync(join(tmpdir(), 'gatebench-recipes-'));
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: scratch, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
let failed = false;

/** Adds one of a kind. Returns what it touched besides its own files and the documents. */
function add({ writes = {}, lines }: Recipe): { stat: string; unexpected: string[] } {
  for (const [file, text] of Object.entries(writes)) writeFileSync(join(scratch, file), text);
  for (const { file, at, becomes } of lines) {
    const path = join(scratch, file);
    const text = readFileSync(path, 'utf8');
    if (!at.test(text)) throw new Error(`${file} has no place for the line: ${String(at)}`);
    writeFileSync(path, text.replace(at, becomes));
  }
  writeFileSync(join(scratch, 'suites/suite.schema.json'), run('node', 'src/bin.ts', 'schema'));
  run('node', 'src/dev/readme.ts');
  run(
    'node',
    'node_modules/prettier/bin/prettier.cjs',
    '--write',
    '--log-level',
    'warn',
    'suites/suite.schema.json',
  );
  run('git', 'add', '-A');
  const touched = run('git', 'diff', '--cached', '--name-only').trim().split('\n');
  const promised = new Set([...Object.keys(writes), ...lines.map(({ file }) => file), ...generated]);
  const stat = run('git', 'diff', '--cached', '--shortstat').trim();
  run('git', '-c', 'user.name=x', '-c', 'user.email=x@localhost', 'commit', '--quiet', '--message', 'recipe');
  return { stat, unexpected: touched.filter((file) => !promised.has(file)) };
}

try {
  execFileSync('git', ['clone', '--quiet', '--local', root, scratch]);
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));
  for (const recipe of recipes) {
    const { stat, unexpected } = add(recipe);
    console.log(`${recipe.what}: ${stat}`);
    if (unexpected.length === 0) continue;
    failed = true;
    console.error(`  touches what nobody promised: ${unexpected.join(', ')}`);
  }
  const walkers = [
    'src/architecture.test.ts',
    'src/check/checks.test.ts',
    'src/cli/completion/completion.test.ts',
    'src/cli/doctor/set-ups.test.ts',
    'src/cli/execute-export.test.ts',
    'src/cli/gatebench.test.ts',
    'src/load/load-modes.test.ts',
    'src/measure/metrics.test.ts',
    'src/mock/set-ups.test.ts',
    'src/suite/suite-json-schema.test.ts',
    'src/target/routes.test.ts',
  ];
  run('node', 'node_modules/typescript/bin/tsc', '--noEmit');
  run('node', 'node_modules/vitest/vitest.mjs', 'run', ...walkers);
  // A new format has golden files of its own, which its author reviews.
  run('node', 'node_modules/vitest/vitest.mjs', 'run', 'src/report/report-formats.test.ts', '--update');
  console.log('types and the tests of the lists pass');
} catch (error) {
  failed = true;
  const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
  console.error([message, stdout.slice(-4000), stderr.slice(-4000)].join('\n'));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
