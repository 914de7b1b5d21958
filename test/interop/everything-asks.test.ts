import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode, McpError } from '../../src/client.ts'
import { SAMPLE, whileListening } from '../support/recording-client.ts'
import { overEveryTransport } from './everything.ts'

// What the official reference server asks of its client, and tells it, over each of its transports.

overEveryTransport((driven) => {
  test('hears log messages of the level that it wants, and above', async () => {
    const { connection, recording } = driven()
    const listenTo = (uri: string) =>
      whileListening(connection, { resources: [uri] }, async (changes) => {
        await changes.ready
      })
    const nextOf = async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const { data } = await recording.logged.next()
        if (pattern.test(String(data))) return String(data)
      }
    }
    await connection.setLogLevel('error')
    await listenTo('demo://quiet')
    await connection.setLogLevel('info')
    await listenTo('demo://loud')
    assert.match(await nextOf(/quiet|loud/), /Subscribe Resource request for URI: demo:\/\/loud/)
    assert.match(await nextOf(/quiet|loud/), /Unsubscribe Resource request: demo:\/\/loud/)
  })

  test('has its model asked', async () => {
    const { connection, recording } = driven()
    const { text: answer } = await connection.callTool('trigger-sampling-request', { prompt: 'Where?', maxTokens: 7 })
    const { messages, systemPrompt, maxTokens } = await recording.sampled.next()
    assert.match(JSON.stringify(messages), /context: Where\?/)
    assert.equal(systemPrompt, 'You are a helpful test server.')
    assert.equal(maxTokens, 7)
    assert.deepEqual(JSON.parse(answer.replace('LLM sampling result: ', '')), SAMPLE)
  })

  test('has its user fill in a form, and fills in what is left out', async () => {
    const { connection, recording } = driven()
    recording.elicited = { action: 'accept', content: { name: 'Ada', check: true } }
    const { content } = await connection.callTool('trigger-elicitation-request')
    const ask = await recording.asked.next()
    assert.equal(ask.mode, 'form')
    const raw = content.at(-1)
    assert.ok(raw?.type === 'text')
    assert.deepEqual(JSON.parse(raw.text.replace(/^\s*Raw result: /, '')), {
      action: 'accept',
      content: {
        name: 'Ada',
        check: true,
        firstLine: 'It was a dark and stormy night.',
        integer: 42,
        number: 3.14,
        untitledSingleSelectEnum: 'Monica',
        untitledMultipleSelectEnum: ['Guitar'],
        titledSingleSelectEnum: 'hero-1',
        titledMultipleSelectEnum: ['fish-1'],
        legacyTitledEnum: 'pet-1',
      },
    })
  })

  test('has its user decline, and answer what does not fit', async () => {
    const { connection, recording } = driven()
    recording.elicited = { action: 'decline' }
    const declined = await connection.callTool('trigger-elicitation-request')
    assert.match(declined.text, /declined/)
    recording.elicited = { action: 'accept', content: { name: 'Ada', integer: 1_000 } }
    const wrong = await connection.callTool('trigger-elicitation-request')
    assert.equal(wrong.isError, true)
    assert.match(wrong.text, /integer/)
    await recording.asked.next()
    await recording.asked.next()
  })

  test('has its user sent to a page, by a question and by an error', async () => {
    const { connection, recording } = driven()
    recording.elicited = { action: 'accept' }
    const args = { url: 'https://example.com/pay', message: 'Pay', elicitationId: 'e1' }
    const { text: said } = await connection.callTool('trigger-url-elicitation', args)
    assert.match(said, /User completed the URL elicitation flow/)
    assert.deepEqual(await recording.asked.next(), { mode: 'url', ...args })

    const call = () => connection.callTool('trigger-url-elicitation', { ...args, errorPath: true })
    await assert.rejects(call(), (error) => {
      assert.ok(error instanceof McpError && error.code === ErrorCode.UrlElicitationRequired)
      assert.match(
        JSON.stringify(error.data),
        /"elicitations":\[\{"mode":"url","url":"https:\/\/modelcontextprotocol.io"/,
      )
      return true
    })
    assert.match((await call()).text, /User completed/)
    await recording.asked.next()
  })

  test('says which folders the server may use, and that there are others', async () => {
    const { connection, recording } = driven()
    const before = await connection.callTool('get-roots-list')
    assert.match(before.text, /1 total[\s\S]*work[\s\S]*file:\/\/\/work/)
    recording.roots = [{ uri: 'file:///work' }, { uri: 'file:///home', name: 'home' }]
    await connection.setLogLevel('info')
    await connection.notify('notifications/roots/list_changed')
    for (;;) {
      const { data } = await recording.logged.next()
      if (data === 'Roots updated: 2 root(s) received from client') break
    }
    assert.match((await connection.callTool('get-roots-list')).text, /2 total[\s\S]*home/)
  })
})
