import { describe, expect, test } from 'vitest';
import type { UserError } from '../base/user-error.ts';
import { csv } from '../report/sheet/csv-format.ts';
import { xlsx } from '../report/sheet/xlsx-format.ts';
import { assertForTerminal } from './execute-export.ts';
import { gatebench, scratch } from './testing/gatebench.ts';

describe('help as other programs have it', () => {
  test.each([
    [['help'], ['--help']],
    [
      ['help', 'run'],
      ['run', '--help'],
    ],
    [
      ['help', 'export'],
      ['export', '--help'],
    ],
    [['help', '--help'], ['--help']],
  ])('%j is %j', async (args, same) => {
    await using folder = await scratch();
    const [one, other] = await Promise.all([gatebench(args, folder.path), gatebench(same, folder.path)]);
    expect(one).toEqual(other);
    expect(one.code).toBe(0);
  });

  test('of no command names the nearest', async () => {
    await using folder = await scratch();
    const { code, stdout, stderr } = await gatebench(['help', 'exprot'], folder.path);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/no command \Wexprot\W; did you mean \Wexport\W/);
  });
});

describe('export to a terminal', () => {
  const run = ['latest'];
  const refused = (format: string | undefined, kind: typeof csv): string => {
    try {
      assertForTerminal({ run, format, out: undefined }, kind);
      return '';
    } catch (error) {
      return (error as UserError).message;
    }
  };

  test('without a format says what to type', () => {
    expect(refused(undefined, csv)).toBe(
      'export needs a file to write to. Type one of:\n' +
        '  gatebench export latest -o run.xlsx          a workbook\n' +
        '  gatebench export latest -o run.csv           CSV\n' +
        '  gatebench export latest --format csv         CSV, printed here',
    );
  });

  test('of a workbook is refused', () => {
    expect(refused('xlsx', xlsx)).toMatch(
      /^--format xlsx cannot be printed to a terminal\. Type one of:\n  gatebench export latest -o run\.xlsx /,
    );
  });

  test('of CSV that was asked for, and into a file, is fine', () => {
    expect(refused('csv', csv)).toBe('');
    expect(() => assertForTerminal({ run, format: undefined, out: 'a.xlsx' }, xlsx)).not.toThrow();
  });
});
