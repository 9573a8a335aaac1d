import { parseArgs } from 'node:util';
import { systemClock } from '../src/base/clock.ts';
import { drive } from '../src/diagnose/calibrate/level.ts';
import { fixed } from '../src/report/number-text.ts';
import { painter } from '../src/report/paint.ts';
import { textTable } from '../src/report/text-table.ts';
import { spawnMock } from '../src/mock/spawn.ts';
import { createOurs } from './clients/ours.ts';

/*
 * node --expose-gc bench/soak.ts [--streams N] [--concurrency N]
 *
 * Many short streams through the gateway client, one after another: the live heap after each tenth of them. Exit code 1
 * if the heap grows by more than a little after the first two tenths, in which caches fill.
 */
const { values: flags } = parseArgs({
  options: { streams: { type: 'string', default: '50000' }, concurrency: { type: 'string', default: '32' } },
});
const streams = Number(flags.streams);
const concurrency = Number(flags.concurrency);
const parts = 10;
/** Four bytes a stream would be 200 KiB. Uncollected garbage is less. */
const allowedGrowthKib = 1024;

const shape = { tokensPerSecond: 1000, tokens: 5, ttftMs: 1 };
const knobs = { instant: true };

interface Look {
  streams: number;
  heapKib: number;
  rssMib: number;
  perSecond: number;
  failed: number;
}

if (!globalThis.gc) throw new Error('bench/soak.ts needs node --expose-gc');
const mock = await spawnMock({ truthRecords: 100, frameInstants: false });
const client = createOurs(mock.url);
await client.warm(concurrency);
const looks: Look[] = [];
for (let part = 0; part < parts; part++) {
  looks.push(await soak(part));
  process.stderr.write(`${looks.at(-1)!.streams} streams …\n`);
}
await mock.stop();

const growth = looks.at(-1)!.heapKib - looks[1]!.heapKib;
const column = (title: string, subtitle: string, cell: (look: Look) => string) => ({
  title,
  subtitle,
  align: 'right' as const,
  cells: looks.map((look) => ({ text: cell(look) })),
});
const table = textTable(
  [
    column('streams', '', ({ streams }) => fixed(streams, 0)),
    column('heap', 'KiB', ({ heapKib }) => fixed(heapKib, 0)),
    column('RSS', 'MiB', ({ rssMib }) => fixed(rssMib, 0)),
    column('a second', 'streams', ({ perSecond }) => fixed(perSecond, 0)),
    column('failed', '', ({ failed }) => fixed(failed, 0)),
  ],
  painter(false),
);
const isFlat = growth <= allowedGrowthKib && looks.every(({ failed }) => failed === 0);
process.stdout.write(
  `${table.join('\n')}\n\nThe heap grew by ${fixed(growth, 0)} KiB after the first fifth: ${isFlat ? 'flat' : 'NOT FLAT'}.\n`,
);
process.exit(isFlat ? 0 : 1);

async function soak(part: number): Promise<Look> {
  const rounds = Math.ceil(streams / parts / concurrency);
  const start = performance.now();
  let failed = 0;
  await drive({
    slots: concurrency,
    rounds,
    spreadMs: 0,
    clock: systemClock,
    ask: async (slot, round) => {
      const seen = await client.stream(`${part}-${slot}-${round}`, shape, knobs);
      if (seen?.pieces.length !== shape.tokens) failed++;
    },
  });
  const seconds = (performance.now() - start) / 1000;
  for (let times = 0; times < 3; times++) globalThis.gc!();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    streams: (part + 1) * rounds * concurrency,
    heapKib: heapUsed / 1024,
    rssMib: rss / 2 ** 20,
    perSecond: (rounds * concurrency) / seconds,
    failed,
  };
}
