import { findRoute, isSimulatedRoute } from '../target/routes.ts';
import { join } from 'node:path';
import { defined } from '../base/defined.ts';
import { type Redact, redactor } from '../base/redact.ts';
import { readRun } from '../analysis/read-run.ts';
import { exitCode, type ExitCode, UserError } from '../base/user-error.ts';
import { apiSource } from '../diagnose/reconcile/api-source.ts';
import { fileSource, type LogSource } from '../diagnose/reconcile/log-row.ts';
import { ApiClient, type ApiClientOptions, LogsApi, NoLogs } from '../diagnose/reconcile/logs-api.ts';
import { match, reconciledRows } from '../diagnose/reconcile/match.ts';
import { type OllamaUsage, readOllamaUsage } from '../diagnose/reconcile/ollama-usage.ts';
import { reconciliationJson, renderReconciliation } from '../diagnose/reconcile/render-reconciliation.ts';
import { type Reconciliation, reconciliationWarnings, summaryOf } from '../diagnose/reconcile/summary.ts';
import { csvFile } from '../journal/csv-file.ts';
import type { Manifest } from '../journal/manifest.ts';
import { reconciledColumns } from '../journal/reconciled-columns.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import { findRun, runFiles, writeWhole } from '../journal/run-folder.ts';
import { type Environment, readEnvironment, requireVariables, secretsOf } from '../target/environment.ts';
import { demoCredentials } from '../target/routes/demo.ts';
import { assertSafeUrl } from '../target/safe-url.ts';
import { createDispatcher } from '../wire/connections.ts';
import type { ReconcileFlags } from './commands/reconcile-command.ts';
import type { Io } from './io.ts';
import { stdoutStyle } from './terminal.ts';

/** Enough for 50,000 requests. The API allows about as many in eight minutes. */
const mostCalls = 2000;
const connectTimeoutMs = 10_000;

/** Effects and settings from the program. */
export type Surroundings = Pick<Io, 'clock' | 'env' | 'cwd' | 'stderr'>;

/** `gatebench reconcile`: compares a run with the gateway's log. */
export async function executeReconcile(flags: ReconcileFlags, io: Io): Promise<ExitCode> {
  const { reconciliation, file } = await reconcileRun(flags, io);
  io.stdout.write(
    flags.json
      ? reconciliationJson(reconciliation)
      : renderReconciliation(reconciliation, stdoutStyle(flags.color, io)),
  );
  if (file !== undefined && !flags.quiet) io.stderr.write(`Written: ${file}\n`);
  return exitCode.done;
}

/** Reads the log and writes `reconciled.csv`. No file if no log could be read. */
export async function reconcileRun(
  flags: ReconcileFlags,
  { clock, env, cwd, stderr }: Surroundings,
): Promise<{ reconciliation: Reconciliation; file?: string }> {
  const folder = await findRun(flags.run, flags.results);
  const run = await readRun(folder);
  const { manifest } = run;
  const attempts = await Array.fromAsync(run.rows);
  const dispatcher = createDispatcher({ connectTimeoutMs }, env);
  try {
    const environment = readEnvironment(env, cwd);
    const reconciliation = await new Reconciling(
      { flags, manifest, attempts, environment, passedOver: run.warnings() },
      { clock, dispatcher, say: flags.quiet ? () => undefined : (text) => stderr.write(`${text}\n`) },
    ).reconcile();
    if (!reconciliation.log) return { reconciliation };
    const file = join(folder, runFiles.reconciled);
    await writeWhole(file, csvFile(reconciledColumns, reconciliation.log.rows));
    return { reconciliation, file };
  } finally {
    await dispatcher.destroy();
  }
}

/** Effects outside the process. */
type Edge = Pick<ApiClientOptions, 'clock' | 'dispatcher' | 'say'>;

interface Asked {
  flags: ReconcileFlags;
  manifest: Manifest;
  attempts: readonly RequestRow[];
  environment: Environment;
  /** Rows of the run itself that could not be read. */
  passedOver: readonly string[];
}

class Reconciling {
  readonly #flags: ReconcileFlags;
  readonly #manifest: Manifest;
  readonly #attempts: readonly RequestRow[];
  readonly #edge: Edge;
  readonly #environment: Environment;
  readonly #redact: Redact;
  readonly #passedOver: readonly string[];

  constructor({ flags, manifest, attempts, environment, passedOver }: Asked, edge: Edge) {
    this.#passedOver = passedOver;
    this.#flags = flags;
    this.#manifest = manifest;
    this.#attempts = attempts;
    this.#environment = environment;
    this.#edge = edge;
    this.#redact = redactor(secretsOf(this.#environment));
  }

