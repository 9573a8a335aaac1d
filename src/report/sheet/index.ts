import { csv } from './csv.ts';
import type { ExportFormat } from './format.ts';
import { xlsx } from './xlsx.ts';

/** Every export format; `--format` offers exactly these. To add one: write its file, add its line. */
export const exportFormats: readonly ExportFormat[] = [xlsx, csv];
