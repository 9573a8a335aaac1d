import type { Call } from './profile.ts';

const width = 1200;
const rowHeight = 17;
/** Narrower calls are left out: they would be unreadable. */
const narrowest = 1;
const letterWidth = 6.2;

/** A flame graph as SVG: one box per call, as wide as its time, with the calls that it made below. */
export function flamePicture(root: Call, title: string): string {
  const boxes: string[] = [];
  let deepest = 0;
  const draw = (call: Call, left: number, depth: number): void => {
    const wide = (call.totalUs / root.totalUs) * width;
    if (wide < narrowest) return;
    deepest = Math.max(deepest, depth);
    boxes.push(box(call, left, wide, depth, call.totalUs / root.totalUs));
    let from = left;
    for (const one of call.calls.toSorted((a, b) => b.totalUs - a.totalUs)) {
      draw(one, from, depth + 1);
      from += (one.totalUs / root.totalUs) * width;
    }
  };
  draw(root, 0, 1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${(deepest + 1) * rowHeight}" font-family="monospace" font-size="10">`,
    `<text x="2" y="12">${escaped(title)}</text>`,
    ...boxes,
    '</svg>\n',
  ].join('\n');
}

function box({ name, place }: Call, left: number, wide: number, depth: number, share: number): string {
  const letters = Math.floor(wide / letterWidth) - 1;
  const shown = letters < 3 ? '' : name.slice(0, letters);
  const [x, y] = [left.toFixed(1), depth * rowHeight];
  return (
    `<g><title>${escaped(`${name} ${place}, ${(share * 100).toFixed(1)} %`)}</title>` +
    `<rect x="${x}" y="${y}" width="${wide.toFixed(1)}" height="${rowHeight - 1}" fill="${colorOf(place)}"/>` +
    `<text x="${(left + 2).toFixed(1)}" y="${y + 11}">${escaped(shown)}</text></g>`
  );
}

/** Colors: ours, packages, Node, V8. */
function colorOf(place: string): string {
  if (place.startsWith('src/') || place.startsWith('dist/')) return '#f2a65a';
  if (place === 'V8') return '#d9d9d9';
  return place.startsWith('node:') ? '#9ec7e8' : '#b7dba8';
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
