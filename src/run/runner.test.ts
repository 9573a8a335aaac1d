import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { redactor } from '../base/redact.ts';
import { listening } from '../base/testing/listening.ts';
import { scratchFolder } from '../base/testing/scratch.ts';
import { createChecker } from '../check/checker.ts';
import { readAnswerLines } from '../journal/answers.ts';
import { Journal } from '../journal/journal.ts';
import type { RequestRow, VerdictRow } from '../journal/request-columns.ts';
import { readRequests } from '../journal/read-journal.ts';
import { VerdictLog } from '../journal/verdicts.ts';
import { createMock } from '../mock/mock-server.ts';
import { planBlocks } from '../plan/blocks.ts';
import { type Cell, cellsOf } from '../plan/cell.ts';
import { load, minimal } from '../suite/testing/temp-suite.ts';
import { demo, demoCredentials } from '../target/routes/demo.ts';
import type { Target } from '../target/targets.ts';
import { Gateway } from '../wire/client.ts';
import { goodFrames } from '../wire/testing/server.ts';
import { openWire } from '../wire/wire.ts';
import { LocalAsker } from '../send/asker.ts';
import { BudgetGuard } from '../send/budget.ts';
import { Checking } from './checking.ts';
import { requestFacts } from './request-facts.ts';
import { run, type RunOptions, type RunOutcome } from './runner.ts';

interface Trial {
  outcome: RunOutcome;
  rows: RequestRow[];
  notes: string[];
  /** Models that were switched off. */
  off: string[];
  /** Requests that the server has received. */
  arrived: number;
}

interface Interference {
  /** Called for each row, with its folder. */
  onRow?: (rows: number, folder: string) => unknown;
  onStarted?: () => void;
  options?: Partial<RunOptions>;
}

const goodBody = `${goodFrames()
  .map((frame) => `data: ${JSON.stringify(frame)}\n\n`)
  .join('')}data: [DONE]\n\n`;
const exact = 'custom-ollama/sim-exact?ttftMs=5&gapMs=0&answerFrames=3';

const checker = createChecker({ deadlineMs: 1000 });
afterAll(() => checker.close());

/** Runs a suite with these models over real sockets and into a real folder. */
async function trial(
  models: Record<string, string>,
  { repeat = 2, prompts = 4, backoffMs = 1, outageMs = 60_000 } = {},
  { onRow, onStarted, options = {} }: Interference = {},
): Promise<Trial> {
  await using scratch = await scratchFolder();
  const mock = await createMock({ gatewayToken: demoCredentials.token });
  const list = Object.entries(models).map(([id, model]) => `{ id: ${id}, model: '${model}' }`);
  const numbers = Array.from({ length: prompts }, (_, n) => n);
  const suite = await load(
    minimal(
      `run: { repeat: ${repeat}, warmup: 0, concurrency: 4, retry: { max: 1, backoff_ms: [${backoffMs}, ${backoffMs}], outage_ms: ${outageMs} } }\n` +
        'defaults: { params: { max_tokens: 20 }, checks: [{ type: not-empty }] }\n' +
        `prompts: [{ id: p, prompt: 'Number {{n}}?', matrix: { n: [${numbers.join(', ')}] } }]`,
    ).replace(/models: .*/, `models: [${list.join(', ')}]`),
  );
  const cells = cellsOf(suite, ['demo']);
  const context = { environment: {}, settings: suite.gateway, baseUrl: mock.url, providerKey: false };
  const gateway = new Gateway({
    wire: openWire({ timeouts: suite.run.timeouts }),
    clock: systemClock,
    redact: redactor(new Map()),
  });
  const journal = await Journal.open(scratch.path);
  const log = new VerdictLog(scratch.path);
  const sink = {
    addVerdict: (row: VerdictRow) => log.append(row),
    rows: () => readRequests(scratch.path),
    answers: () => readAnswerLines(scratch.path),
  };
  const notes: string[] = [];
  const off: string[] = [];
  let written = 0;
  const never = new AbortController().signal;
  const toMock = (cell: Cell): Target => ({ ...cell, endpoint: demo.endpoint(cell.model.model, context) });
  const { targetOf = toMock } = options;
  const ofRun = { runId: 'run', suite, seed: 1 };
  try {
    const outcome = await run({
      ...ofRun,
      suiteHash: 'hash',
      askHash: 'ask',
      cells,
      blocks: planBlocks({ ...suite.run, cells, prompts: suite.prompts, seed: 1 }),
      asker: new LocalAsker({
        ...{ gateway, targetOf, clock: options.clock ?? systemClock },
        factsOf: (planned, attempt) => requestFacts(ofRun, planned, attempt),
      }),
      targetOf,
      journal,
      checking: new Checking({ suite, checker, sink, kill: never }),
      budget: new BudgetGuard(suite.run.budget, systemClock),
      clock: systemClock,
      stop: never,
      kill: never,
      listener: {
        started: () => onStarted?.(),
        ended: () => void onRow?.(++written, scratch.path),
        switchedOff: ({ model }) => off.push(model.id),
        note: (text) => notes.push(text),
      },
      ...options,
    });
    const stats = (await (await fetch(`${mock.url}/__mock/stats`)).json()) as { requests: number };
    return {
      outcome,
      rows: await Array.fromAsync(readRequests(scratch.path)),
      ...{ notes, off },
      arrived: stats.requests,
    };
  } finally {
    await gateway.close();
    await journal.close();
    await log.close();
    await mock.close();
  }
}

