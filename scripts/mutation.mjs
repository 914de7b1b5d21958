// Loaded before each test file of `npm run mutation`: a mutant that is noticed need not be shrunk, nor shown in many cases.
import fc from 'fast-check'

fc.configureGlobal({ numRuns: 30, endOnFailure: true })
