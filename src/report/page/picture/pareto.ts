export interface Point {
  x: number;
  y: number;
}

/**
 * The points that no other beats on both axes, by ascending x: less x is better, and more or less y as told. Of equal
 * points all are kept.
 */
export function paretoFront<P extends Point>(points: readonly P[], betterY: 'higher' | 'lower'): P[] {
  const gain = (a: Point, b: Point): number => (betterY === 'higher' ? a.y - b.y : b.y - a.y);
  return points
    .filter(
      (point) =>
        !points.some(
          (other) =>
            other.x <= point.x && gain(other, point) >= 0 && (other.x < point.x || gain(other, point) > 0),
        ),
    )
    .sort((a, b) => a.x - b.x);
}
