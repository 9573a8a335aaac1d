import { SaxesParser } from 'saxes';

interface Shape {
  readonly children: readonly string[];
  readonly needs: readonly string[];
  readonly may?: readonly string[];
}

/**
 * What the schema of the Jenkins plugin xunit allows (junit-10.xsd), as far as we use it: names, order and attributes.
 * A test case has at most one outcome.
 */
const shapes: Readonly<Record<string, Shape>> = {
  testsuites: { children: ['testsuite'], needs: ['tests', 'failures', 'errors'], may: ['name', 'skipped'] },
  testsuite: {
    children: ['properties', 'testcase'],
    needs: ['name', 'tests', 'failures', 'errors', 'skipped', 'timestamp'],
  },
  properties: { children: ['property'], needs: [] },
  property: { children: [], needs: ['name', 'value'] },
  testcase: { children: ['skipped', 'error', 'failure', 'system-out'], needs: ['name', 'classname', 'time'] },
  skipped: { children: [], needs: ['message'] },
  error: { children: [], needs: ['message', 'type'] },
  failure: { children: [], needs: ['message', 'type'] },
  'system-out': { children: [], needs: [] },
};

export interface JunitNode {
  name: string;
  attributes: Record<string, string>;
  children: JunitNode[];
  text: string;
}

/** The root of a JUnit file. Throws if it is not well-formed XML 1.0, has another shape, or its counts are wrong. */
export function readJunit(xml: string): JunitNode {
  const root: JunitNode = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser({ xmlns: false });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const node: JunitNode = {
      name,
      attributes: attributes,
      children: [],
      text: '',
    };
    open.at(-1)!.children.push(node);
    open.push(node);
  });
  parser.on('text', (text) => (open.at(-1)!.text += text));
  parser.on('closetag', () => check(open.pop()!));
  parser.write(xml).close();
  if (root.children[0]?.name !== 'testsuites') throw new Error('the root is not testsuites');
  return root.children[0];
}

function check(node: JunitNode): void {
  const shape = shapes[node.name];
  if (!shape) throw new Error(`no element ${node.name}`);
  for (const { name } of node.children)
    if (!shape.children.includes(name)) throw new Error(`${name} in ${node.name}`);
  const places = node.children.map(({ name }) => shape.children.indexOf(name));
  if (places.some((place, index) => place < (places[index - 1] ?? 0)))
    throw new Error(`order in ${node.name}`);
  for (const name of shape.needs)
    if (node.attributes[name] === undefined) throw new Error(`${node.name} without ${name}`);
  for (const name of Object.keys(node.attributes))
    if (![...shape.needs, ...(shape.may ?? [])].includes(name)) throw new Error(`${node.name} with ${name}`);
  if (node.name === 'testcase') {
    if (node.children.length > 1) throw new Error('a test case that ends in two ways');
    if (!/^\d+(\.\d+)?$/.test(node.attributes['time']!)) throw new Error(`time ${node.attributes['time']!}`);
  }
  if (node.name === 'testsuite') countsAreRight(node);
}

function countsAreRight({ attributes, children }: JunitNode): void {
  const cases = children.filter(({ name }) => name === 'testcase');
  const ended = (as: string): number => cases.filter((one) => one.children[0]?.name === as).length;
  const counted = {
    ...{ tests: cases.length, failures: ended('failure'), errors: ended('error'), skipped: ended('skipped') },
  };
  for (const [name, value] of Object.entries(counted))
    if (attributes[name] !== String(value)) throw new Error(`${name} is ${attributes[name]!}, not ${value}`);
}
