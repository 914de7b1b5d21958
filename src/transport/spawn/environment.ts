/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What a child gets without being told: where programs are and who the user is, but no secrets of this process. */
const INHERITED = {
  posix: ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'],
  windows: [
    'APPDATA',
    'COMSPEC',
    'HOMEDRIVE',
    'HOMEPATH',
    'LOCALAPPDATA',
    'OS',
    'PATH',
    'PATHEXT',
    'PROCESSOR_ARCHITECTURE',
    'PROGRAMDATA',
    'PROGRAMFILES',
    'PROGRAMFILES(X86)',
    'SYSTEMDRIVE',
    'SYSTEMROOT',
    'TEMP',
    'TMP',
    'USERNAME',
    'USERPROFILE',
    'WINDIR',
  ],
} as const

// An exported function of a shell: it would run in the next shell that starts.
const FUNCTION = '()'

/** How names are compared: Windows sees no difference between `Path` and `PATH`. */
const comparable = (platform: NodeJS.Platform, name: string): string =>
  platform === 'win32' ? name.toUpperCase() : name

/** A variable of an environment. */
export const variable = (platform: NodeJS.Platform, environment: Environment, name: string): string | undefined =>
  Object.entries(environment).find(([given]) => comparable(platform, given) === name)?.[1]

/**
 * The environment of a child: the safe part of the own one, and what is added to it.
 *
 * @param own the environment of this process
 * @param added goes before what is inherited
 */
export const childEnvironment = (
  platform: NodeJS.Platform,
  own: Environment,
  added: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  const inherited: readonly string[] = platform === 'win32' ? INHERITED.windows : INHERITED.posix
  const replaced = Object.keys(added).map((name) => comparable(platform, name))
  const kept = Object.entries(own).filter((pair): pair is [string, string] => {
    const [name, value] = pair
    const compared = comparable(platform, name)
    return (
      value !== undefined && !value.startsWith(FUNCTION) && inherited.includes(compared) && !replaced.includes(compared)
    )
  })
  return Object.fromEntries([...kept, ...Object.entries(added)])
}
