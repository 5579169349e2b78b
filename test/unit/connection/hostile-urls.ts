import fc from 'fast-check';

/** Ways to say "this machine". */
const LOCAL_NAMES = [
  ...['localhost', 'LOCALHOST', 'LocalHost', 'localhost.', 'foo.localhost', 'a.b.localhost.', 'localhost.localdomain'],
  ...[
    'localhost4',
    'localhost6',
    'localhost4.localdomain4',
    'localhost6.localdomain6',
    'ip6-localhost',
    'ip6-loopback',
  ],
  'loopback',
];

/** In forms that some resolver reads as 127.0.0.1, ::1 or 0.0.0.0. */
const LOCAL_IPV4 = [
  ...['127.0.0.1', '127.0.0.2', '127.1.2.3', '127.255.255.254', '0.0.0.0', '0.0.0.1', '127.0.0.1.'],
  ...['2130706433', '0x7f000001', '0X7F000001', '017700000001', '0x7f.1', '127.1', '127.0.1', '0177.0.0.1', '0', '0x0'],
  ...['127.0.0.01', '0x7f.0x0.0x0.0x1', '127.0x0.0.1', '00.0.0.0', '127.0.0.1.0x', '127.0.0.256', '1.2.3.4.5'],
];

const LOCAL_IPV6 = [
  ...[
    '::1',
    '::',
    '0:0:0:0:0:0:0:1',
    '0000:0000:0000:0000:0000:0000:0000:0001',
    '::0001',
    '0::1',
    '::0',
    '::127.0.0.1',
  ],
  ...['::ffff:127.0.0.1', '::FFFF:127.0.0.1', '::ffff:7f00:1', '::ffff:0.0.0.0', '::ffff:127.9.9.9', '::7f00:1'],
  ...['0:0:0:0:0:ffff:127.0.0.1', '0:0:0:0:0:ffff:7f00:0001', '::1%lo', '::1%25lo', 'fe80::1%25eth0', 'fe80::1%eth0'],
];

const SOCKETS = ['/var/run/postgresql', '/tmp', '/', '//', '/cloudsql/project:zone:instance', '/../tmp', '@abstract'];

/** Letters and dots that IDNA turns into those of ASCII, or that look like them. */
const UNICODE = [
  ...[
    'ｌｏｃａｌｈｏｓｔ',
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
    'lоcalhost',
    'localhost。',
    'localhost．',
    '127。0。0。1',
    '127．0．0．1',
    '①②⑦.0.0.1',
  ],
  ...['127｡0｡0｡1', '１２７.0.0.1', 'local\u00adhost', 'local\u200bhost', 'localhoſt', '\u202elocalhost', '𝐥𝐨𝐜𝐚𝐥𝐡𝐨𝐬𝐭'],
];

/** Several at once, and what some reader may cut off. */
const SEVERAL = [
  ...['localhost,db.example.com', 'db.example.com,localhost', 'db.example.com,127.0.0.1', 'a:1,b:2', ',', ',localhost'],
  ...['db.example.com localhost', 'db.example.com;localhost', 'localhost\\.example.com', 'localhost\u0000.example.com'],
  ...[
    'db.example.com\u0000',
    'localhost/',
    'localhost:5432',
    'user@localhost',
    '[localhost]',
    '[127.0.0.1]',
    '..',
    '.',
    '-',
  ],
];

export const LOCAL_HOSTS = [...LOCAL_NAMES, ...LOCAL_IPV4, ...LOCAL_IPV6, ...SOCKETS, ...UNICODE, ...SEVERAL];

const everyByte = (text: string): string => Buffer.from(text).toString('hex').replaceAll(/../g, '%$&');

const TLS = 'sslmode=verify-full';
const IPV6 = /^[0-9a-f:.%]*:[0-9a-f:.%]*$/i;

