import { expect, test } from 'vitest';
import { serve } from '../../wire/testing/server.ts';
import { inPython, withoutReaders } from '../../report/testing/official-readers.ts';
import { gatebench, scratch } from '../testing/gatebench.ts';

interface Point {
  attributes: { key: string; value: { stringValue: string } }[];
  count: string;
  sum: number;
  min: number;
  max: number;
  bucketCounts: string[];
  explicitBounds: number[];
  startTimeUnixNano: string;
  timeUnixNano: string;
}
interface Metric {
  name: string;
  unit: string;
  histogram: { aggregationTemporality: number; dataPoints: Point[] };
}
interface Request {
  resourceMetrics: { scopeMetrics: { metrics: Metric[] }[] }[];
}

const suite = `version: 1
name: tiny
models: [custom-ollama/sim-swift, custom-ollama/sim-tail]
prompts: [{ id: a, prompt: Hello }, { id: b, prompt: Bye }]
run: { repeat: 2, warmup: 1 }
`;
const args = ['run', 'tiny.yaml', '--route', 'demo', '--quiet'];
const secret = 'k3y-that-nobody-may-see';

async function files() {
  const cwd = await scratch();
  const { writeFile } = await import('node:fs/promises');
  await writeFile(`${cwd.path}/tiny.yaml`, suite);
  return cwd;
}

const metricsOf = (text: string): Metric[] =>
  (JSON.parse(text) as Request).resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics[0]!.metrics);

test('a run is posted once, as export writes it, with the headers of the environment', async () => {
  await using cwd = await files();
  await using server = await serve((response) => response.end('{}'));
  const env = { OTEL_EXPORTER_OTLP_HEADERS: `api-key=${secret},tenant=a%20b` };
  const ran = await gatebench([...args, '--otlp-endpoint', server.url], cwd.path, env);
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  expect(server.received).toHaveLength(1);
  const [{ method, url, body, headers }] = server.received as [(typeof server.received)[0]];
  expect([method, url, headers['api-key'], headers['tenant']]).toEqual([
    'POST',
    '/v1/metrics',
    secret,
    'a b',
  ]);
  expect(ran.stdout + ran.stderr).not.toContain(secret);
  const { stdout } = await gatebench(['export', 'latest', '--format', 'otlp'], cwd.path);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(body));

  const metrics = metricsOf(body);
  expect(metrics.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
    'gen_ai.client.operation.duration s',
    'gen_ai.client.operation.time_to_first_chunk s',
    'gatebench.ttft s',
    'gen_ai.client.token.usage {token}',
  ]);
  for (const { histogram } of metrics) {
    expect(histogram.aggregationTemporality).toBe(1);
    for (const point of histogram.dataPoints) {
      expect(point.bucketCounts).toHaveLength(point.explicitBounds.length + 1);
      expect(point.bucketCounts.reduce((sum, count) => sum + Number(count), 0)).toBe(Number(point.count));
      expect(point.min * Number(point.count)).toBeLessThanOrEqual(point.sum + 1e-9);
      expect(point.max * Number(point.count)).toBeGreaterThanOrEqual(point.sum - 1e-9);
      expect(BigInt(point.startTimeUnixNano) <= BigInt(point.timeUnixNano)).toBe(true);
    }
  }
  // Two models, two prompts, two repeats, without the warm-up.
  const durations = metrics[0]!.histogram.dataPoints;
  expect(durations.map(({ count }) => count)).toEqual(['4', '4']);
  expect(metrics[3]!.histogram.dataPoints).toHaveLength(4);
});

test('the address is looked at before anything is sent', async () => {
  await using cwd = await files();
  for (const url of ['nonsense', 'http://collector.example.com'])
    expect(await gatebench([...args, '--otlp-endpoint', url], cwd.path)).toMatchObject({
      code: 2,
      stdout: '',
    });
});

test('what goes wrong is a warning, without the secret', async () => {
  await using cwd = await files();
  await using server = await serve((response) => response.writeHead(503).end('full'));
  const env = { OTEL_EXPORTER_OTLP_HEADERS: `api-key=${secret}` };
  const ran = await gatebench([...args, '--otlp-endpoint', `${server.url}/v1/metrics`], cwd.path, env);
  expect(ran.code).toBe(0);
  expect(ran.stderr).toBe(
    '⚠ The metrics were rejected by --otlp-endpoint: it answered with status 503: full\n',
  );
  expect(server.received[0]!.url).toBe('/v1/metrics');
});

test.skipIf(withoutReaders !== undefined)(withoutReaders ?? 'the official definitions read it', async () => {
  await using cwd = await files();
  await gatebench(args, cwd.path);
  const { stdout } = await gatebench(['export', 'latest', '--format', 'otlp'], cwd.path);
  const code = `
import json, sys
from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest as Request
request = json_format.Parse(sys.stdin.read(), Request())
print(json.dumps([[m.name, [p.count for p in m.histogram.data_points], m.histogram.aggregation_temporality]
  for r in request.resource_metrics for s in r.scope_metrics for m in s.metrics]))`;
  const read = inPython(code, stdout);
  expect(read).toEqual(
    metricsOf(stdout).map(({ name, histogram }) => [
      name,
      histogram.dataPoints.map(({ count }) => Number(count)),
      1,
    ]),
  );
});
