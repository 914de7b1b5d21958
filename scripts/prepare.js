// Plain JavaScript: npm runs this after every install, also where the development dependencies are missing.
import { existsSync } from 'node:fs'

if (existsSync(new URL('../.git', import.meta.url))) {
  try {
    const { setHooksFromConfig } = (await import('simple-git-hooks')).default
    await setHooksFromConfig(process.cwd())
  } catch (error) {
    console.warn(`The git hooks were not set: ${error instanceof Error ? error.message : error}`)
  }
}
