import { csv } from './sheet/csv-format.ts';
import { otlp } from './sheet/otlp-format.ts';
import { parquet } from './sheet/parquet-format.ts';
import type { ExportFormat } from './sheet/sheet-format.ts';
import { xlsx } from './sheet/xlsx-format.ts';

/** Every export format; `--format` offers exactly these. To add one: write its file, add its line. */
export const exportFormats: readonly ExportFormat[] = [xlsx, csv, parquet, otlp];
