/** The requirement sets of the suite: a scenario of both sets has to pass on both wires. */
export const requirementSets = ['2025-11-25', '2026-07-28'] as const

/** Scenarios that need what this server does not do, each with what that is. A `*` at the end stands for any text. */
export const notJudged: Readonly<Record<string, string>> = {
  'tools-call-sampling': 'requests from the server',
  'tools-call-elicitation': 'requests from the server',
  'elicitation-*': 'requests from the server',
  'input-required-*': 'requests from the server',
  'resources-subscribe': 'sessions',
  'resources-unsubscribe': 'sessions',
  'server-sse-*': 'sessions',
  'server-session-lifecycle': 'sessions',
  'tasks-*': 'the tasks extension',
  'sep-2640-*': 'the skills extension',
}

/** Checks of scenarios that are judged, which may fail because the server does not do what they look at. */
export const excusedChecks: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'server-stateless': {
    'sep-2575-server-sends-subscription-ack': 'subscriptions/listen',
    'sep-2575-server-tags-subscription-id': 'subscriptions/listen',
    'sep-2575-server-honors-notification-filter': 'subscriptions/listen',
    'sep-2575-server-sends-prompts-list-changed-on-subscription': 'subscriptions/listen',
    'sep-2575-server-sends-tools-list-changed-on-subscription': 'subscriptions/listen',
  },
}

/** What a scenario needs that this server does not do, or undefined for a scenario that is judged. */
export const reasonNotJudged = (scenario: string): string | undefined => {
  const pattern = Object.keys(notJudged).find((name) =>
    name.endsWith('*') ? scenario.startsWith(name.slice(0, -1)) : scenario === name,
  )
  return pattern === undefined ? undefined : notJudged[pattern]
}
