/** Whether the first bytes, one character for each, fit. */
type Test = (head: string) => boolean

const at =
  (offset: number, text: string): Test =>
  (head) =>
    head.startsWith(text, offset)

const within =
  (text: string): Test =>
  (head) =>
    head.includes(text)

// The first row of which all tests pass is taken.
const SIGNATURES: readonly (readonly [mediaType: string, ...tests: Test[]])[] = [
  ['image/png', at(0, '\x89PNG\r\n\x1a\n')],
  ['image/jpeg', at(0, '\xff\xd8\xff')],
  ['image/gif', at(0, 'GIF87a')],
  ['image/gif', at(0, 'GIF89a')],
  ['image/webp', at(0, 'RIFF'), at(8, 'WEBP')],
  ['image/avif', at(4, 'ftypavif')],
  ['image/avif', at(4, 'ftypavis')],
  ['image/avif', at(4, 'ftypmif1'), within('avif')],
  ['image/heic', at(4, 'ftyphei')],
  ['image/heic', at(4, 'ftypmif1'), within('heic')],
  ['image/heic-sequence', at(4, 'ftyphev')],
  ['image/heif', at(4, 'ftypmif1')],
  ['image/heif-sequence', at(4, 'ftypmsf1')],
  ['image/jxl', at(0, '\xff\x0a')],
  ['image/jxl', at(0, '\0\0\0\x0cJXL \r\n\x87\n')],
  ['image/bmp', at(0, 'BM'), at(6, '\0\0\0\0')],
  ['image/tiff', at(0, 'II*\0')],
  ['image/tiff', at(0, 'MM\0*')],
  ['image/vnd.microsoft.icon', at(0, '\0\0\x01\0')],
  ['audio/wav', at(0, 'RIFF'), at(8, 'WAVE')],
  ['audio/aiff', at(0, 'FORM'), at(8, 'AIF')],
  ['audio/mpeg', at(0, 'ID3')],
  // Frame sync, MPEG version 1, 2 or 2.5, layer III, with and without a checksum.
  ['audio/mpeg', at(0, '\xff\xfb')],
  ['audio/mpeg', at(0, '\xff\xfa')],
  ['audio/mpeg', at(0, '\xff\xf3')],
  ['audio/mpeg', at(0, '\xff\xf2')],
  ['audio/mpeg', at(0, '\xff\xe3')],
  ['audio/mpeg', at(0, '\xff\xe2')],
  // ADTS frame sync, MPEG version 4 or 2, with and without a checksum.
  ['audio/aac', at(0, '\xff\xf1')],
  ['audio/aac', at(0, '\xff\xf0')],
  ['audio/aac', at(0, '\xff\xf9')],
  ['audio/aac', at(0, '\xff\xf8')],
  ['audio/ogg', at(0, 'OggS')],
  ['audio/flac', at(0, 'fLaC')],
  ['audio/midi', at(0, 'MThd')],
  ['audio/mp4', at(4, 'ftypM4A')],
  ['audio/mp4', at(4, 'ftypM4B')],
  ['video/quicktime', at(4, 'ftypqt')],
  ['video/3gpp', at(4, 'ftyp3gp')],
  ['video/mp4', at(4, 'ftyp')],
  ['video/webm', at(0, '\x1aE\xdf\xa3'), within('webm')],
  ['video/x-matroska', at(0, '\x1aE\xdf\xa3'), within('matroska')],
  ['video/x-msvideo', at(0, 'RIFF'), at(8, 'AVI ')],
  ['application/pdf', at(0, '%PDF-')],
  ['application/zip', at(0, 'PK\x03\x04')],
  ['application/gzip', at(0, '\x1f\x8b\x08')],
]

const HEAD_BYTES = 64
const SVG_HEAD_BYTES = 4096

