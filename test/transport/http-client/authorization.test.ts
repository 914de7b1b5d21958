import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuthChallenge, ClientAuth } from '../../../src/client/types.ts'
import { gate } from '../http/support.ts'
import {
  calling,
  json,
  notification,
  open,
  polite,
  type Received,
  resultOf,
  serve,
  settled,
  testBoth,
} from './support.ts'

const tokenOf = ({ headers }: Received): string | undefined => headers['authorization']?.replace('Bearer ', '')

/** A server that takes one token, and refuses others. */
const guarded =
  (token: string, status = 401) =>
  (received: Received, response: Parameters<typeof polite>[1]) => {
    if (tokenOf(received) === token) return polite(received, response)
    response.writeHead(status, { 'www-authenticate': 'Bearer realm="x"', 'content-type': 'text/plain' })
    response.end('a token, please')
  }

/** Tokens by number: each challenge that is worth it leads to the next. */
const tokens = (challenged: (challenge: AuthChallenge, count: number) => boolean | Promise<boolean>) => {
  const challenges: AuthChallenge[] = []
  let current = 1
  const auth: ClientAuth = {
    headers: () => ({ authorization: `Bearer ${current}` }),
    challenged: async (challenge) => {
      challenges.push(challenge)
      const isWorthIt = await challenged(challenge, challenges.length)
      if (isWorthIt) current += 1
      return isWorthIt
    },
  }
  return { auth, challenges }
}

for (const status of [401, 403] as const) {
  testBoth(`a refusal is told to the authorization, and the request sent again (${status})`, async (t, fetch) => {
    const { url, requests } = await serve(t, guarded('2', status))
    const { auth, challenges } = tokens(() => true)
    const { carrier, recorder } = await open(t, url, { fetch, auth })
    carrier.request(calling('2025-11-25', 1, 'add'))
    assert.deepEqual(await recorder.next(), resultOf(1))
    assert.deepEqual(challenges, [{ url: url.href, status, header: 'Bearer realm="x"' }])
    assert.deepEqual(requests.map(tokenOf), ['1', '2'])
    assert.equal(requests[0]?.body, requests[1]?.body)
    await carrier.send(notification('notifications/x'))
    assert.equal(requests.length, 3)
  })
}

testBoth('a request is sent again once: what is refused then is refused', async (t, fetch) => {
  const { url, requests } = await serve(t, guarded('7'))
  const { auth, challenges } = tokens(() => true)
  const { carrier, recorder } = await open(t, url, { fetch, auth })
  carrier.request(calling('2025-11-25', 1, 'add'))
  const { code, status, body, message } = await recorder.failure(1)
  assert.deepEqual([code, status, body], ['refused', 401, 'a token, please'])
  assert.match(message, /it wants authorization \(status 401\), by createClient\(\)\.auth\(…\)/)
  assert.deepEqual([requests.length, challenges.length], [2, 1])
})

for (const [name, challenged] of [
  ['that says it is not worth trying again', () => false],
  ['that cannot be challenged', undefined],
] as const) {
  testBoth(`an authorization ${name} leaves the refusal as it came`, async (t, fetch) => {
    const { url, requests } = await serve(t, guarded('7', 403))
    const auth: ClientAuth = { headers: () => ({}), ...(challenged && { challenged }) }
    const { carrier, recorder } = await open(t, url, { fetch, auth, maxMessageBytes: 10 })
    carrier.request(calling('2025-11-25', 1, 'add'))
    const { code, status, body } = await recorder.failure(1)
    assert.deepEqual([code, status, body], ['refused', 403, 'a token, please'])
    assert.equal(requests.length, 1)
    await assert.rejects(carrier.send(notification('notifications/x')), { code: 'refused', status: 403 })
  })
}

test('a refusal as JSON that is larger than any message is cut', async (t) => {
  const { url } = await serve(t, (_, response) => json(response, 401, { error: 'x'.repeat(100) }))
  const { carrier, recorder } = await open(t, url, { auth: { headers: () => ({}) }, maxMessageBytes: 10 })
  carrier.request(calling('2025-11-25', 1, 'add'))
  assert.equal((await recorder.failure(1)).body, '{"error":"')
})

testBoth('one challenge serves all requests that were refused meanwhile, and those that come', async (t, fetch) => {
  const { url, requests, arrivals } = await serve(t, guarded('2'))
  const [begun, renewed] = [gate(), gate<boolean>()]
  const { auth, challenges } = tokens(() => {
    begun.open()
    return renewed.opened
  })
  const { carrier, recorder } = await open(t, url, { fetch, auth })
  for (const id of [1, 2, 3]) carrier.request(calling('2025-11-25', id, 'add'))
  for (const _ of [1, 2, 3]) await arrivals.next()
  await begun.opened
  // It waits for the new token instead of being refused as well.
  carrier.request(calling('2025-11-25', 4, 'add'))
  renewed.open(true)
  const answered: unknown[] = []
  for (const _ of [1, 2, 3, 4]) answered.push((await recorder.next()).id)
  assert.deepEqual(answered.sort(), [1, 2, 3, 4])
  assert.equal(challenges.length, 1)
  assert.deepEqual(requests.map(tokenOf), ['1', '1', '1', '2', '2', '2', '2'])
})

