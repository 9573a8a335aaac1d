import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { drive } from './drive.ts';

test('every slot asks again when it has its answer, and their starts are spread', async () => {
  const naps: number[] = [];
  let inFlight = 0;
  let most = 0;
  const clock = {
    now: () => 0,
    wall: () => new Date(0),
    sleep: (ms: number) => {
      naps.push(ms);
      return Promise.resolve();
    },
  };
  const answers = await drive({
    slots: 4,
    rounds: 3,
    spreadMs: 100,
    clock,
    ask: async (slot, round) => {
      most = Math.max(most, ++inFlight);
      await turn();
      inFlight--;
      return `${slot}${round}`;
    },
  });
  expect(answers).toEqual([
    ['00', '01', '02'],
    ['10', '11', '12'],
    ['20', '21', '22'],
    ['30', '31', '32'],
  ]);
  expect(naps).toEqual([25, 50, 75]);
  expect(most).toBe(4);
});
