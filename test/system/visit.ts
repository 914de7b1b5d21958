import { chromium } from 'playwright-core'

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** What came of a page. */
export interface Visit<Outcome> {
  /** What its script left in `globalThis.outcome`. */
  readonly outcome: Outcome
  /** Everything that went wrong in the page, in words. */
  readonly troubles: readonly string[]
}

/**
 * Opens a page in Chromium, and waits for what its script comes to.
 * @throws Error when it comes to nothing, or to `{ error }`
 */
export const visit = async <Outcome>(url: string): Promise<Visit<Outcome>> => {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ARGUMENTS,
  })
  const troubles: string[] = []
  try {
    const page = await browser.newPage()
    page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
    page.on('console', (message) => troubles.push(`console: ${message.text()}`))
    page.on('requestfailed', (request) => troubles.push(`not loaded: ${request.url()}`))
    page.on('response', (response) => {
      if (response.status() >= 400) troubles.push(`HTTP ${response.status()}: ${response.url()}`)
    })
    await page.goto(url)
    try {
      await page.waitForFunction('globalThis.outcome !== undefined', undefined, { timeout: 20_000 })
    } catch {
      throw new Error(`the page came to nothing:\n${troubles.join('\n')}`)
    }
    const outcome = await page.evaluate<Outcome & { readonly error?: string }>('globalThis.outcome')
    if (outcome.error !== undefined) throw new Error([outcome.error, ...troubles].join('\n'))
    return { outcome, troubles }
  } finally {
    await browser.close()
  }
}
