export { assertData, assertRejects, assertText, assertToolError } from './testing/assertions.ts'
export { ALL_REVISIONS, onEveryRevision, type TestConnection, type TestOptions, testServer } from './testing/connect.ts'
export { type RecordedMessage, type Recorder, recordWire } from './testing/record.ts'
export { type ScriptedAnswer, type ScriptedUser, scriptedUser } from './testing/scripted-user.ts'
