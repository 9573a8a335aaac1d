import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LastSent } from './last-sent.ts';

test('it reports once, when every request without a final row is in flight', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 6 }),
      fc.infiniteStream(fc.nat()),
      (requests, places, chance) => {
        const draw = (below: number): number => chance.next().value % below;
        let told = 0;
        const last = new LastSent(requests, () => told++);
        let waiting = requests;
        let wereAllOut = false;
        const inFlight: { isFinal: boolean }[] = [];
        while (waiting + inFlight.length > 0) {
          if (waiting > 0 && inFlight.length < places && (inFlight.length === 0 || draw(2) === 0)) {
            waiting--;
            inFlight.push({ isFinal: draw(4) > 0 });
            last.started();
          } else {
            const [{ isFinal } = { isFinal: true }] = inFlight.splice(draw(inFlight.length), 1);
            // An attempt that is not the last one of its request is followed by another.
            if (!isFinal) waiting++;
            last.ended(isFinal);
          }
          wereAllOut ||= waiting === 0;
          expect(told).toBe(wereAllOut ? 1 : 0);
        }
        expect(told).toBe(1);
      },
    ),
  );
});
