export { type DisplayOptions, display } from './display.ts'
export { getDisplayName } from './display-name.ts'