/** URLs that put such a host wherever a host is read from, otherwise as production would want them. */
export function urlsTo(host: string): string[] {
  const inAuthority = IPV6.test(host) ? `[${host}]` : host;
  const encoded = encodeURIComponent(host);
  return [
    `postgres://app:pw@${inAuthority}:5432/antone?${TLS}`,
    `postgresql://app:pw@${everyByte(host)}/antone?${TLS}`,
    `postgres://app:pw@/antone?host=${encoded}&${TLS}`,
    `postgres://app:pw@/antone?${TLS}&host=${everyByte(host)}&port=5432`,
    `POSTGRES://app:pw@db.example.com/antone?host=${encoded}&${TLS}`,
    `postgres://app:pw@db.example.com/antone?hostaddr=${encoded}&${TLS}`,
    `postgres://app:pw@db.example.com/antone?host=db.example.com&host=${encoded}&${TLS}`,
    `postgres://app:pw@db.example.com/antone?HOST=${encoded}&${TLS}`,
  ];
}

/** How encryption can be said badly, for a host that is fine. */
export const UNVERIFIED = [
  ...[
    '',
    'sslmode=disable',
    'sslmode=allow',
    'sslmode=prefer',
    'sslmode=require',
    'sslmode=verify-ca',
    'sslmode=no-verify',
  ],
  ...[
    'sslmode=VERIFY-FULL',
    'sslmode=verify-full%00',
    'sslmode=verify-full&sslmode=disable',
    'sslmode=disable&sslmode=verify-full',
  ],
  ...[
    'ssl=0',
    'ssl=false',
    'ssl=no-verify',
    'ssl=true&sslmode=disable',
    'ssl=false&sslmode=verify-full',
    'ssl=TRUE',
    'ssl=',
  ],
  ...[
    'sslmode=',
    'sslmode=require&uselibpqcompat=true',
    'uselibpqcompat=true&sslmode=verify-full',
    'sslmode=require&sslrootcert=',
  ],
  ...[
    'sslmode=require&sslrootcert=system',
    'sslmode=verify-full&rejectUnauthorized=false',
    'sslmode=verify-full&options=-c%20a',
  ],
  ...[
    'sslmode=verify-full&sslcert=/x',
    'sslrootcert=/x',
    'sslmode=disable&sslrootcert=/x',
    'sslnegotiation=direct',
    '#sslmode=verify-full',
  ],
].map((query) => `postgres://app:pw@db.example.com/antone?${query}`);

