const UNITS = ['KB', 'MB', 'GB', 'TB'] as const

/** A number of bytes for people, 1 KB being 1000 bytes: `12.3 KB`. */
export const sizeText = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`
  let size = bytes
  let unit: string = 'B'
  for (const larger of UNITS) {
    // What would be rounded up to the next unit is told in it.
    if (size < 999.95) break
    size /= 1000
    unit = larger
  }
  return `${size.toFixed(1)} ${unit}`
}
