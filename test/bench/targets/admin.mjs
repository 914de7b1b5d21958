// What the harness asks of a server about itself: how long a notification takes, and how much memory is held.

const NOTIFICATIONS = 20

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Processor time for one notification, in microseconds, until everything has been handed to the system. */
const measure = async (notify) => {
  notify()
  await turn()
  const before = process.cpuUsage()
  for (let count = 0; count < NOTIFICATIONS; count += 1) {
    notify()
    await turn()
  }
  const { user, system } = process.cpuUsage(before)
  return { microseconds: (user + system) / NOTIFICATIONS }
}

const memory = async () => {
  for (let count = 0; count < 5; count += 1) {
    globalThis.gc()
    await turn()
  }
  const { heapUsed, rss } = process.memoryUsage()
  return { heapUsed, rss }
}

/** A handler of requests that answers the harness by itself, and hands the others on. */
export const createAdmin = (notify, handler) => (req, res) => {
  if (req.url === '/mcp') return handler(req, res)
  const found = req.url === '/notify' ? measure(notify) : memory()
  return found.then((figures) => res.end(JSON.stringify(figures)))
}