test('everything is asked, checked and written, and the run says so', async () => {
  const { outcome, rows, notes, arrived } = await trial({ a: exact, b: exact });
  expect(outcome.status).toBe('complete');
  expect(rows).toHaveLength(2 * 4 * 2);
  expect(arrived).toBe(rows.length);
  expect(rows.every(({ final, status, passed }) => final && status === 'ok' && passed)).toBe(true);
  expect(notes).toEqual([]);
});

test('a run that is long enough says how busy the event loop was', async () => {
  const clock = {
    now: () => systemClock.now() * 1e6,
    wall: () => systemClock.wall(),
    sleep: () => Promise.resolve(),
  };
  const { outcome } = await trial({ a: exact }, {}, { options: { clock } });
  expect(outcome.loopUtilization).toBeGreaterThan(0);
  expect(outcome.loopUtilization).toBeLessThanOrEqual(1);
});

test('each attempt is a row: the refused one is not final, the next one says how long we waited', async () => {
  const { outcome, rows } = await trial({ once: 'custom-ollama/sim-fail-overloaded?times=1' }, { repeat: 1 });
  expect(outcome.status).toBe('complete');
  const of = (attempt: number) => rows.filter((row) => row.attempt === attempt);
  expect(of(1).map(({ final, status, waited_ms: waited }) => [final, status, waited])).toEqual(
    Array(4).fill([false, 'error', undefined]),
  );
  expect(
    of(2).every(({ final, status, waited_ms: waited }) => final && status === 'ok' && waited !== undefined),
  ).toBe(true);
});

test('attempts are counted on from those of an earlier process', async () => {
  const { rows } = await trial({ a: exact }, { repeat: 1 }, { options: { earlierAttempts: () => 3 } });
  expect(new Set(rows.map(({ attempt }) => attempt))).toEqual(new Set([4]));
});

test('a model that cannot answer is switched off once, the others go on, and the run is incomplete', async () => {
  const { outcome, rows, notes, off } = await trial(
    { a: exact, nobody: 'custom-ollama/sim-nobody' },
    { repeat: 6 },
  );
  expect(outcome.status).toBe('incomplete');
  expect(notes).toEqual([
    expect.stringMatching(/^nobody is switched off for the rest of the run: no such model here/),
  ]);
  expect(off).toEqual(['nobody']);
  expect(rows.filter(({ model }) => model === 'a')).toHaveLength(24);
  // As many as were in flight at that time.
  expect(rows.filter(({ model }) => model === 'nobody').length).toBeLessThanOrEqual(4);
});

test('stopped: nothing more is sent, and what is in flight ends', async () => {
  const stop = new AbortController();
  const { outcome, rows, arrived } = await trial(
    { a: exact },
    { repeat: 50 },
    { onRow: (n) => n === 5 && stop.abort(), options: { stop: stop.signal } },
  );
  expect(outcome.status).toBe('interrupted');
  expect(rows.length).toBeLessThanOrEqual(5 + 4);
  expect(arrived).toBe(rows.length);
  expect(rows.every(({ final, status }) => final && status === 'ok')).toBe(true);
});

