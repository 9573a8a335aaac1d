import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { seededRandom } from '../../src/base/random.ts';
import { createChecker } from '../../src/check/checker.ts';
import type { Io } from '../../src/cli/io.ts';
import { runProgress } from '../../src/cli/run/run-progress.ts';
import { answerLine } from '../../src/journal/answers.ts';
import { Journal } from '../../src/journal/journal.ts';
import { MemorySink } from '../../src/journal/sink.ts';
import { runFiles } from '../../src/journal/run-folder.ts';
import { answered, type Piece } from '../../src/measure/metrics/testing/exchange.ts';
import type { Exchange } from '../../src/measure/exchange.ts';
import { planBlocks } from '../../src/plan/blocks.ts';
import type { CellNames } from '../../src/plan/cell.ts';
import { Checking } from '../../src/run/checking.ts';
import { requestFacts } from '../../src/run/request-facts.ts';
import { run } from '../../src/run/runner.ts';
import { LocalAsker } from '../../src/send/asker.ts';
import { BudgetGuard } from '../../src/send/budget.ts';
import { loadSuite } from '../../src/suite/load.ts';
import { resolveTargets, type Target } from '../../src/target/targets.ts';
import type { Gateway } from '../../src/wire/client.ts';
import type { Case } from './case.ts';

const prompts = 50;
const models = ['a', 'b', 'c', 'd'];
const repeat = 2;
const requests = models.length * prompts * repeat;
const secrets = new Map([
  ['0123456789abcdef0123456789abcdef', 'CF_ACCOUNT_ID'],
  ['Zq3-x8Lw0pT5vN2kYd7RbG4mHs9CjF6uEaXo1', 'CF_AIG_TOKEN'],
]);
const suite = {
  version: 1,
  name: 'bench',
  models: models.map((id) => ({ id, model: `custom-ollama/${id}`, price: { input: 1, output: 2 } })),
  defaults: { params: { max_tokens: 400 } },
  prompts: Array.from({ length: prompts }, (_, n) => ({ id: `p${n}`, prompt: `Question number ${n}?` })),
  run: { repeat, warmup: 0, concurrency: 32, budget: { tokens: 1e9, usd: 1e6 } },
};

/**
 * Cost of a request besides its way to the server and back: plan, budget, row, metrics, journal, redaction, progress.
 * The answers are available at once.
 */
function keptRequest(chunks: number): Case {
  return {
    name: `request kept, ${chunks} chunks`,
    unit: 'request',
    units: requests,
    bareName: 'append as JSON',
    clock: 'processor',
    open: () => open(chunks),
  };
}

export const keptShort = keptRequest(5);
export const keptLong = keptRequest(40);

async function open(chunks: number): ReturnType<Case['open']> {
  const folder = await mkdtemp(join(tmpdir(), 'gatebench-bench-'));
  const file = join(folder, 'suite.json');
  await writeFile(file, JSON.stringify(suite));
  const read = await loadSuite(file);
  const environment = Object.fromEntries([...secrets].map(([secret, name]) => [name, secret]));
  const targets = resolveTargets(read, {
    routes: ['compat'],
    environment: { ...environment, CF_GATEWAY_ID: 'bench' },
  });
  const { cells } = targets;
  const journal = await Journal.open(folder, targets.redact);
  const checker = createChecker({ deadlineMs: 1000 });
  const never = new AbortController().signal;
  let asked = 0;
  const gateway: Pick<Gateway, 'inFlight' | 'ask' | 'loop'> = {
    inFlight: 1,
    ask: () => Promise.resolve(answer(asked++, chunks)),
    loop: (since) => performance.eventLoopUtilization(since),
  };
  const nowhere = { write: () => true } as unknown as Io['stderr'];
  const bareFile = join(folder, 'bare.jsonl');
  return {
    ours: async () => {
      const budget = new BudgetGuard(read.run.budget, systemClock);
      const progress = runProgress(targets, { quiet: false, color: false }, {
        stderr: nowhere,
        env: {},
        clock: systemClock,
      } as Io);
      progress.onEvent({ kind: 'planned', perCell: requests / cells.length });
      const ofRun = { runId: 'run', suite: read, seed: 1 };
      const targetOf = (cell: CellNames): Target => targets.of(cell);
      await run({
        ...ofRun,
        suiteHash: 'hash',
        askHash: 'ask',
        cells,
        blocks: planBlocks({ ...read.run, cells, prompts: read.prompts, seed: 1 }),
        asker: new LocalAsker({
          ...{ gateway, targetOf, clock: systemClock },
          factsOf: (planned, attempt) => requestFacts(ofRun, planned, attempt),
        }),
        targetOf,
        journal,
        checking: new Checking({ suite: read, checker, sink: new MemorySink(), kill: never }),
        budget,
        clock: systemClock,
        stop: never,
        kill: never,
        listener: {
          started: (request) => progress.onEvent({ kind: 'started', request }),
          ended: (request, row) => progress.onEvent({ kind: 'ended', request, row }),
          note: () => undefined,
        },
      });
      progress.stop();
      // Keeps the files from growing with the duration of the bench.
      for (const name of [runFiles.requests, runFiles.answers]) await truncate(join(folder, name));
    },
    bare: async () => {
      const lines = Array.from({ length: requests }, (_, n) => {
        const exchange = answer(n, chunks);
        const facts = { model: 'a', prompt_id: 'p', repeat: 1, attempt: 1 };
        return `${JSON.stringify({ ...exchange, ...answerLine(exchange, facts, 'full') })}\n`;
      });
      await appendFile(bareFile, lines.join(''));
      await truncate(bareFile);
    },
    close: async () => {
      await checker.close();
      await journal.close();
      await rm(folder, { recursive: true });
    },
  };
}

function answer(n: number, chunks: number): Exchange {
  const random = seededRandom(n);
  const pieces: Piece[] = [];
  for (let index = 0, at = 100 + 400 * random(); index < chunks; index++, at += 16 + 8 * random())
    pieces.push([at, 'content', 5]);
  const last = pieces.at(-1)![0];
  pieces.push([last, 'finish', 0], [last, 'usage', 0], [last, 'done', 0]);
  const usage = { promptTokens: 40, completionTokens: chunks, totalTokens: chunks + 40 };
  const text = Array.from({ length: chunks }, (_, word) => ` w${(n + word) % 997}`).join('');
  return answered(pieces, { usage, answer: text, eventId: `event-${n}`, clientLagMs: random() });
}
