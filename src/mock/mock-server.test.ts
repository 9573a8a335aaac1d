import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ask, chat, compat, direct, events, json, provider, rawAsk, streamed } from './testing/client.ts';
import { sim, start } from './testing/running.ts';
import { machineNow } from './timetable.ts';

/** Removes the head and HTTP's chunked coding: one text per chunk. */
function chunksOf(reads: Buffer[]): { head: string; chunks: string[] } {
  const whole = Buffer.concat(reads);
  const end = whole.indexOf('\r\n\r\n');
  const chunks: string[] = [];
  let at = end + 4;
  for (;;) {
    const line = whole.indexOf('\r\n', at);
    const size = Number.parseInt(whole.subarray(at, line).toString(), 16);
    if (size === 0) return { head: whole.subarray(0, end).toString(), chunks };
    chunks.push(whole.subarray(line + 2, line + 2 + size).toString());
    expect(whole.subarray(line + 2 + size, line + 4 + size).toString()).toBe('\r\n');
    at = line + 4 + size;
  }
}

interface TruthJson {
  eventId: string;
  model: string;
  route: string;
  streamed: boolean;
  sequence: number;
  status: number;
  received: number;
  bodyRead: number;
  headersDue: number;
  headersWritten: number;
  ended: number;
  outcome: string;
  frames: [string, number, number][];
}

