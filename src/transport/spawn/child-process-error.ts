import { FluentMcpError } from '../../errors.ts'

/**
 * - `not-started`: there never was a child
 * - `exited`: it has ended by itself, or did not end well when it was told to
 * - `deaf`, `mute`: it has closed its stdin or its stdout, and goes on running
 * - `killed`: it had to be ended by force
 * - `left-behind`: not even force could end it
 */
export type ChildProcessProblem = 'not-started' | 'exited' | 'deaf' | 'mute' | 'killed' | 'left-behind'

/** What is known of the child besides the message. */
export interface ChildProcessFacts extends ErrorOptions {
  readonly exitCode?: number | null
  readonly signal?: string | null
  readonly stderr?: string
}

/** A server in a child process could not be started, or does not serve any more. */
export class ChildProcessError extends FluentMcpError {
  override readonly name = 'ChildProcessError'
  readonly code = 'disconnected'
  readonly problem: ChildProcessProblem
  /** What it has exited with; null when it has not, or a signal has ended it. */
  readonly exitCode: number | null
  /** The signal that has ended it. */
  readonly signal: string | null
  /** The end of what it has written to stderr. */
  readonly stderr: string

  constructor(problem: ChildProcessProblem, message: string, facts: ChildProcessFacts = {}) {
    super(message, facts)
    this.problem = problem
    this.exitCode = facts.exitCode ?? null
    this.signal = facts.signal ?? null
    this.stderr = facts.stderr ?? ''
  }
}
