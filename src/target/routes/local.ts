import { splitModel, type Route } from '../route.ts';

export const local: Route = {
  name: 'local',
  summary: 'a local Ollama at http://localhost:11434, through /v1 or (gateway.local.api: native) /api/chat',
  kind: 'bare',
  needs: [],
  choice: { rank: 4, why: 'it uses the Ollama on this machine' },
  isOnThisMachine: true,
  isOptional: true,
  nativeApi: ({ local: asked }) => (asked?.api === 'native' ? asked : undefined),
  endpoint(model, { baseUrl = 'http://localhost:11434', settings }) {
    const native = local.nativeApi?.(settings);
    return {
      baseUrl: native ? nativePrefix(baseUrl) : openaiPrefix(baseUrl),
      wireModel: splitModel(model).name,
      headers: {},
      throughGateway: false,
      ...(native ? { native } : {}),
    };
  },
};

/** An address without a path is the server's own. Any other is the prefix of `/chat/completions`. */
function openaiPrefix(baseUrl: string): string {
  return /^[a-z]+:\/\/[^/]+\/*$/i.test(baseUrl) ? `${serverOf(baseUrl)}/v1` : baseUrl;
}

function nativePrefix(baseUrl: string): string {
  return `${serverOf(baseUrl)}/api`;
}

/** `http://localhost:11434` for such an address, with `/v1` or `/api`. */
export function serverOf(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, '').replace(/\/(v1|api)$/, '');
}
