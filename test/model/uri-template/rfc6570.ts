import type { UriTemplateMatch } from '../../../src/model/uri-template/index.ts'

/** The values that the examples of RFC 6570 expand with. */
export const VALUES = {
  count: ['one', 'two', 'three'],
  dom: ['example', 'com'],
  dub: 'me/too',
  hello: 'Hello World!',
  half: '50%',
  var: 'value',
  who: 'fred',
  base: 'http://example.com/home/',
  path: '/foo/bar',
  list: ['red', 'green', 'blue'],
  keys: { semi: ';', dot: '.', comma: ',' },
  year: ['1965', '2000', '2012'],
  v: '6',
  x: '1024',
  y: '768',
  semi: ';',
  empty: '',
  empty_keys: {},
  undef: undefined,
}

/**
 * What matching the expansion gives: `same` are the values of the variables, an object is what comes instead,
 * `nothing` is no match, and `refused` a template that only expands.
 */
export type Matching = 'same' | 'nothing' | 'refused' | Readonly<Record<string, UriTemplateMatch>>

export interface Example {
  readonly section: string
  readonly template: string
  readonly expansion: string
  readonly matching: Matching
}

type Row = readonly [template: string, expansion: string, matching?: Matching]

const SECTIONS: Readonly<Record<string, readonly Row[]>> = {
  '1.2 Level 1': [
    ['{var}', 'value'],
    ['{hello}', 'Hello%20World%21'],
  ],
  '1.2 Level 2': [
    ['{+var}', 'value'],
    ['{+hello}', 'Hello%20World!'],
    ['{+path}/here', '/foo/bar/here'],
    ['here?ref={+path}', 'here?ref=/foo/bar'],
    ['X{#var}', 'X#value'],
    ['X{#hello}', 'X#Hello%20World!'],
  ],
  '1.2 Level 3': [
    ['map?{x,y}', 'map?1024,768'],
    ['{x,hello,y}', '1024,Hello%20World%21,768'],
    ['{+x,hello,y}', '1024,Hello%20World!,768', 'refused'],
    ['{+path,x}/here', '/foo/bar,1024/here', 'refused'],
    ['{#x,hello,y}', '#1024,Hello%20World!,768', 'refused'],
    ['{#path,x}/here', '#/foo/bar,1024/here', 'refused'],
    ['X{.var}', 'X.value'],
    ['X{.x,y}', 'X.1024.768'],
    ['{/var}', '/value'],
    ['{/var,x}/here', '/value/1024/here'],
    ['{;x,y}', ';x=1024;y=768'],
    ['{;x,y,empty}', ';x=1024;y=768;empty'],
    ['{?x,y}', '?x=1024&y=768'],
    ['{?x,y,empty}', '?x=1024&y=768&empty='],
    ['?fixed=yes{&x}', '?fixed=yes&x=1024'],
    ['{&x,y,empty}', '&x=1024&y=768&empty='],
  ],
  '1.2 Level 4': [
    ['{var:3}', 'val', { var: 'val' }],
    ['{var:30}', 'value'],
    ['{list}', 'red,green,blue', { list: 'red,green,blue' }],
    ['{list*}', 'red,green,blue'],
    ['{keys}', 'semi,%3B,dot,.,comma,%2C', { keys: 'semi,;,dot,.,comma,,' }],
    ['{keys*}', 'semi=%3B,dot=.,comma=%2C'],
    ['{+path:6}/here', '/foo/b/here', { path: '/foo/b' }],
    ['{+list}', 'red,green,blue', { list: 'red,green,blue' }],
    ['{+list*}', 'red,green,blue'],
    ['{+keys}', 'semi,;,dot,.,comma,,', { keys: 'semi,;,dot,.,comma,,' }],
    ['{+keys*}', 'semi=;,dot=.,comma=,', 'nothing'],
    ['{#path:6}/here', '#/foo/b/here', { path: '/foo/b' }],
    ['{#list}', '#red,green,blue', { list: 'red,green,blue' }],
    ['{#list*}', '#red,green,blue'],
    ['{#keys}', '#semi,;,dot,.,comma,,', { keys: 'semi,;,dot,.,comma,,' }],
    ['{#keys*}', '#semi=;,dot=.,comma=,', 'nothing'],
    ['X{.var:3}', 'X.val', { var: 'val' }],
    ['X{.list}', 'X.red,green,blue', { list: 'red,green,blue' }],
    ['X{.list*}', 'X.red.green.blue'],
    ['X{.keys}', 'X.semi,%3B,dot,.,comma,%2C', { keys: 'semi,;,dot,.,comma,,' }],
    ['X{.keys*}', 'X.semi=%3B.dot=..comma=%2C', 'nothing'],
    ['{/var:1,var}', '/v/value', 'refused'],
    ['{/list}', '/red,green,blue', { list: 'red,green,blue' }],
    ['{/list*}', '/red/green/blue'],
    ['{/list*,path:4}', '/red/green/blue/%2Ffoo', { list: ['red', 'green', 'blue'], path: '/foo' }],
    ['{/keys}', '/semi,%3B,dot,.,comma,%2C', { keys: 'semi,;,dot,.,comma,,' }],
    ['{/keys*}', '/semi=%3B/dot=./comma=%2C'],
    ['{;hello:5}', ';hello=Hello', { hello: 'Hello' }],
    ['{;list}', ';list=red,green,blue', { list: 'red,green,blue' }],
    ['{;list*}', ';list=red;list=green;list=blue'],
    ['{;keys}', ';keys=semi,%3B,dot,.,comma,%2C', { keys: 'semi,;,dot,.,comma,,' }],
    ['{;keys*}', ';semi=%3B;dot=.;comma=%2C'],
    ['{?var:3}', '?var=val', { var: 'val' }],
    ['{?list}', '?list=red,green,blue', { list: 'red,green,blue' }],
    ['{?list*}', '?list=red&list=green&list=blue'],
    ['{?keys}', '?keys=semi,%3B,dot,.,comma,%2C', { keys: 'semi,;,dot,.,comma,,' }],
    ['{?keys*}', '?semi=%3B&dot=.&comma=%2C'],
    ['{&var:3}', '&var=val', { var: 'val' }],
    ['{&list}', '&list=red,green,blue', { list: 'red,green,blue' }],
    ['{&list*}', '&list=red&list=green&list=blue'],
    ['{&keys}', '&keys=semi,%3B,dot,.,comma,%2C', { keys: 'semi,;,dot,.,comma,,' }],
    ['{&keys*}', '&semi=%3B&dot=.&comma=%2C'],
  ],
  '2.4.1 Prefix Values': [
    ['{var:20}', 'value'],
    ['{semi}', '%3B'],
    ['{semi:2}', '%3B'],
  ],
  '2.4.2 Composite Values': [
    ['find{?year*}', 'find?year=1965&year=2000&year=2012'],
    ['www{.dom*}', 'www.example.com'],
  ],
  '3.2.1 Variable Expansion': [
    ['{count}', 'one,two,three', { count: 'one,two,three' }],
    ['{count*}', 'one,two,three'],
    ['{/count}', '/one,two,three', { count: 'one,two,three' }],
    ['{/count*}', '/one/two/three'],
    ['{;count}', ';count=one,two,three', { count: 'one,two,three' }],
    ['{;count*}', ';count=one;count=two;count=three'],
    ['{?count}', '?count=one,two,three', { count: 'one,two,three' }],
    ['{?count*}', '?count=one&count=two&count=three'],
    ['{&count*}', '&count=one&count=two&count=three'],
  ],
  '3.2.2 Simple String Expansion': [
    ['{half}', '50%25'],
    ['O{empty}X', 'OX'],
    ['O{undef}X', 'OX', { undef: '' }],
    ['{x,y}', '1024,768'],
    ['?{x,empty}', '?1024,'],
    ['?{x,undef}', '?1024', 'nothing'],
    ['?{undef,y}', '?768', 'nothing'],
  ],
  '3.2.3 Reserved Expansion': [
    ['{+half}', '50%25'],
    ['{base}index', 'http%3A%2F%2Fexample.com%2Fhome%2Findex'],
    ['{+base}index', 'http://example.com/home/index'],
    ['O{+empty}X', 'OX'],
    ['O{+undef}X', 'OX', { undef: '' }],
    ['up{+path}{var}/here', 'up/foo/barvalue/here', 'refused'],
  ],
  '3.2.4 Fragment Expansion': [
    ['{#half}', '#50%25'],
    ['foo{#empty}', 'foo#'],
    ['foo{#undef}', 'foo', 'nothing'],
  ],
  '3.2.5 Label Expansion with Dot-Prefix': [
    ['{.who}', '.fred'],
    ['{.who,who}', '.fred.fred', 'refused'],
    ['{.half,who}', '.50%25.fred'],
    ['X{.empty}', 'X.'],
    ['X{.undef}', 'X', 'nothing'],
    ['X{.empty_keys}', 'X', 'nothing'],
    ['X{.empty_keys*}', 'X'],
  ],
  '3.2.6 Path Segment Expansion': [
    ['{/who}', '/fred'],
    ['{/who,who}', '/fred/fred', 'refused'],
    ['{/half,who}', '/50%25/fred'],
    ['{/who,dub}', '/fred/me%2Ftoo'],
    ['{/var,empty}', '/value/'],
    ['{/var,undef}', '/value', 'nothing'],
  ],
  '3.2.7 Path-Style Parameter Expansion': [
    ['{;who}', ';who=fred'],
    ['{;half}', ';half=50%25'],
    ['{;empty}', ';empty'],
    ['{;v,empty,who}', ';v=6;empty;who=fred'],
    ['{;v,undef,who}', ';v=6;who=fred', 'nothing'],
  ],
  '3.2.8 Form-Style Query Expansion': [
    ['{?who}', '?who=fred'],
    ['{?half}', '?half=50%25'],
    ['{?x,y,undef}', '?x=1024&y=768', { x: '1024', y: '768' }],
  ],
  '3.2.9 Form-Style Query Continuation': [
    ['{&who}', '&who=fred'],
    ['{&half}', '&half=50%25'],
    ['{&x,y,undef}', '&x=1024&y=768', { x: '1024', y: '768' }],
  ],
}

/** The examples of RFC 6570, sections 1.2, 2.4 and 3.2. */
export const EXAMPLES: readonly Example[] = Object.entries(SECTIONS).flatMap(([section, rows]) =>
  rows.map(([template, expansion, matching = 'same']) => ({ section, template, expansion, matching })),
)
