import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { HandClock } from '../base/testing/hand-clock.ts';
import { createProgress, isLive, type Progress } from './progress.ts';

const hide = '\u001b[?25l';
const show = '\u001b[?25h';

let open: Progress | undefined;
afterEach(() => open?.stop());

function start(options: {
  live: boolean;
  quiet?: boolean;
  color?: boolean;
  columns?: number;
  total?: number;
}) {
  const { live, quiet = false, color = false, columns = 80, total = 10 } = options;
  const stream = Object.assign(new PassThrough(), { isTTY: live, columns, rows: 24 });
  const writes: string[] = [];
  stream.on('data', (data: Buffer) => writes.push(data.toString()));
  const clock = new HandClock();
  const models = ['swift', 'glm'].map((id) => ({ id, total }));
  const progress = createProgress({
    stream: stream as unknown as NodeJS.WriteStream,
    models,
    quiet,
    color,
    clock,
    live,
  });
  open = progress;
  const answer = (model: string, ok = true): void => {
    progress.started(model);
    progress.ended(model, { ok, ttftMs: 41 });
  };
  return { progress, clock, stream, writes, answer, text: () => writes.join('') };
}

describe('in a terminal', () => {
  test('draws at most eight times a second, however much happens', async () => {
    const { clock, writes, answer } = start({ live: true, total: 2000 });
    await clock.pass(0);
    const before = writes.length;
    for (let at = 0; at < 1000; at++) {
      answer('swift');
      await clock.pass(1);
    }
    expect(writes.length - before).toBeGreaterThan(4);
    expect(writes.length - before).toBeLessThanOrEqual(8);
  });

  test('a model that is off is awaited no longer: neither its line nor the sum counts what it still owed', async () => {
    const { clock, progress, answer, text } = start({ live: true });
    answer('swift', false);
    progress.started('swift');
    for (let n = 0; n < 5; n++) answer('glm');
    progress.off('swift');
    progress.off('nobody');
    await clock.pass(6000);
    const last = stripVTControlCharacters(text());
    expect(last).toMatch(/swift .* 1\/10 .* off +1 failed/);
    // Six of twelve are done: of the other six, one is on its way to the model that is off.
    expect(last).toContain('6 of 12 requests · 1 in flight · 0:05 elapsed · 0:05 left');
  });

  test('the time keeps counting while no answer comes', async () => {
    const { clock, text } = start({ live: true });
    await clock.pass(3000);
    expect(text()).toContain('0:02 elapsed');
  });

  test('hides the cursor and gives it back once, however often it is stopped', async () => {
    const { progress, clock, text, answer } = start({ live: true });
    answer('swift');
    progress.stop();
    progress.stop();
    await clock.pass(5000);
    expect(text().split(hide)).toHaveLength(2);
    expect(text().split(show)).toHaveLength(2);
    expect(text().indexOf(show)).toBeGreaterThan(text().lastIndexOf('elapsed'));
  });

  test('shows the last state when it stops', async () => {
    const { progress, clock, text, answer } = start({ live: true });
    await clock.pass(200);
    answer('glm', false);
    progress.stop();
    await clock.pass(0);
    expect(stripVTControlCharacters(text())).toMatch(/glm +━+─+ +1\/10 +0:01 left +1 failed/);
  });

  test('a note is above the bars, on one line and without its own escapes', async () => {
    const { progress, clock, text } = start({ live: true });
    progress.note('model glm switched off:\n\u001b[2J402');
    await clock.pass(0);
    expect(text()).toContain('model glm switched off: 402\n');
    expect(text()).not.toContain('\u001b[2J');
    expect(text().lastIndexOf('elapsed')).toBeGreaterThan(text().indexOf('402'));
  });

  test('a new width is used at once', async () => {
    const { clock, stream, writes } = start({ live: true });
    await clock.pass(0);
    writes.length = 0;
    stream.columns = 40;
    stream.emit('resize');
    await clock.pass(0);
    const lines = stripVTControlCharacters(writes.join('')).split('\n');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line.length).toBeLessThan(40);
  });

  test('nothing is colored when color is off', async () => {
    const { clock, text, answer } = start({ live: true });
    answer('swift');
    await clock.pass(1000);
    // Cursor moves are not colors; those end in `m`.
    expect(text()).not.toContain('m\u001b');
    expect(
      text()
        .split('\u001b[')
        .some((code) => /^[\d;]*m/.test(code)),
    ).toBe(false);
  });

  test('each worker has a line, which is redrawn', async () => {
    const { progress, clock, text } = start({ live: true });
    for (const done of [7, 8]) {
      progress.workers([{ name: 'w1', isThere: true, inFlight: 1, done, lost: 0, perSecond: 2 }]);
      await clock.pass(1000);
      expect(stripVTControlCharacters(text())).toContain(`w1  1 in flight  ${done} done  0 lost  2.00/s`);
    }
  });

  test('a changed plan is shown', async () => {
    const { progress, clock, text } = start({ live: true });
    progress.planned('glm', 3);
    await clock.pass(1000);
    expect(text()).toContain('0/3');
  });

  test('an attempt that is tried again is neither done nor still in flight', async () => {
    const { progress, clock, text } = start({ live: true });
    progress.started('glm');
    progress.ended('glm', { ok: false, final: false });
    await clock.pass(1000);
    expect(text()).toContain('0 of 20 requests · 0 in flight');
    expect(text()).not.toContain('failed');
  });
});

