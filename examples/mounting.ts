import type { Server as HttpServer } from 'node:http'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import * as v from 'valibot'
import { createServer } from '../src/index.ts'

const sums = createServer({ name: 'sums', version: '1.0.0' }).tool(
  'add',
  v.object({ a: v.number(), b: v.number() }),
  ({ a, b }) => a + b,
)

const words = createServer({ name: 'words', version: '1.0.0' }).tool(
  'reverse',
  v.object({ word: v.string() }),
  ({ word }) => [...word].reverse().join(''),
)

const sumsAtPath = sums.bind({ path: '/sums' })
const wordsAtPath = words.bind({ path: '/words' })

const node = createHttpServer((request, response) =>
  sumsAtPath.handler(request, response, () => wordsAtPath.handler(request, response)),
).listen(0, '127.0.0.1')

const expressApp = express().use(express.json()).use('/sums', sums.handler).use('/words', words.handler)
const expressServer = expressApp.listen(0, '127.0.0.1')

const hono = new Hono()
  .all('/sums', (context) => sumsAtPath.fetch(context.req.raw))
  .all('/words', (context) => wordsAtPath.fetch(context.req.raw))
const honoServer = serve({ fetch: hono.fetch, port: 0, hostname: '127.0.0.1' }) as HttpServer

const hosts = { 'node:http': node, Express: expressServer, Hono: honoServer }
for (const [name, server] of Object.entries(hosts)) {
  const announce = () => {
    const { port } = server.address() as AddressInfo
    console.log(`${name}: http://127.0.0.1:${port}/sums and http://127.0.0.1:${port}/words`)
  }
  if (server.listening) announce()
  else server.once('listening', announce)
}
