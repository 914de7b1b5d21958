import { revision20241105 } from './2024-11-05.ts'
import { revision20250326 } from './2025-03-26.ts'
import { revision20250618 } from './2025-06-18.ts'
import { revision20251125 } from './2025-11-25.ts'
import { revision20260728 } from './2026-07-28.ts'
import type { Revision } from './revision.ts'

/** Every revision, oldest first. The next one is a file beside these and a line here. */
export const REVISIONS: readonly Revision[] = [
  revision20241105,
  revision20250326,
  revision20250618,
  revision20251125,
  revision20260728,
]

/** The version of each revision that can be served. */
export type ProtocolVersion = '2024-11-05' | '2025-03-26' | '2025-06-18' | '2025-11-25' | '2026-07-28'

/** The revision that is spoken over HTTP by a client that names none (2025-06-18, Protocol Version Header). */
export const UNNAMED_REVISION: Revision = revision20250326
