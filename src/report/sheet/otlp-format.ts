import type { ExportFormat } from './sheet-format.ts';

/** OTLP/JSON: histograms of the answers, one line of JSON for a collector's HTTP receiver or file receiver. */
export const otlp: ExportFormat = {
  name: 'otlp',
  extension: '.json',
  begins: '{"resourceMetrics":',
  isBinary: false,
  takes: [],
  async *write(runs) {
    const { otlpRequest } = await import('./write-otlp.ts');
    yield `${JSON.stringify(await otlpRequest(runs))}\n`;
  },
};