/** Malformed in every part. `MARK` stands for what must not be shown. */
export const MARK = 'hunter2';
export const MALFORMED = [
  ...[
    '',
    ' ',
    '\n',
    MARK,
    `//${MARK}`,
    `${MARK}://x`,
    `mysql://u:${MARK}@h/d`,
    `http://u:${MARK}@h/d`,
    `postgres:${MARK}`,
  ],
  ...[
    `postgres:/${MARK}`,
    `postgres://`,
    `postgres:///`,
    `postgres:///${MARK}`,
    `postgres://u:${MARK}@`,
    `postgres://u:${MARK}@/`,
  ],
  ...[
    `postgres://u:${MARK}@h`,
    `postgres://u:${MARK}@h/`,
    `postgres://u:${MARK}@h:0/d`,
    `postgres://u:${MARK}@h:65536/d`,
  ],
  ...[
    `postgres://u:${MARK}@h:${MARK}/d`,
    `postgres://u:${MARK}@h:-1/d`,
    `postgres://u:${MARK}@h:5432,5433/d`,
    `postgres://u:${MARK}@:1/d`,
  ],
  ...[
    `postgres://u:a/${MARK}@h/d`,
    `postgres://u:a#${MARK}@h/d`,
    `postgres://u:a?${MARK}@h/d`,
    `postgres://u:1?${MARK}@h/d`,
  ],
  ...[
    `postgres://u:1/${MARK}@h?d`,
    `postgres://u:1#${MARK}@h/d`,
    `postgres://u:${MARK}%zz@h/d`,
    `postgres://u:${MARK}%@h/d`,
  ],
  ...[
    `postgres://u:${MARK}%ff@h/d`,
    `postgres://u:${MARK}%00@h/d`,
    `postgres://u%00${MARK}:p@h/d`,
    `postgres://u:p@h/d%00${MARK}`,
  ],
  ...[
    `postgres://u:p@h/${MARK}%zz`,
    `postgres://u:p@${MARK}%zz/d`,
    `postgres://u:p@${MARK} x/d`,
    `postgres://u:p@[${MARK}]/d`,
  ],
  ...[
    `postgres://u:${MARK}\n@h/d`,
    `postgres://u:${MARK}\t@h/d`,
    `postgres://u:p@h\r\n${MARK}/d`,
    `postgres://u:p@h/d?${MARK}`,
  ],
  ...[
    `postgres://u:p@h/d?${MARK}=1`,
    `postgres://u:p@h/d?sslmode=${MARK}`,
    `postgres://u:p@h/d?ssl=${MARK}`,
    `postgres://u:p@h/d?port=${MARK}`,
  ],
  ...[
    `postgres://u:p@h:1/d?port=${MARK}`,
    `postgres://u:p@h/d?host=${MARK}`,
    `postgres://u:p@h/d#${MARK}`,
    `postgres://u:p@h/d?password=${MARK}`,
  ],
  ...[
    `postgres://u:p@h/d?sslmode=verify-full&sslrootcert=/${MARK}`,
    `host=h password=${MARK} dbname=d`,
    `jdbc:postgresql://h/d?password=${MARK}`,
  ],
  ...[
    `postgres://u:p@h/d?user=${MARK}`,
    `postgres://u:p@h/d?application_name=${MARK}%00`,
    `"postgres://u:${MARK}@h/d"`,
    `'${MARK}'`,
  ],
  ...[
    `DATABASE_URL=postgres://u:${MARK}@h/d`,
    `postgres://u:p@xn--${MARK}ü/d`,
    `postgres://u:p@${MARK},h/d`,
    `postgres://u:p@-${MARK}/d`,
  ],
  `postgres://u:p@${MARK.repeat(60)}/d`,
];

const word = fc.oneof(
  fc.constantFrom(
    ...LOCAL_HOSTS,
    'db.example.com',
    '10.0.0.7',
    '2001:db8::7',
    'app',
    'antone',
    '5432',
    '0',
    '99999',
    '',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      '@',
      ':',
      '/',
      '?',
      '#',
      '[',
      ']',
      '%',
      ',',
      ';',
      '&',
      '=',
      '+',
      ' ',
      '\\',
      '\0',
      '\n',
      '.',
      '0',
      'a',
      '1',
    ),
    maxLength: 12,
  }),
);
const written = fc.oneof(word, word.map(encodeSafely), word.map(everyByte));

/** Often what it should be, and else anything. */
const mostly = (usual: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: written });

function encodeSafely(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

const parameter = fc.tuple(
  fc.oneof(
    fc.constantFrom('host', 'port', 'sslmode', 'ssl', 'sslrootcert', 'hostaddr', 'application_name', 'options', 'user'),
    written,
  ),
  fc.oneof(fc.constantFrom('verify-full', 'require', 'disable', 'true', '/x', '5432'), written),
);

/** Connection strings put together from such parts. */
export const anyUrl: fc.Arbitrary<string> = fc
  .record({
    scheme: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('postgres', 'postgresql', 'POSTGRES') }, written),
    user: mostly('app'),
    password: mostly('p%40ss'),
    host: fc.oneof(written, fc.constantFrom('db.example.com', 'db', '10.0.0.7', '[2001:db8::7]')),
    port: fc.oneof(
      fc.constant(''),
      fc.constant(':5432'),
      written.map((text) => `:${text}`),
    ),
    database: mostly('antone'),
    parameters: fc.array(parameter, { maxLength: 3 }),
    rest: mostly(''),
  })
  .map(({ scheme, user, password, host, port, database, parameters, rest }) => {
    const query = [...parameters.map(([name, value]) => `${name}=${value}`), 'sslmode=verify-full'].join('&');
    return `${scheme}://${user}:${password}@${host}${port}/${database}?${query}${rest}`;
  });
