import type { CallOptions } from '../../src/client.ts'
import type { Step } from './life.ts'
import { type Asked, after, call, type Guest, judge, withoutHanging } from './visit.ts'
import { uriOf, wordsOf } from './words.ts'

type Of<Does extends Step['does']> = Step & { readonly does: Does }

/** A call of a tool that gives its words. */
const tool = ({ name, connection }: Guest, what: string, args: object, length = 0): Asked => ({
  what,
  make: async (serial, options) => (await connection.callTool(what, { client: name, serial, ...args }, options)).text,
  expected: (serial) => wordsOf({ client: name, serial }, what, length),
})

const echo = (guest: Guest, { length, turns }: { readonly length: number; readonly turns: number }): Asked =>
  tool(guest, 'echo', { length, turns }, length)

const read = async (guest: Guest, { length }: Of<'echo' | 'read'>): Promise<void> => {
  const { name: client, connection } = guest
  await call(guest, {
    what: 'read',
    make: async (serial, options) => {
      const { contents } = await connection.readResource(uriOf({ client, serial }, length), options)
      const [first] = contents
      return first && 'text' in first ? first.text : 'no text'
    },
    expected: (serial) => wordsOf({ client, serial }, 'read', length),
  })
}

const work = async (guest: Guest, { steps }: Of<'work'>): Promise<void> => {
  const { name, ledger, isDisturbed } = guest
  let last = 0
  const onProgress =
    (serial: number): CallOptions['onProgress'] =>
    ({ progress, total }) => {
      ledger.counts.progress += 1
      if (total !== serial) ledger.wrong(`${name}: the call ${serial} was told of the progress of the call ${total}`)
      if (progress <= last) ledger.wrong(`${name}: the progress of the call ${serial} came twice: ${progress}`)
      last = progress
    }
  await call(guest, { ...tool(guest, 'work', { steps }), onProgress })
  if (last !== steps && !isDisturbed()) ledger.wrong(`${name}: heard of ${last} of ${steps} steps`)
}

const ask = async (guest: Guest, { does, asks }: Of<'elicit' | 'sample'>): Promise<void> => {
  await call(guest, tool(guest, askable(guest, does), { asks }))
}

/** Forms came with 2025-06-18. */
const askable = ({ connection }: Guest, how: 'elicit' | 'sample'): 'elicit' | 'sample' =>
  connection.protocolVersion < '2025-06-18' ? 'sample' : how

const cancel = async (guest: Guest, { ms, asks }: Of<'cancel'>): Promise<void> => {
  const controller = new AbortController()
  const asked = asks === 0 ? tool(guest, 'wait', { ms: 25 }) : tool(guest, askable(guest, 'elicit'), { asks })
  const timer = setTimeout(() => controller.abort(), ms)
  await call(guest, { ...asked, signal: controller.signal })
  clearTimeout(timer)
}

const flood = async (guest: Guest, { calls }: Of<'flood'>): Promise<void> => {
  await Promise.all(
    Array.from({ length: calls }, (_, index) => call(guest, echo(guest, { length: index * 50, turns: index % 3 }))),
  )
}

const list = async (guest: Guest): Promise<void> => {
  const { name, connection, ledger } = guest
  try {
    const tools = await withoutHanging(`${name} lists`, Promise.resolve(connection.listTools()))
    if (!tools.some((listed) => listed.name === 'echo')) ledger.wrong(`${name}: a list without "echo"`)
  } catch (error) {
    judge(guest, 'the list', error)
  }
}

const listen = async (guest: Guest, { changes, rests }: Of<'listen'>): Promise<void> => {
  const { name, connection, ledger, keep, isDisturbed } = guest
  const serial = ledger.call(name, 'listen')
  const uri = uriOf({ client: name, serial }, 0)
  const subscription = connection.listen({ resources: [uri], tools: true })
  keep('subscription', subscription)
  // Watched, not run.
  ledger.begun(name, serial)
  ledger.done(name, serial)
  try {
    await withoutHanging(`${name} waits to listen to ${uri}`, subscription.ready)
    for (let heard = 0; heard < changes; ) {
      await after(rests)
      const isTold = await call(guest, tool(guest, 'touch', { uri }))
      if (!isTold) break
      const { value, done } = await withoutHanging(`${name} listens to ${uri}`, subscription.next())
      if (done) {
        if (!isDisturbed()) ledger.wrong(`${name}: what listens to ${uri} has ended by itself`)
        break
      }
      if (value.kind === 'gap') {
        ledger.counts.gaps += 1
        if (!isDisturbed()) ledger.wrong(`${name}: a gap, though nothing has broken`)
      } else if (value.kind === 'resource') {
        ledger.counts.changes += 1
        if (value.uri !== uri) ledger.wrong(`${name}: heard of ${value.uri} at ${uri}`)
      }
      // Of the list of tools, everybody hears; the resource comes as well.
      if (value.kind !== 'tools') heard += 1
    }
    ledger.settled(serial, 'answered')
  } catch (error) {
    ledger.settled(serial, 'failed')
    judge(guest, `listening to ${uri}`, error)
  }
  await withoutHanging(`${name} stops to listen`, subscription.close())
}

/** Does one thing. Never rejects. */
export const take = async (guest: Guest, step: Step): Promise<void> => {
  switch (step.does) {
    case 'echo':
      await call(guest, echo(guest, step))
      return
    case 'read':
      return read(guest, step)
    case 'work':
      return work(guest, step)
    case 'elicit':
    case 'sample':
      return ask(guest, step)
    case 'cancel':
      return cancel(guest, step)
    case 'flood':
      return flood(guest, step)
    case 'listen':
      return listen(guest, step)
    case 'list':
      return list(guest)
  }
}