test('stopped between two attempts: the second is not made, and the request is owed still', async () => {
  const stop = new AbortController();
  const { outcome, rows } = await trial(
    { once: 'custom-ollama/sim-fail-overloaded?times=1' },
    { repeat: 1, prompts: 1, backoffMs: 3_600_000 },
    { onRow: () => setTimeout(() => stop.abort(), 5), options: { stop: stop.signal } },
  );
  expect(outcome.status).toBe('interrupted');
  expect(rows.map(({ attempt, final }) => [attempt, final])).toEqual([[1, false]]);
});

test('stopped at the first: what was about to be sent is not, and its place in the budget is given back', async () => {
  const stop = new AbortController();
  const { outcome, rows, arrived } = await trial(
    { a: exact },
    { repeat: 50 },
    { onStarted: () => stop.abort(), options: { stop: stop.signal } },
  );
  expect(outcome.status).toBe('interrupted');
  expect([rows.length, arrived]).toEqual([1, 1]);
});

/** An address that may be away. */
const at =
  (baseUrl: string) =>
  (cell: Cell): Target => ({
    ...cell,
    endpoint: { baseUrl, wireModel: 'm', headers: {}, throughGateway: false },
  });

test('what could not be sent has a row, with the moment of giving up and no latency', async () => {
  const { outcome, rows, notes, arrived } = await trial(
    { a: exact },
    { repeat: 1, outageMs: 350 },
    { options: { targetOf: at('http://127.0.0.1:1') } },
  );
  expect(outcome.status).toBe('interrupted');
  expect(arrived).toBe(0);
  // Those in flight find out, four at most. Then one probes after 100, 300 and 350 ms.
  expect(rows.length).toBeGreaterThan(3);
  expect(rows.length).toBeLessThanOrEqual(4 + 3);
  for (const row of rows) {
    expect(row).toMatchObject({ error_code: 'refused', final: false });
    expect([row.ttfb_ms, row.ttft_ms, row.e2e_latency_ms]).toEqual(Array(3).fill(undefined));
    expect(row.started_at).toBe(row.ended_at);
    expect(row.in_flight).toBeGreaterThan(0);
  }
  expect(notes).toEqual([
    expect.stringMatching(
      /^the route demo has never been reached\. Trying for up to 0.4 s: the connection was refused/,
    ),
    expect.stringMatching(/^no answer for 0.4 s .*: nothing more is sent; run --resume continues/),
  ]);
});