// A prolog, comments and a document type may come first. No alternative can match what another does, nor end in two
// places: the time is linear whatever the bytes are.
const SVG =
  /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->)[\s\S])*-->\s*|<!DOCTYPE\s[^>[]*(?:\[[^\]]*\]\s*)?>\s*)*<svg[\s/>]/i

const decoder = new TextDecoder()

/**
 * The media type that the first bytes of a file tell: common formats of images, sound and video, PDF, ZIP and gzip.
 * `undefined` for anything else, text other than SVG included.
 */
export const mediaTypeOfBytes = (bytes: Uint8Array): string | undefined => {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES))
  const signature = SIGNATURES.find(([, ...tests]) => tests.every((test) => test(head)))
  if (signature) return signature[0]
  return SVG.test(decoder.decode(bytes.subarray(0, SVG_HEAD_BYTES))) ? 'image/svg+xml' : undefined
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'text/plain': 'txt text log ini conf cfg env diff patch',
  'text/markdown': 'md markdown',
  'text/html': 'html htm',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'text/calendar': 'ics',
  'text/vcard': 'vcf',
  'text/javascript': 'js mjs cjs',
  'text/x-typescript': 'ts mts cts tsx',
  'text/x-python': 'py',
  'text/x-java': 'java',
  'text/x-c': 'c h cc cpp hpp',
  'text/x-go': 'go',
  'text/x-rust': 'rs',
  'text/x-ruby': 'rb',
  'text/x-php': 'php',
  'text/x-shellscript': 'sh bash',
  'application/json': 'json map',
  'application/jsonl': 'jsonl ndjson',
  'application/xml': 'xml xsd xsl',
  'application/yaml': 'yaml yml',
  'application/toml': 'toml',
  'application/sql': 'sql',
  'image/png': 'png',
  'image/jpeg': 'jpg jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'image/heif': 'heif',
  'image/jxl': 'jxl',
  'image/bmp': 'bmp',
  'image/tiff': 'tif tiff',
  'image/vnd.microsoft.icon': 'ico',
  'image/svg+xml': 'svg',
  'audio/wav': 'wav',
  'audio/aiff': 'aif aiff',
  'audio/mpeg': 'mp3',
  'audio/aac': 'aac',
  'audio/ogg': 'ogg oga opus',
  'audio/flac': 'flac',
  'audio/midi': 'mid midi',
  'audio/mp4': 'm4a m4b',
  'video/mp4': 'mp4 m4v',
  'video/quicktime': 'mov',
  'video/3gpp': '3gp',
  'video/webm': 'webm',
  'video/x-matroska': 'mkv',
  'video/x-msvideo': 'avi',
  'application/pdf': 'pdf',
  'application/rtf': 'rtf',
  'application/epub+zip': 'epub',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.ms-powerpoint': 'ppt',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/vnd.oasis.opendocument.text': 'odt',
  'application/vnd.oasis.opendocument.spreadsheet': 'ods',
  'application/zip': 'zip',
  'application/gzip': 'gz tgz',
  'application/x-tar': 'tar',
  'application/wasm': 'wasm',
}

const BY_EXTENSION: ReadonlyMap<string, string> = new Map(
  Object.entries(EXTENSIONS).flatMap(([mediaType, extensions]) =>
    extensions.split(' ').map((extension): [string, string] => [extension, mediaType]),
  ),
)

const FILE_NAME_WITH_EXTENSION = /[^/\\]\.([^./\\]+)$/

/**
 * The media type that the extension of a path tells, `/` and `\` both taken as separators; `undefined` for one that
 * is not known. A leading dot starts no extension: `.json` is a name.
 *
 * @example
 * mediaTypeOfPath('notes/Today.MD')   // 'text/markdown'
 */
export const mediaTypeOfPath = (path: string): string | undefined => {
  const extension = FILE_NAME_WITH_EXTENSION.exec(path)?.[1]
  return extension === undefined ? undefined : BY_EXTENSION.get(extension.toLowerCase())
}
