import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getDisplayName } from '../../../src/client/display/index.ts'
import type { Implementation, Prompt, Resource, ResourceTemplate, Tool } from '../../../src/model/types.ts'

const tool = (names: Partial<Tool>): Tool => ({ name: 'add', inputSchema: { type: 'object' }, ...names })
const resource = (names: Partial<Resource>): Resource => ({ uri: 'note://1', name: 'one', ...names })
const template = (names: Partial<ResourceTemplate>): ResourceTemplate => ({
  uriTemplate: 'note://{id}',
  name: 'note',
  ...names,
})
const prompt = (names: Partial<Prompt>): Prompt => ({ name: 'greet', ...names })
const implementation = (names: Partial<Implementation>): Implementation => ({
  name: 'calendar',
  version: '1',
  ...names,
})

type Entry = Parameters<typeof getDisplayName>[0]

const rows: readonly (readonly [string, Entry, string])[] = [
  ['the title of a tool', tool({ title: 'Sum', annotations: { title: 'Total' } }), 'Sum'],
  ['the title in the annotations of a tool', tool({ annotations: { title: 'Total' } }), 'Total'],
  ['the name of a tool without a title', tool({ annotations: { readOnlyHint: true } }), 'add'],
  ['the next name where a title is empty', tool({ title: '', annotations: { title: 'Total' } }), 'Total'],
  ['the name where all titles are blank', tool({ title: ' ', annotations: { title: '\t' } }), 'add'],
  ['the title of a resource', resource({ title: 'The first' }), 'The first'],
  ['the name of a resource', resource({ title: '' }), 'one'],
  ['the URI of a resource without a name', resource({ name: '' }), 'note://1'],
  ['the title of a template', template({ title: 'Any note' }), 'Any note'],
  ['the name of a template', template({}), 'note'],
  ['the URI template of a template without a name', template({ name: '' }), 'note://{id}'],
  ['the title of a prompt', prompt({ title: 'Greet somebody' }), 'Greet somebody'],
  ['the name of a prompt', prompt({}), 'greet'],
  ['the title of a server', implementation({ title: 'The calendar' }), 'The calendar'],
  ['the name of a server', implementation({}), 'calendar'],
  ['nothing where there is no name at all', prompt({ name: '' }), ''],
]

describe('getDisplayName', () => {
  for (const [what, entry, name] of rows) {
    it(`gives ${what}`, () => assert.equal(getDisplayName(entry), name))
  }

  it('takes a title from the annotations of tools alone, and only one that is text', () => {
    const annotated: object = { annotations: { title: 'Not a member of these annotations' } }
    assert.equal(getDisplayName(resource(annotated)), 'one')
    for (const annotations of [null, 'title', { title: 5 }]) {
      const odd: object = { annotations }
      assert.equal(getDisplayName(tool(odd)), 'add')
    }
  })
})
