import { defineCheck, type Finding } from '../check.ts';
import { quote } from '../clean-text.ts';
import { validatorOf } from '../schema-validator.ts';
import { argumentsOf, declaredTools, type DeclaredTool } from '../tool-calls.ts';
import type { ToolCall } from '../../measure/exchange.ts';

const tools = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];

export const toolArgumentsValid = defineCheck({
  type: 'tool-arguments-valid',
  summary:
    'every tool call names a tool that the request declares in params.tools, with arguments that its schema accepts; an answer without calls passes',
  fields: {},
  examples: [
    {
      given: {},
      answer: { tools, toolCalls: [{ id: 'a', name: 'get_weather', arguments: '{"city":"Paris"}' }] },
      passes: true,
    },
    {
      given: {},
      answer: { tools, toolCalls: [{ id: 'a', name: 'get_weather', arguments: '{"town":"Paris"}' }] },
      passes: false,
    },
  ],
  check(_spec, answer): Finding {
    const declared = declaredTools(answer.tools);
    if (declared.length === 0)
      return { pass: false, undecided: true, why: 'the request declares no tools in params.tools' };
    for (const call of answer.toolCalls) {
      const why = faultOf(call, declared);
      if (why !== undefined) return { pass: false, why };
    }
    return { pass: true };
  },
});

function faultOf(call: ToolCall, declared: readonly DeclaredTool[]): string | undefined {
  const tool = declared.find(({ name }) => name === call.name);
  if (!tool) {
    const names = declared.map(({ name }) => name).join(', ');
    return `expected a call of ${names}, got a call of ${quote(call.name)}`;
  }
  const json = argumentsOf(call);
  if (!json.found) return json.why;
  const why = tool.parameters && validatorOf(tool.parameters)(json.value);
  return why === undefined
    ? undefined
    : `the arguments of ${call.name}: ${why}; got ${quote(call.arguments)}`;
}