testBoth(
  'a request that is refused after the renewal, with what was valid before, is only sent again',
  async (t, fetch) => {
    const late = gate()
    const { url } = await serve(t, (received, response) => {
      const answer = (): void => guarded('2')(received, response)
      if (received.message.id === 1 && tokenOf(received) === '1') void late.opened.then(answer)
      else answer()
    })
    const { auth, challenges } = tokens(() => true)
    const { carrier, recorder } = await open(t, url, { fetch, auth })
    carrier.request(calling('2025-11-25', 1, 'add'))
    carrier.request(calling('2025-11-25', 2, 'add'))
    assert.deepEqual(await recorder.next(), resultOf(2))
    late.open()
    assert.deepEqual(await recorder.next(), resultOf(1))
    assert.equal(challenges.length, 1)
  },
)

testBoth('what an authorization throws is what its requests fail with', async (t, fetch) => {
  const { url, requests } = await serve(t, guarded('2'))
  const [noHeaders, noRenewal] = [new Error('no headers'), new Error('no renewal')]
  let isBroken = false
  const { carrier, recorder } = await open(t, url, {
    fetch,
    auth: {
      headers: () => {
        if (isBroken) throw noHeaders
        return {}
      },
      challenged: () => Promise.reject(noRenewal),
    },
  })
  carrier.request(calling('2025-11-25', 1, 'add'))
  assert.deepEqual(await recorder.line.next(), { failed: 1, error: noRenewal })
  isBroken = true
  carrier.request(calling('2025-11-25', 2, 'add'))
  assert.deepEqual(await recorder.line.next(), { failed: 2, error: noHeaders })
  await assert.rejects(carrier.send(notification('notifications/x')), noHeaders)
  assert.equal(requests.length, 1)
})

test('a challenge that fails is no matter of the requests that wait for it', async (t) => {
  const { url } = await serve(t, guarded('1'))
  const [begun, ended] = [gate(), gate()]
  let token = '0'
  const { carrier, recorder } = await open(t, url, {
    auth: {
      headers: () => ({ authorization: `Bearer ${token}` }),
      challenged: async () => {
        begun.open()
        await ended.opened
        throw new Error('the user said no')
      },
    },
  })
  carrier.request(calling('2025-11-25', 1, 'add'))
  await begun.opened
  carrier.request(calling('2025-11-25', 2, 'add'))
  token = '1'
  ended.open()
  assert.match(String(((await recorder.line.next()) as { error: Error }).error), /the user said no/)
  assert.deepEqual(await recorder.next(), resultOf(2))
})

testBoth('PY-2: a request that is given up before its headers are there is never sent', async (t, fetch) => {
  const { url, requests } = await serve(t, polite)
  const ready = gate<Readonly<Record<string, string>>>()
  let asked = 0
  const { carrier, recorder } = await open(t, url, {
    fetch,
    auth: {
      headers: () => {
        asked += 1
        return asked === 1 ? ready.opened : asked === 2 ? Promise.reject(new Error('unheard')) : {}
      },
    },
  })
  for (const id of [1, 2]) {
    carrier.request(calling('2025-11-25', id, 'add'))
    carrier.cancel(id, notification('notifications/cancelled', { requestId: id }))
  }
  ready.open({})
  await carrier.send(notification('notifications/x'))
  assert.deepEqual(
    requests.map(({ message }) => message.method),
    ['notifications/x'],
  )
  assert.equal(recorder.line.size, 0)
})

testBoth('a request that is given up while the authorization is renewed stays given up', async (t, fetch) => {
  const { url, requests } = await serve(t, guarded('2'))
  for (const outcome of [true, new Error('unheard')]) {
    const [begun, renewed] = [gate(), gate()]
    const { auth } = tokens(async () => {
      begun.open()
      await renewed.opened
      if (outcome !== true) throw outcome
      return outcome
    })
    const { carrier, recorder } = await open(t, url, { fetch, auth })
    const before = requests.length
    carrier.request(calling('2025-11-25', 1, 'add'))
    await begun.opened
    carrier.cancel(1, undefined)
    renewed.open()
    await settled()
    assert.equal(requests.length, before + 1)
    assert.equal(recorder.line.size, 0)
  }
})
