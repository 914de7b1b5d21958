// What importing a module takes, behind the first import of all, which has costs of its own.
const [, , specifier] = process.argv
await import('./nothing.mjs')
globalThis.gc()
const before = process.memoryUsage()
const cpuBefore = process.cpuUsage()
const started = performance.now()
await import(specifier)
const elapsed = performance.now() - started
const { user, system } = process.cpuUsage(cpuBefore)
const { rss } = process.memoryUsage()
globalThis.gc()
const { heapUsed } = process.memoryUsage()
const MB = 1024 * 1024
console.log(
  JSON.stringify({
    elapsed,
    cpu: (user + system) / 1000,
    resident: (rss - before.rss) / MB,
    heap: (heapUsed - before.heapUsed) / MB,
  }),
)
