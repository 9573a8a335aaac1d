import stringWidth from 'string-width';

/** Style of a stretch of text: a tone of our tables, from its SGR codes. */
interface Look {
  isBold: boolean;
  isDim: boolean;
  color: keyof typeof colors;
}

/** Adjacent words, starting at a column. */
interface Run extends Look {
  column: number;
  text: string;
}

/** On a background that is dark on light pages and on dark ones. */
const colors = { plain: '#e6edf3', green: '#56d364', yellow: '#e3b341', red: '#ff7b72' } as const;
const ground = { fill: '#0d1117', edge: '#30363d' };
const colorOf: Readonly<Record<string, Look['color']>> = {
  31: 'red',
  32: 'green',
  33: 'yellow',
  39: 'plain',
};

/** In pixels: a cell of the grid, and the margin around it. */
const cell = { width: 8.4, height: 19, font: 14 };
const margin = 18;

/**
 * Text as a terminal shows it, with its bold, dim, green, yellow and red, as an SVG. Every word has its place in the
 * grid and the width of its cells, whatever fonts are available.
 */
export function terminalSvg(ansi: string, title: string): string {
  const lines = ansi.trimEnd().split('\n').map(runsOf);
  const columns = Math.max(...lines.flat().map(({ column, text }) => column + stringWidth(text)), 1);
  const [width, height] = [columns * cell.width + 2 * margin, lines.length * cell.height + 2 * margin];
  const body = lines.flatMap((runs, line) => runs.map((run) => runMarkup(run, line)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
<rect x="0.5" y="0.5" width="${round(width - 1)}" height="${round(height - 1)}" rx="8" fill="${ground.fill}" stroke="${ground.edge}"/>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="${cell.font}">
${body.join('\n')}
</g>
</svg>
`;
}

/** Escape sequences other than colors are not expected and would be visible. */
function runsOf(line: string): Run[] {
  const runs: Run[] = [];
  let look: Look = { isBold: false, isDim: false, color: 'plain' };
  let column = 0;
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    if (part.startsWith('\u001b[')) {
      look = part.slice(2, -1).split(';').reduce(changed, look);
      continue;
    }
    for (const piece of part.split(/( {2,}|^ )/)) {
      if (piece.trim() !== '') runs.push({ ...look, column, text: piece });
      column += stringWidth(piece);
    }
  }
  return runs;
}

function changed(look: Look, code: string): Look {
  if (code === '' || code === '0') return { isBold: false, isDim: false, color: 'plain' };
  if (code === '1') return { ...look, isBold: true };
  if (code === '2') return { ...look, isDim: true };
  if (code === '22') return { ...look, isBold: false, isDim: false };
  return { ...look, color: colorOf[code] ?? look.color };
}

function runMarkup({ column, text, isBold, isDim, color }: Run, line: number): string {
  const lead = text.length - text.trimStart().length;
  const words = text.trim();
  const attributes = [
    `x="${round(margin + (column + lead) * cell.width)}"`,
    `y="${round(margin + (line + 0.75) * cell.height)}"`,
    `textLength="${round(stringWidth(words) * cell.width)}"`,
    'lengthAdjust="spacingAndGlyphs"',
    `fill="${colors[color]}"`,
    ...(isBold ? ['font-weight="bold"'] : []),
    ...(isDim ? ['fill-opacity="0.68"'] : []),
  ];
  return `<text ${attributes.join(' ')}>${escaped(words)}</text>`;
}

const round = (pixels: number): string => String(Math.round(pixels * 10) / 10);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
