import { checkKinds } from '../check/index.ts';
import { variables } from '../gateway/environment.ts';
import { routes } from '../gateway/routes/index.ts';
import { requestColumns } from '../journal/columns.ts';

/** Parts of the README that only the code knows, by the name of their marks. */
export function generatedSections(): Record<string, string> {
  return {
    routes: block(
      table(
        ['route', 'what'],
        routes.map(({ name, summary }) => [`\`${name}\``, summary]),
      ),
    ),
    checks: checkKinds.map(({ type }) => `\`${type}\``).join(', '),
    columns: block(
      table(
        ['column', 'unit', 'meaning'],
        requestColumns.map(({ name, unit, meaning }) => [`\`${name}\``, unit, meaning]),
      ),
    ),
    environment: Object.keys(variables)
      .map((name) => `\`${name}\``)
      .join(', '),
  };
}

/** The text with each section between its marks `<!-- start:name -->` and `<!-- end:name -->`. */
export function withSections(text: string, sections: Readonly<Record<string, string>>): string {
  let result = text;
  for (const [name, content] of Object.entries(sections)) {
    const [start, end] = [`<!-- start:${name} -->`, `<!-- end:${name} -->`];
    const [from, to] = [result.indexOf(start), result.indexOf(end)];
    if (from === -1 || to === -1) throw new Error(`the README has no marks for «${name}»`);
    result = result.slice(0, from + start.length) + content + result.slice(to);
  }
  return result;
}

const block = (text: string): string => `\n\n${text}\n\n`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
