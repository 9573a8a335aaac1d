import type { ToolCall } from '../measure/exchange.ts';
import { quote, show } from './clean-text.ts';
import type { JsonSchema } from './schema-validator.ts';

/** Arguments of a call as a value. No arguments means `{}`: servers send none for tools without parameters. */
export function argumentsOf(call: ToolCall): { found: true; value: unknown } | { found: false; why: string } {
  if (call.arguments.trim() === '') return { found: true, value: {} };
  try {
    return { found: true, value: JSON.parse(call.arguments) as unknown };
  } catch {
    return { found: false, why: `the arguments of ${call.name} are not JSON: ${quote(call.arguments)}` };
  }
}

/** The first three calls, for a reason. */
export function showCalls(calls: readonly ToolCall[]): string {
  if (calls.length === 0) return 'no tool call';
  const shown = calls.slice(0, 3).map((call) => {
    const json = argumentsOf(call);
    return `${call.name}(${json.found ? show(json.value) : quote(call.arguments)})`;
  });
  return `${shown.join(', ')}${calls.length > 3 ? ` and ${calls.length - 3} more` : ''}`;
}

/** A tool as declared by a request. */
export interface DeclaredTool {
  name: string;
  /** JSON Schema of its arguments. Absent: any. */
  parameters?: JsonSchema;
}

/** The tools in `params.tools`, in the OpenAI API form or without its wrapper. Anything else is left out. */
export function declaredTools(tools: unknown): DeclaredTool[] {
  if (!Array.isArray(tools)) return [];
  return (tools as unknown[]).flatMap((tool): DeclaredTool[] => {
    const inner = fieldOf(tool, 'function') ?? tool;
    const name = fieldOf(inner, 'name');
    const parameters = fieldOf(inner, 'parameters');
    if (typeof name !== 'string') return [];
    const hasSchema = typeof parameters === 'object' && parameters !== null;
    return [{ name, ...(hasSchema ? { parameters: parameters as JsonSchema } : {}) }];
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