  async reconcile(): Promise<Reconciliation> {
    const through = this.#attempts.filter(({ route }) => findRoute(route)?.kind !== 'bare');
    // Checked before any request, so that a missing key is reported at once.
    const usageClient = this.#flags.ollamaUsage ? this.#usageClient() : undefined;
    const source = this.#source(through, usageClient !== undefined);
    const warnings: string[] = [...this.#passedOver];
    if (this.#manifest.status === 'running')
      warnings.push('The run is still going, or was killed. What was in flight is missing here.');
    const log = source && (await this.#readLog(source, through, usageClient !== undefined, warnings));
    const usage = usageClient && (await this.#usage(usageClient));
    const { run_id, suite, routes, status, started_at } = this.#manifest;
    return {
      run: {
        run_id,
        suite: suite.name,
        routes: routes.map(({ route }) => route),
        status,
        started_at,
        attempts: this.#attempts.length,
        not_through_gateway: this.#attempts.length - through.length,
      },
      ...defined({ log, usage }),
      warnings,
    };
  }

  /** Undefined if there is no log to read, and the usage is enough. */
  #source(through: readonly RequestRow[], usageWillDo: boolean): LogSource | undefined {
    const { log, apiUrl, wait } = this.#flags;
    if (through.length === 0) {
      if (usageWillDo && this.#attempts.length > 0) return undefined;
      throw new UserError(
        this.#attempts.length === 0
          ? 'the run has no attempts yet, so there is nothing to compare.'
          : 'nothing in this run went through a gateway (routes direct and local), so no log has it. Compare totals with --ollama-usage.',
      );
    }
    if (log !== undefined) return fileSource(log, this.#redact);
    this.#assertNotDemo();
    if (usageWillDo && this.#environment.CLOUDFLARE_API_TOKEN === undefined) return undefined;
    assertSafeUrl(apiUrl);
    const found = requireVariables(
      this.#environment,
      ['CLOUDFLARE_API_TOKEN', 'CF_ACCOUNT_ID', 'CF_GATEWAY_ID'],
      "Reading the gateway's log",
      'or give an exported log with --log FILE.',
    );
    const client = this.#client(apiUrl, found.CLOUDFLARE_API_TOKEN, mostCalls);
    const place = { account: found.CF_ACCOUNT_ID, gateway: found.CF_GATEWAY_ID };
    const api = new LogsApi(client, place, this.#redact);
    return apiSource({ api, clock: this.#edge.clock, waitMs: wait * 1000, say: this.#edge.say });
  }

  #assertNotDemo(): void {
    if (!this.#manifest.routes.some(({ route }) => isSimulatedRoute(route))) return;
    throw new UserError(
      'this run went to the built-in mock gateway, which has stopped; its log is gone.\n' +
        'To try reconcile, keep one running: "gatebench serve" prints an address; send a run there\n' +
        'with --route compat --base-url …, then reconcile it with --api-url …,\n' +
        `CF_ACCOUNT_ID=${demoCredentials.account}, CF_GATEWAY_ID=${demoCredentials.gateway} and any CLOUDFLARE_API_TOKEN.`,
    );
  }

  async #readLog(
    source: LogSource,
    through: readonly RequestRow[],
    usageWillDo: boolean,
    warnings: string[],
  ): Promise<Reconciliation['log']> {
    const runIds = [this.#manifest.run_id, ...(this.#manifest.merged_from ?? []).map(({ run_id }) => run_id)];
    const endedAt = this.#lastInstant();
    try {
      const read = await source.read({ attempts: through, runIds, ...defined({ endedAt }) });
      const rows = reconciledRows(match(through, read.rows, runIds), this.#manifest.run_id);
      const summary = summaryOf(rows);
      warnings.push(...read.notes, ...reconciliationWarnings(summary, this.#flags.log !== undefined));
      const { origin, calls, waitedMs } = read;
      return { origin, calls, waitedMs, summary, rows };
    } catch (error) {
      if (!(error instanceof NoLogs) || !usageWillDo) throw error;
      warnings.push(error.message);
      return undefined;
    }
  }

  #usageClient(): ApiClient {
    this.#assertNotDemo();
    assertSafeUrl(this.#flags.ollamaUrl);
    const { OLLAMA_API_KEY } = requireVariables(
      this.#environment,
      ['OLLAMA_API_KEY'],
      '--ollama-usage',
      'or leave out --ollama-usage.',
    );
    return this.#client(this.#flags.ollamaUrl, OLLAMA_API_KEY);
  }

  #usage(client: ApiClient): Promise<OllamaUsage> {
    const from = new Date(this.#manifest.started_at);
    const attempts = this.#attempts.filter(({ route }) => !findRoute(route)?.isOnThisMachine);
    const now = this.#edge.clock.wall();
    return readOllamaUsage(client, attempts, { from, until: this.#lastInstant() ?? now, now });
  }

  #client(url: string, token: string, most?: number): ApiClient {
    const options = {
      baseUrl: url.replace(/\/+$/, ''),
      token,
      ...this.#edge,
      redact: this.#redact,
    };
    return new ApiClient(options, most);
  }

  /** When the last request had ended. */
  #lastInstant(): Date | undefined {
    const ends = this.#attempts.flatMap(({ ended_at }) =>
      ended_at === undefined ? [] : [Date.parse(ended_at)],
    );
    return ends.length === 0 ? undefined : new Date(ends.reduce((a, b) => Math.max(a, b)));
  }
}
