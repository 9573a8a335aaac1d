import { UserError } from '../../base/user-error.ts';
import { readRun } from '../../analysis/read-run.ts';
import { otlpRequest } from '../../report/sheet/write-otlp.ts';
import { readEnvironment } from '../../target/environment.ts';
import { createDispatcher } from '../../wire/connections.ts';
import { postJson } from '../../wire/post-json.ts';
import type { Io } from '../io.ts';

const patienceMs = 10_000;
const variable = 'OTEL_EXPORTER_OTLP_HEADERS';

/**
 * Posts a run's histograms to a collector, after its last answer has come and is shown. Returns a warning if that
 * failed: it never changes the outcome of a run. Source of path and headers: OpenTelemetry protocol exporter
 * specification, "Endpoint URLs for OTLP/HTTP" and "Specifying headers via environment variables".
 */
export async function sendOtlp(
  folder: string,
  endpoint: string,
  io: Pick<Io, 'env' | 'cwd' | 'clock'>,
): Promise<string | undefined> {
  try {
    const headers = headersOf(readEnvironment(io.env, io.cwd)[variable] ?? '');
    const { rows } = await readRun(folder);
    const body = await otlpRequest([
      { rows: () => rows, summarized: () => Promise.reject(new Error('not asked')) },
    ]);
    const dispatcher = createDispatcher({ connectTimeoutMs: patienceMs }, io.env);
    const options = { clock: io.clock, deadlineMs: patienceMs, headers, dispatcher };
    const wrong = await postJson(metricsUrl(endpoint), body, options).finally(() => dispatcher.destroy());
    return wrong === undefined ? undefined : `The metrics were rejected by --otlp-endpoint: ${wrong}`;
  } catch (error) {
    return `The metrics were not sent to --otlp-endpoint: ${(error as Error).message}`;
  }
}

/** A base address gets the path of metrics. One that already ends in it is unchanged. */
function metricsUrl(endpoint: string): string {
  const url = new URL(endpoint);
  if (!url.pathname.endsWith('/v1/metrics')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/metrics`;
  return url.href;
}

/** `api-key=secret,tenant=a%20b`. */
function headersOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split(',')
      .filter((pair) => pair.trim() !== '')
      .map((pair) => {
        const at = pair.indexOf('=');
        if (at < 1) throw new UserError(`${variable} needs pairs such as name=value, separated by commas.`);
        return [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())];
      }),
  );
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new UserError(`a value of ${variable} is not percent-encoded correctly.`);
  }
}
