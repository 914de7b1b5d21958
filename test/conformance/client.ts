import { type Client, type Connection, createClient, type ProtocolVersion } from '../../src/client.ts'
import { requirementSets } from './expectations.ts'

// The client under test: `node client.ts URL`. The conformance suite says by the environment which scenario it plays, and
// which revision it speaks.

/** What a scenario is told besides its name. */
interface Context {
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }[]
}

/** What a scenario has the client do. */
interface Scenario {
  /** What the client can answer; nothing by default. */
  readonly prepare?: (client: Client) => Client
  readonly act: (connection: Connection, context: Context) => Promise<void>
}

const list = async (connection: Connection): Promise<void> => {
  await connection.listTools()
}

const callEvery = async (
  connection: Connection,
  args: Readonly<Record<string, unknown>> | undefined,
): Promise<void> => {
  for (const { name } of await connection.listTools()) await connection.callTool(name, args)
}

const useEverything = async (connection: Connection): Promise<void> => {
  await callEvery(connection, {})
  for (const { uri } of await connection.listResources()) await connection.readResource(uri)
  for (const { name } of await connection.listPrompts()) await connection.getPrompt(name)
}

const makeGivenCalls = async (connection: Connection, { toolCalls }: Context): Promise<void> => {
  if (toolCalls === undefined) throw new Error('MCP_CONFORMANCE_CONTEXT has no toolCalls')
  await list(connection)
  for (const { name, arguments: args } of toolCalls) await connection.callTool(name, args)
}

const showSchema = async (connection: Connection): Promise<void> => {
  const tools = await connection.listTools()
  const tool = tools.find(({ name }) => name === 'json_schema_2020_12_tool')
  if (tool === undefined) throw new Error('the server lists no json_schema_2020_12_tool')
  await connection.callTool('json_schema_echo', { schema: tool.inputSchema })
}

const SCENARIOS: ReadonlyMap<string, Scenario> = new Map<string, Scenario>([
  ['initialize', { act: list }],
  [
    'tools_call',
    {
      act: async (connection) => {
        await list(connection)
        await connection.callTool('add_numbers', { a: 5, b: 3 })
      },
    },
  ],
  [
    'elicitation-sep1034-client-defaults',
    {
      prepare: (client) => client.elicitation(() => ({ action: 'accept', content: {} })),
      act: async (connection) => {
        await connection.callTool('test_client_elicitation_defaults')
      },
    },
  ],
  [
    'sse-retry',
    {
      act: async (connection) => {
        await connection.callTool('test_reconnection')
      },
    },
  ],
  [
    'request-metadata',
    {
      prepare: (client) =>
        client
          .elicitation(() => ({ action: 'cancel' }))
          .sampling(() => ({ role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'none' }))
          .roots([{ uri: 'file:///work' }]),
      act: async (connection) => {
        await list(connection)
        await connection.ping()
      },
    },
  ],
  [
    'sep-2322-client-request-state',
    {
      prepare: (client) => client.elicitation(() => ({ action: 'accept', content: { confirmed: true } })),
      act: async (connection) => {
        const names = ['echo_state', 'unrelated', 'no_state', 'no_result_type']
        for (const name of names) await connection.callTool(`test_mrtr_${name}`)
      },
    },
  ],
  ['http-standard-headers', { act: useEverything }],
  ['http-custom-headers', { act: makeGivenCalls }],
  ['http-invalid-tool-headers', { act: (connection) => callEvery(connection, { region: 'us-west1' }) }],
  ['json-schema-ref-no-deref', { act: list }],
  ['json-schema-2020-12-preservation', { act: showSchema }],
])

const {
  MCP_CONFORMANCE_SCENARIO: name = '',
  MCP_CONFORMANCE_PROTOCOL_VERSION: version = '',
  MCP_CONFORMANCE_CONTEXT: context = '{}',
} = process.env

const play = async (url: string, { prepare = (client) => client, act }: Scenario): Promise<void> => {
  const client = prepare(createClient({ name: 'fluent-mcp-conformance', version: '1.0.0' }))
  // The client finds out by itself what the servers of the requirement sets speak; to speak an earlier one, it is pinned.
  const options = requirementSets.includes(version) ? {} : { revisions: [version as ProtocolVersion] }
  const connection = await client.connect(url, options)
  try {
    const { protocolVersion } = connection
    if (protocolVersion !== version) throw new Error(`the client speaks ${protocolVersion}, and not ${version}`)
    await act(connection, JSON.parse(context) as Context)
  } finally {
    await connection.close()
  }
}

const url = process.argv[2]
const scenario = SCENARIOS.get(name)

if (url === undefined || scenario === undefined) {
  const problem = url === undefined ? 'pass the URL of the server' : `there is no scenario ${JSON.stringify(name)}`
  const names = [...SCENARIOS.keys()].join(', ')
  console.error(`The client under test: ${problem}; MCP_CONFORMANCE_SCENARIO is one of ${names}`)
  process.exitCode = 1
} else {
  try {
    await play(url, scenario)
  } catch (error) {
    console.error(`The client under test failed in ${name}:`, error)
    process.exitCode = 1
  }
}
