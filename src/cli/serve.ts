import { once } from 'node:events';
import { exitCode, type ExitCode } from '../base/user-error.ts';
import { demoCredentials } from '../gateway/routes/demo.ts';
import { createStandin } from '../standin/server.ts';

export interface ServeFlags {
  port: number;
  speed: number;
  seed: number;
  json: boolean;
}

/** `gatebench serve`: the stand-in gateway, until it is told to stop. */
export async function executeServe({ json, ...options }: ServeFlags): Promise<ExitCode> {
  const standin = await createStandin({ ...options, gatewayToken: demoCredentials.token });
  const { account, gateway, token } = demoCredentials;
  const baseUrl = `${standin.url}/v1/${account}/${gateway}/compat`;
  process.stdout.write(
    json
      ? `${JSON.stringify({ event: 'listening', url: standin.url, base_url: baseUrl, token })}\n`
      : [
          `The stand-in gateway listens on ${standin.url} (loopback only). Its models are simulated.`,
          '',
          `  base URL  ${baseUrl}`,
          `  token     ${token}`,
          '',
          'Try it:',
          `  CF_AIG_TOKEN=${token} gatebench run suites/smoke.yaml --route compat --base-url ${baseUrl}`,
          '',
          'Ctrl-C ends it.',
          '',
        ].join('\n'),
  );
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await standin.close();
  return exitCode.done;
}
