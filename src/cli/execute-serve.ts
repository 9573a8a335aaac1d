import { once } from 'node:events';
import { exitCode, type ExitCode, UserError } from '../base/user-error.ts';
import { createMock } from '../mock/mock-server.ts';
import { influences, modes, type SetUp } from '../mock/set-ups.ts';
import { nearest } from '../suite/nearest.ts';
import { demoCredentials } from '../target/routes/demo.ts';
import type { ServeFlags } from './commands/serve-command.ts';
import type { Io } from './io.ts';

/** `gatebench serve`: the mock gateway, until it is stopped. */
export async function executeServe(
  { json, mode, port, speed, seed }: ServeFlags,
  { stdout, signals }: Io,
): Promise<ExitCode> {
  const setUp = mode === undefined ? undefined : setUpNamed(mode);
  const mock = await createMock({
    port,
    speed,
    seed,
    gatewayToken: demoCredentials.token,
    ...setUp?.options,
  });
  const { account, gateway, token } = demoCredentials;
  const baseUrl = `${mock.url}/v1/${account}/${gateway}/compat`;
  stdout.write(
    json
      ? `${JSON.stringify({ event: 'listening', url: mock.url, base_url: baseUrl, token, ...(setUp && { mode: setUp.name }) })}\n`
      : [
          `The mock gateway listens on ${mock.url} (loopback only). Its models are simulated.`,
          ...(setUp
            ? [
                `${influences.includes(setUp) ? 'It behaves' : 'Broken'} on purpose, as "${setUp.name}": ${setUp.summary}.`,
              ]
            : []),
          '',
          `  base URL  ${baseUrl}`,
          `  token     ${token}`,
          '',
          'Try it:',
          `  CF_AIG_TOKEN=${token} gatebench run suites/smoke.yaml --route compat --base-url ${baseUrl}`,
          ...(setUp && influences.includes(setUp)
            ? [`  gatebench run suites/smoke.yaml --route local --base-url ${mock.url}`]
            : doctorCommand(mock.url, setUp?.model)),
          '',
          'Press Ctrl-C to stop.',
          '',
        ].join('\n'),
  );
  await Promise.race([once(signals, 'SIGINT'), once(signals, 'SIGTERM')]);
  await mock.close();
  return exitCode.done;
}

/** All routes, with the provider's key and Cloudflare's API: some setups show only there. */
function doctorCommand(url: string, model = 'sim-swift'): string[] {
  const { account, gateway, token } = demoCredentials;
  return [
    `  CF_AIG_TOKEN=${token} OLLAMA_API_KEY=demo-key CLOUDFLARE_API_TOKEN=demo-api-token \\`,
    `    gatebench doctor --models custom-ollama/${model} --route compat,provider,direct \\`,
    `    --base-url compat=${url}/v1/${account}/${gateway}/compat \\`,
    `    --base-url provider=${url}/v1/${account}/${gateway}/custom-ollama/v1 \\`,
    `    --base-url direct=${url}/v1 --api-url ${url}`,
  ];
}

function setUpNamed(name: string): SetUp {
  const found = modes.find((mode) => mode.name === name);
  if (found) return found;
  const names = modes.map((mode) => mode.name);
  const meant = nearest(name, names);
  throw new UserError(
    `--mode: there is no mode "${name}"${meant ? `; did you mean "${meant}"?` : `. Known: ${names.join(', ')}.`}`,
  );
}