/** A server that goes away for a while after some requests, and refuses everything meanwhile. */
async function outage(afterRequests: number, forMs: number): Promise<AsyncDisposable & { url: string }> {
  let server: Server;
  let requests = 0;
  const answer = (_request: IncomingMessage, response: ServerResponse): void => {
    _request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
    response.end(goodBody);
    if (++requests !== afterRequests) return;
    const { port } = server.address() as AddressInfo;
    server.close();
    server.closeAllConnections();
    setTimeout(() => void open(port), forMs);
  };
  const open = async (port: number): Promise<void> => {
    server = createServer(answer).listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await open(0);
  return {
    url: `http://127.0.0.1:${(server!.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await Promise.resolve();
    },
  };
}

test('a server that goes away for 0.3 s during a run costs no attempt, and the run continues in order', async () => {
  await using server = await outage(10, 300);
  const { outcome, rows, notes } = await trial(
    { a: exact, b: exact },
    { repeat: 5 },
    { options: { targetOf: at(server.url) } },
  );
  expect(outcome.status).toBe('complete');
  const final = rows.filter((row) => row.final);
  expect(final).toHaveLength(2 * 4 * 5);
  const failed = final.filter(({ status }) => status !== 'ok');
  // Of those in flight when it went away, one may have been partly answered.
  expect(failed.filter(({ error_code }) => error_code === 'refused')).toEqual([]);
  expect(failed.length).toBeLessThanOrEqual(3);
  const refused = rows.filter(({ error_code }) => error_code === 'refused');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThanOrEqual(4 + 4);
  expect(notes).toEqual([
    expect.stringMatching(/is paused, and retried/),
    expect.stringMatching(/^the route demo is back/),
  ]);
  // Blocks stay together: what is sent later is of a later block, except for those in flight.
  const blocks = final.toSorted((a, b) => (a.started_at! < b.started_at! ? -1 : 1)).map(({ block }) => block);
  blocks.forEach((block, n) => expect(block).toBeGreaterThanOrEqual(Math.max(...blocks.slice(0, n + 1)) - 4));
});

test('a budget of requests is not used up by requests that reached no server', async () => {
  await using server = await outage(3, 300);
  const { outcome, rows } = await trial(
    { a: exact },
    { repeat: 2 },
    {
      options: {
        targetOf: at(server.url),
        budget: new BudgetGuard({ requests: 11 }, systemClock),
      },
    },
  );
  expect(outcome.status).toBe('complete');
  expect(rows.filter(({ final, status }) => final && status === 'ok').length).toBeGreaterThanOrEqual(8 - 3);
});

test("one refused prompt is that prompt's; three refused alike, and none answered, end the model", async () => {
  const refuse = (prompts: RegExp): Promise<AsyncDisposable & { url: string }> => refusing(prompts);
  const ask = async (prompts: RegExp): Promise<Trial> => {
    await using server = await refuse(prompts);
    return await trial({ a: exact }, { repeat: 3 }, { options: { targetOf: at(server.url) } });
  };
  const one = await ask(/Number 0/);
  expect(one.outcome.status).toBe('complete');
  expect(one.rows.filter(({ status }) => status === 'ok')).toHaveLength(3 * 3);
  expect(one.rows.filter(({ prompt_id }) => prompt_id === 'p[0]').every(({ final }) => final)).toBe(true);
  expect(one.notes).toEqual([]);
  const all = await ask(/Number/);
  expect(all.outcome.status).toBe('incomplete');
  expect(all.rows.length).toBeLessThan(4 * 3);
  expect(all.notes).toEqual([
    expect.stringMatching(
      /^a is switched off .*: 3 prompts were refused the same way \(Your input was flagged/,
    ),
  ]);
});

function refusing(prompts: RegExp): ReturnType<typeof listening> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += String(data)));
    request.on('end', () => {
      if (prompts.test(body)) {
        response.writeHead(403, { 'content-type': 'application/json' });
        response.end('{"error":{"code":403,"message":"Your input was flagged"}}');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(goodBody);
    });
  });
  return listening(server);
}

test('killed: what is in flight is given up and owed still', async () => {
  const stop = new AbortController();
  const kill = new AbortController();
  const { outcome, rows } = await trial(
    { a: 'custom-ollama/sim-exact?ttftMs=30000' },
    {},
    {
      onStarted: () =>
        setTimeout(() => {
          stop.abort();
          kill.abort();
        }, 100),
      options: { stop: stop.signal, kill: kill.signal },
    },
  );
  expect(outcome.status).toBe('interrupted');
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.every(({ final, status }) => !final && status === 'cancelled')).toBe(true);
});

test('a budget that is reached is said once, and nothing more is sent', async () => {
  const { outcome, rows, notes, arrived } = await trial(
    { a: exact, b: exact },
    { repeat: 20 },
    { options: { budget: new BudgetGuard({ requests: 7 }, systemClock) } },
  );
  expect(outcome.status).toBe('budget');
  expect([rows.length, arrived]).toEqual([7, 7]);
  expect(notes).toEqual(['the budget of 7 requests is used up: nothing more is sent']);
});

test('a model that is refused for the rate again and again gets fewer places', async () => {
  const { rows, notes } = await trial({ a: 'custom-ollama/sim-fail-429' }, { repeat: 1 });
  expect(rows.every(({ status }) => status === 'rate_limited')).toBe(true);
  expect(notes[0]).toMatch(/^a: rate limited 3 times within 15 s, now at most 2 in flight$/);
});

test('when the journal cannot be written the run ends there: what is not kept is not paid for', async () => {
  let sent = 0;
  const work = trial(
    { a: exact },
    { repeat: 50 },
    { onStarted: () => sent++, onRow: (n, folder) => n === 5 && rm(folder, { recursive: true }) },
  );
  await expect(work).rejects.toThrow('requests.csv was removed');
  expect(sent).toBeLessThan(50);
});

test('an error that a server calls "dropped" was sent, and counts in the budget', async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(429, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { code: 'dropped', message: 'too much' } }));
  });
  await using here = await listening(server);
  const budget = new BudgetGuard({ requests: 6 }, systemClock);
  const { outcome, rows } = await trial({ a: exact }, {}, { options: { targetOf: at(here.url), budget } });
  expect(outcome.status).toBe('budget');
  expect(rows.map(({ error_code }) => error_code)).toEqual(Array(6).fill('dropped'));
});
