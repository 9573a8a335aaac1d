/** A word that wants to stand beside its point. All in CSS pixels on the canvas. */
export interface Label {
  x: number;
  y: number;
  /** Of the word. */
  width: number;
  /** Ends of the point's cross of intervals. */
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Place {
  dx: number;
  dy: number;
  anchor: 'start' | 'end' | 'middle';
}

type Box = Pick<Label, 'left' | 'right' | 'top' | 'bottom'>;

const lineHeight = 15;
const markSize = 9;

/** Right above, left above, right below, left below; then farther off. */
const places: readonly Place[] = [11, 25, 39].flatMap((off): Place[] => [
  { dx: 11, dy: -off, anchor: 'start' },
  { dx: -11, dy: -off, anchor: 'end' },
  { dx: 11, dy: off, anchor: 'start' },
  { dx: -11, dy: off, anchor: 'end' },
]);

/**
 * For each label the place where it covers least: outside the canvas, on a mark or on another label weighs most, on
 * an interval less. Of equal places the first.
 */
export function placeLabels(labels: readonly Label[], canvas: { width: number; height: number }): Place[] {
  const marks = labels.map(({ x, y }) => around(x, y));
  const lines = labels.flatMap(({ x, y, left, right, top, bottom }): Box[] => [
    { left, right, top: y - 1, bottom: y + 1 },
    { left: x - 1, right: x + 1, top, bottom },
  ]);
  const words: Box[] = [];
  return labels.map((label, index) => {
    const cost = (place: Place): number => {
      const box = boxOf(label, place);
      const outside = box.left < 0 || box.right > canvas.width || box.top < 0 || box.bottom > canvas.height;
      const others = marks.filter((_, at) => at !== index);
      return (
        100 * Number(outside) +
        10 * [...others, ...words].filter((other) => overlap(box, other)).length +
        lines.filter((line) => overlap(box, line)).length
      );
    };
    const place = places.reduce((best, next) => (cost(next) < cost(best) ? next : best));
    words.push(boxOf(label, place));
    return place;
  });
}

const around = (x: number, y: number): Box => ({
  left: x - markSize,
  right: x + markSize,
  top: y - markSize,
  bottom: y + markSize,
});

function boxOf({ x, y, width }: Label, { dx, dy, anchor }: Place): Box {
  const left = x + dx - (anchor === 'start' ? 0 : anchor === 'end' ? width : width / 2);
  const top = y + dy - lineHeight / 2;
  return { left, right: left + width, top, bottom: top + lineHeight };
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