test('a stream goes out with one HTTP chunk a frame, byte for byte', async () => {
  const { port } = await start();
  const body = chat('custom-ollama/sim-echo', streamed, 'Type O.');
  const { head, chunks } = chunksOf((await rawAsk(port, compat, body, { 'cf-aig-event-id': 'e-1' })).reads);
  const start_ = chunks[0]!.slice(0, chunks[0]!.indexOf('[{"index"') + 1);
  expect(start_).toMatch(
    /^data: \{"id":"chatcmpl-\d{1,3}","object":"chat.completion.chunk","created":1795317420,"model":"sim-echo","system_fingerprint":"fp_ollama","choices":\[$/,
  );
  expect(chunks).toEqual([
    `${start_}{"index":0,"delta":{"role":"assistant","content":"Type"},"finish_reason":null}]}\n\n`,
    `${start_}{"index":0,"delta":{"content":" O"},"finish_reason":null}]}\n\n`,
    `${start_}{"index":0,"delta":{"content":"."},"finish_reason":null}]}\n\n`,
    `${start_}{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`,
    `${start_}],"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}}\n\n`,
    'data: [DONE]\n\n',
  ]);
  expect(head.split('\r\n').slice(0, 8)).toEqual([
    'HTTP/1.1 200 OK',
    'content-type: text/event-stream',
    expect.stringMatching(/^cf-aig-log-id: [0-9A-HJKMNP-TV-Z]{26}$/),
    expect.stringMatching(/^cf-aig-request-id: [0-9A-HJKMNP-TV-Z]{26}$/),
    'cf-aig-event-id: e-1',
    'cf-aig-cache-status: MISS',
    'cf-aig-step: 0',
    expect.stringMatching(/^cf-ray: [0-9a-f]{16}-LHR$/),
  ]);
  expect(head).toContain('\r\nserver: cloudflare\r\n');
  expect(head).toContain('\r\nTransfer-Encoding: chunked');
});

test('frames that are due apart leave apart', async () => {
  const { port } = await start({ speed: 1 });
  const knobs = { headersMs: 5, ttftMs: 30, gapMs: 60, answerFrames: 3 };
  const { reads } = await rawAsk(port, compat, chat('custom-ollama/sim-exact', streamed), sim(knobs));
  const withText = reads.filter((read) => read.includes('"content":'));
  // Three, unless this process was too slow to read them one by one.
  expect(withText.length).toBeGreaterThan(1);
});

test('a frame may come in pieces, cut inside a character', async () => {
  const { port } = await start();
  const body = chat('custom-ollama/sim-echo', streamed, '🦟');
  const { reads } = await rawAsk(
    port,
    compat,
    body,
    sim({ splitCharacter: true, splitMs: 20, headersMs: 0, ttftMs: 0 }),
  );
  const whole = Buffer.concat(reads).toString();
  expect(whole).toContain('data: {');
  const cut = reads.findIndex((read) => read.at(-3) === 0xf0);
  expect(cut).toBeGreaterThanOrEqual(0);
  expect(reads[cut]!.toString()).not.toContain('🦟');
});

test('the end of the body may linger after [DONE]', async () => {
  const { port } = await start();
  const body = chat('custom-ollama/sim-echo', streamed, 'yes');
  const { reads } = await rawAsk(port, compat, body, sim({ lingerMs: 5000 }));
  expect(reads.at(-1)!.toString()).toBe('0\r\n\r\n');
});

test('a buffered stream is one chunk', async () => {
  const { port } = await start();
  const body = chat('custom-ollama/sim-exact', streamed);
  const { chunks } = chunksOf(
    (await rawAsk(port, compat, body, sim({ buffered: true, answerFrames: 5 }))).reads,
  );
  expect(chunks.length).toBe(1);
  expect(chunks[0]!.match(/^data: /gm)!.length).toBe(8);
});

test('a compressed stream says so and is readable', async () => {
  const { port } = await start();
  const { reads } = await rawAsk(
    port,
    compat,
    chat('custom-ollama/sim-echo', streamed, 'yes'),
    sim({ gzip: true }),
  );
  const whole = Buffer.concat(reads);
  expect(whole.subarray(0, whole.indexOf('\r\n\r\n')).toString()).toContain('content-encoding: gzip');
  const parts: Buffer[] = [];
  for (let at = whole.indexOf('\r\n\r\n') + 4; ;) {
    const line = whole.indexOf('\r\n', at);
    const size = Number.parseInt(whole.subarray(at, line).toString(), 16);
    if (size === 0) break;
    parts.push(whole.subarray(line + 2, line + 2 + size));
    at = line + 4 + size;
  }
  expect(gunzipSync(Buffer.concat(parts)).toString()).toContain('data: [DONE]');
});

test('every route answers, streamed and whole', async () => {
  const { url } = await start();
  for (const [path, model] of [
    [compat, 'custom-ollama/sim-echo'],
    [provider, 'sim-echo'],
    [direct, 'sim-echo'],
  ] as const) {
    const whole = await ask(url, path, { body: chat(model, {}, 'Grüße') });
    expect(whole.headers['content-type']).toBe('application/json');
    expect(json(whole)).toMatchObject({ model: 'sim-echo', choices: [{ message: { content: 'Grüße' } }] });
    const stream = await ask(url, path, { body: chat(model, streamed, 'Grüße') });
    expect(stream.headers['content-type']).toBe('text/event-stream');
    expect(events(stream).at(-1)).toBe('[DONE]');
    expect(whole.headers['cf-aig-log-id'] === undefined).toBe(path === direct);
  }
});

test('a connection serves many requests, whole and streamed', async () => {
  const { url } = await start();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let round = 0; round < 4; round++) {
    const body = JSON.stringify(chat('sim-echo', round % 2 === 0 ? streamed : {}, `round ${round}`));
    const text = await new Promise<string>((resolve, reject) => {
      const outgoing = request(new URL(direct, url), { method: 'POST', agent }, (incoming) => {
        let all = '';
        incoming
          .setEncoding('utf8')
          .on('data', (part: string) => (all += part))
          .on('end', () => resolve(all));
      });
      outgoing.on('error', reject).end(body);
    });
    expect(text).toContain(round % 2 === 0 ? '[DONE]' : `round ${round}`);
  }
  agent.destroy();
  expect(json(await ask(url, '/__mock/stats'))).toMatchObject({ requests: 4, connections: 2 });
});

test('requests sent before their forerunner was answered are answered in order', async () => {
  const { port } = await start({ speed: 1 });
  const socket = connect(port, '127.0.0.1');
  const requestFor = (model: string, headers: string): string => {
    const body = JSON.stringify(chat(model, streamed, 'second'));
    return `POST ${direct} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`;
  };
  const slow = requestFor('sim-exact?answer=first&ttftMs=40&gapMs=5', '');
  socket.write(slow + requestFor('sim-echo', 'connection: close\r\n'));
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  expect(text.match(/HTTP\/1\.1 200/g)!.length).toBe(2);
  expect(text.indexOf('"first"')).toBeLessThan(text.indexOf('0\r\n\r\n'));
  expect(text.indexOf('"second"')).toBeGreaterThan(text.indexOf('0\r\n\r\n'));
});

test('the truth of a stream: instants in order, one entry a frame, on the clock that we read here', async () => {
  const { url } = await start();
  const before = machineNow();
  const knobs = { reasoningFrames: 2, answerFrames: 3, ttftMs: 200, gapMs: 50, roleFrame: true };
  const body = chat('custom-ollama/sim-exact', streamed);
  await ask(url, compat, { body, headers: { 'cf-aig-event-id': 'truth-1', ...sim(knobs) } });
  const after = machineNow();
  const truth = json(await ask(url, '/__mock/truth/truth-1')) as TruthJson;
  expect(truth).toMatchObject({
    eventId: 'truth-1',
    model: 'sim-exact',
    route: 'compat',
    streamed: true,
    status: 200,
    outcome: 'complete',
  });
  expect(truth.frames.map(([kind]) => kind)).toEqual([
    'role',
    'reasoning',
    'reasoning',
    'content',
    'content',
    'content',
    'finish',
    'usage',
    'done',
  ]);
  const instants = [
    before,
    truth.received,
    truth.bodyRead,
    truth.headersWritten,
    ...truth.frames.map((frame) => frame[2]),
    truth.ended,
    after,
  ];
  expect(instants).toEqual([...instants].sort((a, b) => a - b));
  expect(truth.frames.every(([, due, written]) => written >= due)).toBe(true);
  // 200 ms and 50 ms at fifty times the speed.
  const dues = truth.frames.slice(1, 6).map(([, due]) => due - truth.bodyRead);
  for (const [index, due] of [4, 5, 6, 7, 8].entries()) expect(dues[index]).toBeCloseTo(due, 3);
});

test('a client that sends no event id finds its truth by the first piece', async () => {
  const { url } = await start();
  const knobs = { namesEvent: true, answerFrames: 2, instant: true };
  const { text } = await ask(url, direct, { body: chat('sim-exact', streamed), headers: sim(knobs) });
  const [id] = /[\da-f]{8}-[\da-f-]{27}/.exec(text)!;
  expect(json(await ask(url, `/__mock/truth/${id}`))).toMatchObject({ eventId: id, model: 'sim-exact' });
});

test('the truth of split and joined frames has one entry a frame, too', async () => {
  const { url } = await start();
  for (const knobs of [{ splitBytes: 40, splitMs: 0 }, { framesPerPacket: 3 }, { instant: true }]) {
    const headers = { 'cf-aig-event-id': 'truth-2', ...sim({ answerFrames: 4, ...knobs }) };
    await ask(url, compat, { body: chat('custom-ollama/sim-exact', streamed), headers });
    const truth = json(await ask(url, '/__mock/truth/truth-2')) as TruthJson;
    expect(truth.frames.map(([kind]) => kind).join(' ')).toBe(
      'content content content content finish usage done',
    );
  }
});

test('the truth comes in bulk, by the order of ending, and can be cleared', async () => {
  const { url } = await start({ truthRecords: 3 });
  for (const id of ['a', 'b', 'c', 'd'])
    await ask(url, direct, { body: chat('sim-instant'), headers: { 'cf-aig-event-id': id } });
  const bulk = json(await ask(url, '/__mock/truth?after=0')) as { records: TruthJson[]; next: number };
  expect(bulk.records.map(({ eventId, sequence }) => [eventId, sequence])).toEqual([
    ['b', 2],
    ['c', 3],
    ['d', 4],
  ]);
  expect(bulk.next).toBe(4);
  expect(json(await ask(url, '/__mock/truth?after=2&limit=1'))).toMatchObject({
    records: [{ eventId: 'c' }],
    next: 3,
  });
  expect(bulk.records[0]!.frames).toMatchObject([['body', expect.any(Number), expect.any(Number)]]);
  expect((await ask(url, '/__mock/truth/a')).status).toBe(404);
  await ask(url, '/__mock/truth', { method: 'DELETE' });
  expect(json(await ask(url, '/__mock/truth?after=0'))).toEqual({ records: [], next: 0 });
  expect((await ask(url, '/__mock/truth/d')).status).toBe(404);
});

test('frame instants can be left out', async () => {
  const { url } = await start({ frameInstants: false });
  await ask(url, direct, { body: chat('sim-instant', streamed), headers: { 'cf-aig-event-id': 'a' } });
  expect(json(await ask(url, '/__mock/truth/a'))).toMatchObject({ frames: [], status: 200 });
});

test('counts requests in flight, in all and by model', async () => {
  const { url } = await start({ speed: 1 });
  const slow = sim({ headersMs: 60, ttftMs: 60, gapMs: 0, answerFrames: 1 });
  await Promise.all(
    ['sim-exact', 'sim-exact', 'sim-exact', 'sim-swift'].map((model) =>
      ask(url, direct, { body: chat(model), headers: slow }),
    ),
  );
  expect(json(await ask(url, '/__mock/stats'))).toMatchObject({
    requests: 4,
    inFlight: 0,
    maxInFlight: 4,
    models: { 'sim-exact': { requests: 3, maxInFlight: 3 }, 'sim-swift': { requests: 1, maxInFlight: 1 } },
  });
  await ask(url, '/__mock/stats', { method: 'DELETE' });
  expect(json(await ask(url, '/__mock/stats'))).toMatchObject({ requests: 0, maxInFlight: 0 });
});

test('a client that leaves ends its request', async () => {
  const { url } = await start({ speed: 1 });
  const outgoing = request(new URL(direct, url), { method: 'POST', headers: { 'cf-aig-event-id': 'gone' } });
  outgoing.on('error', () => {});
  outgoing.end(JSON.stringify(chat('sim-exact', streamed)));
  await new Promise((resolve) => outgoing.on('response', resolve));
  outgoing.destroy();
  await expect
    .poll(async () => json(await ask(url, '/__mock/truth/gone')))
    .toMatchObject({ outcome: 'client_gone' });
  expect(json(await ask(url, '/__mock/stats'))).toMatchObject({ inFlight: 0 });
});

test('keeps the requests with their headers only when told to', async () => {
  const keeping = await start({ keepHeaders: true });
  await ask(keeping.url, compat, {
    body: chat('custom-ollama/sim-instant'),
    headers: { 'X-Team': 'support' },
  });
  expect(json(await ask(keeping.url, '/__mock/requests'))).toMatchObject([
    {
      method: 'POST',
      path: compat,
      headers: { 'x-team': 'support' },
      body: expect.stringContaining('sim-instant') as string,
    },
  ]);
  const silent = await start();
  await ask(silent.url, compat, { body: chat('custom-ollama/sim-instant') });
  expect(json(await ask(silent.url, '/__mock/requests'))).toEqual([]);
});

test('the same seed and requests give the same answers', async () => {
  const runs: string[][] = [];
  for (const seed of [7, 7, 8]) {
    const { url } = await start({ seed });
    const answers: string[] = [];
    for (let nth = 0; nth < 12; nth++) {
      const body = chat('sim-swift', {}, 'What is the capital of Australia?');
      answers.push((await ask(url, direct, { body })).text);
    }
    runs.push(answers);
  }
  expect(runs[0]).toEqual(runs[1]);
  expect(runs[0]).not.toEqual(runs[2]);
  expect(new Set(runs[0]!.map((text) => /"content":"(\w+)"/.exec(text)![1]))).toEqual(
    new Set(['Canberra', 'Sydney']),
  );
});

test('refuses unknown knobs with what is wrong', async () => {
  const { url } = await start();
  const got = await ask(url, direct, { body: chat('sim-exact'), headers: sim({ ttft: 5 }) });
  expect([got.status, json(got)]).toMatchObject([400, { error: { message: "there is no knob 'ttft'" } }]);
  expect((await ask(url, direct, { body: chat('sim-exact?gapMs=much') })).status).toBe(400);
  expect((await ask(url, direct, { body: chat('sim-fail-never') })).text).toContain(
    "there is no failure 'never'",
  );
});

test('knobs come from the server, the name of the model and the header, each over the one before', async () => {
  const { url } = await start({ knobs: { answer: 'server', echoModel: 'server-model' } });
  const answer = async (model: string, header: object): Promise<unknown> =>
    json(await ask(url, direct, { body: chat(model), headers: sim(header) }));
  const content = (text: string): object => ({
    choices: [{ message: { content: text } }],
    model: 'server-model',
  });
  expect(await answer('sim-swift', {})).toMatchObject(content('server'));
  expect(await answer('sim-swift?answer=name', {})).toMatchObject(content('name'));
  expect(await answer('sim-swift?answer=name', { answer: 'header' })).toMatchObject(content('header'));
});

test('optional headers can be left out, others added', async () => {
  const { url } = await start();
  const headers = sim({ omitHeaders: ['optional'], extraHeaders: { 'cf-aig-model': 'other' } });
  const got = await ask(url, compat, { body: chat('custom-ollama/sim-instant'), headers });
  expect(Object.keys(got.headers).filter((name) => name.startsWith('cf-'))).toEqual(['cf-aig-model']);
});

test('says 405, 404 and 413', async () => {
  const { url } = await start();
  expect((await ask(url, compat)).status).toBe(405);
  expect((await ask(url, direct)).status).toBe(405);
  expect((await ask(url, '/v1/account/gateway/compat/completions', { body: {} })).status).toBe(404);
  expect((await ask(url, '/v2/chat')).status).toBe(404);
  expect((await ask(url, '/__mock/nothing')).status).toBe(404);
  expect((await ask(url, direct, { body: 'x'.repeat(26 * 1024 * 1024) })).status).toBe(413);
});
