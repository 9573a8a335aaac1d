import { productionPackages } from '../base/testing/packages.ts';
import { painter } from '../report/paint.ts';
import { textTable } from '../report/text-table.ts';

/* node src/dev/licences.ts: every package that users install with the program, and its license. */
const packages = productionPackages();
const column = (title: string, cells: string[]) => ({
  title,
  subtitle: '',
  align: 'left' as const,
  cells: cells.map((text) => ({ text })),
});
const table = textTable(
  [
    column(
      'package',
      packages.map(({ name }) => name),
    ),
    column(
      'version',
      packages.map(({ version }) => version),
    ),
    column(
      'licence',
      packages.map(({ license }) => license),
    ),
  ],
  painter(false),
);
process.stdout.write(`${table.join('\n')}\n`);