describe('elsewhere', () => {
  test('writes plain lines at each tenth and at the end, without escape codes even in color', async () => {
    const { progress, clock, writes, answer, text } = start({ live: false, color: true });
    for (let done = 0; done < 10; done++) {
      answer('swift');
      answer('glm');
    }
    progress.stop();
    await clock.pass(0);
    expect(writes).toHaveLength(10);
    expect(writes[0]).toBe(
      '2 of 20 requests done (10 %), 0:00 elapsed, about 0:00 left; median TTFT: swift 41.0 ms, glm 41.0 ms\n',
    );
    expect(writes.at(-1)).toMatch(/^20 of 20 requests done \(100 %\)/);
    expect(text()).not.toContain('\u001b');
  });

  test('writes a line every ten seconds when little happens, and the last state of a broken-off run', async () => {
    const { progress, clock, writes, answer } = start({ live: false, total: 100 });
    await clock.pass(35_000);
    expect(writes.map((line) => /[\d:]+ elapsed/.exec(line)![0])).toEqual([
      '0:10 elapsed',
      '0:20 elapsed',
      '0:30 elapsed',
    ]);
    answer('swift');
    progress.stop();
    await clock.pass(60_000);
    expect(writes.slice(3).join('')).toMatch(/^1 of 200 requests done \(0 %\), 0:35 elapsed.*\n$/);
  });

  test('each worker has a line below, until the run is over', () => {
    const { progress, writes, answer } = start({ live: false, total: 5 });
    progress.workers([{ name: 'w1', isThere: true, inFlight: 1, done: 7, lost: 0, perSecond: 2 }]);
    answer('swift');
    progress.workers([]);
    answer('swift');
    expect(writes[0]).toMatch(/^1 of 10 requests done.*\nw1: 1 in flight, 7 done, 0 lost, 2\.00\/s\n$/);
    expect(writes[1]).toMatch(/^2 of 10 requests done.*\n$/);
  });

  test('a note is a line of its own', async () => {
    const { progress, clock, text } = start({ live: false });
    progress.note('model glm\nswitched off');
    await clock.pass(0);
    expect(text()).toBe('model glm switched off\n');
  });

  test('a model that was not announced is ignored', async () => {
    const { progress, clock, text } = start({ live: false });
    progress.started('stranger');
    progress.ended('stranger', { ok: true });
    progress.planned('stranger', 5);
    progress.stop();
    await clock.pass(0);
    expect(text()).toBe('');
  });
});

test('quiet writes nothing, in a terminal or not', async () => {
  for (const live of [true, false]) {
    const { progress, clock, text, answer } = start({ live, quiet: true });
    answer('swift');
    progress.note('something');
    await clock.pass(20_000);
    progress.stop();
    expect(text()).toBe('');
  }
});

test.each([
  [{ isTTY: true }, {}, true],
  [{}, {}, false],
  [{ isTTY: false }, {}, false],
  [{ isTTY: true }, { CI: 'true' }, false],
  [{ isTTY: true }, { CI: '1' }, false],
  [{ isTTY: true }, { CI: 'false' }, true],
  [{ isTTY: true }, { CI: '' }, true],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
])('a stream %j in the environment %j has live bars: %s', (stream, env, live) => {
  expect(isLive(stream, env)).toBe(live);
});
