import { defined } from '../../base/defined.ts';
import { exitCode, type ExitCode, UserError } from '../../base/user-error.ts';
import { askCanaries, canaryCalls, type CanaryResult } from '../../score/canaries.ts';
import { judgeRoutes, judgeTargets } from '../../score/judge-targets.ts';
import { kinshipWarnings } from '../../score/judging-plan.ts';
import { loadSuite } from '../../suite/load.ts';
import { choices, quote } from '../../suite/nearest.ts';
import { readEnvironment } from '../../target/environment.ts';
import { defaultRoute, isSimulatedRoute, routes } from '../../target/routes.ts';
import { Gateway } from '../../wire/client.ts';
import { openWire } from '../../wire/wire.ts';
import type { DoctorFlags } from '../commands/doctor-command.ts';
import { shownFrom, type Io } from '../io.ts';
import { demoGateway } from '../run/demo-gateway.ts';
import { onInterruption } from '../signals.ts';

/** `gatebench doctor SUITE --judge id`: cases with undisputed verdicts. */
export async function examineJudges(flags: DoctorFlags, io: Io): Promise<ExitCode> {
  if (flags.suite === undefined)
    throw new UserError('--judge needs the suite that names the judge: gatebench doctor SUITE --judge ID');
  const suite = await loadSuite(flags.suite, { routes: routes.map(({ name }) => name) });
  const known = suite.quality?.judges ?? [];
  const ids = known.map(({ id }) => id);
  if (ids.length === 0)
    throw new UserError(`${shownFrom(io.cwd, flags.suite)} names no judge in quality.judges.`);
  const unknown = flags.judge!.filter((id) => !ids.includes(id));
  if (unknown.length > 0)
    throw new UserError(
      unknown.map((id) => `--judge: unknown judge ${quote(id)}${choices(id, ids)}`).join('\n'),
    );
  const judges = known.filter(({ id }) => flags.judge!.includes(id));
  const route = flags.route?.[0] ?? suite.gateway.route ?? defaultRoute.name;
  const demo = demoGateway(io.startMock);
  const interruption = onInterruption(io.signals, () => undefined);
  try {
    const mockUrl = judgeRoutes(judges, route).some(isSimulatedRoute) ? await demo.url() : undefined;
    const { baseUrl, allowHttp, providerKey } = flags;
    const environment = readEnvironment(io.env, io.cwd);
    // There is no earlier run whose host would be required.
    const named = judges.map((judge) => ({ ...judge, route: judge.route ?? route }));
    const targets = judgeTargets(named, suite.gateway, [{ route, host: '' }], {
      ...{ baseUrl, allowHttp, providerKey, environment },
      ...defined({ mockUrl }),
    });
    const gateway = new Gateway({
      wire: openWire({ timeouts: suite.run.timeouts, env: io.env }),
      clock: io.clock,
      redact: targets.redact,
    });
    const found: { judge: string; model: string; route: string; canaries: CanaryResult[] }[] = [];
    try {
      for (const judge of named) {
        if (!flags.quiet && !flags.json)
          io.stderr.write(
            `Judge ${judge.id}: ${canaryCalls} cases, each asked once, or twice if it cannot be read\n`,
          );
        const target = targets.of(judge.id);
        const options = { judge, target, suite, gateway, clock: io.clock, stop: interruption.kill };
        found.push({
          judge: judge.id,
          model: judge.model,
          route: target.route,
          canaries: await askCanaries(options),
        });
      }
    } finally {
      await gateway.close();
    }
    const warnings = kinshipWarnings(judges, suite.models);
    const isHealthy = found.every(({ canaries }) =>
      canaries.every(({ expected, said }) => expected === said),
    );
    io.stdout.write(
      flags.json
        ? `${JSON.stringify({ healthy: isHealthy, judges: found, warnings }, null, 2)}\n`
        : found.map(text).join('\n') +
            warnings.map((warning) => `\n! ${warning}`).join('') +
            (warnings.length > 0 ? '\n' : ''),
    );
    if (interruption.stop.aborted) return exitCode.interrupted;
    return isHealthy ? exitCode.done : exitCode.usage;
  } finally {
    interruption.end();
    await demo.stop();
  }
}

function text({
  judge,
  model,
  route,
  canaries,
}: {
  judge: string;
  model: string;
  route: string;
  canaries: readonly CanaryResult[];
}): string {
  const lines = canaries.map(({ name, expected, said, problem }) =>
    said === expected
      ? `  ✓ ${name}: ${said}`
      : `  ✗ ${name}: ${problem ?? `said ${said}, and should have said ${expected}`}`,
  );
  const good = canaries.filter(({ expected, said }) => said === expected).length;
  const end =
    good === canaries.length
      ? 'It judges clear cases correctly. Only labels by people show how it does on yours: gatebench rate export.'
      : 'A judge that fails on clear cases will fail on others. Use another one, or give it more tokens to think.';
  return `Judge ${judge} (${model} on ${route}): ${good} of ${canaries.length} correct\n${lines.join('\n')}\n${end}\n`;
}
