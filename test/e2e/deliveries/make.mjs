/**
 * Creates the input of the end-to-end test: 1,000 invented posts about hangovers, in the JSON in which the platforms deliver them
 * (x.json 500, reddit.json 300, threads.json 200), with text, ids and numbers that have broken data layers before.
 * No person, handle or post is real.
 *
 *   node test/e2e/deliveries/make.mjs [folder]     writes the three files; always the same bytes, because the seed is fixed and no clock is read
 *
 * A platform is polled repeatedly. Within a poll the newest post comes first, and each poll repeats a few posts of the poll before: unchanged,
 * with newer metrics, or edited.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faker } from '@faker-js/faker';

const NOW = Date.parse('2026-11-01T00:00:00Z');
faker.seed(20261101);
faker.setDefaultRefDate(new Date(NOW));
const int = (min, max) => faker.number.int({ min, max });
const pick = (array) => faker.helpers.arrayElement(array);
const sometimes = (probability, make) => (faker.datatype.boolean({ probability }) ? make() : '');
const list = (text) => text.split('|');
const chars = (text) => [...text].length;
const chunk = (array, size) =>
  Array.from({ length: Math.ceil(array.length / size) }, (_, i) => array.slice(i * size, (i + 1) * size));

// ---- Words ----------------------------------------------------------------------------------------------------------

const OPENER = [
  ...list(`Woke up|Day two and I am still|Sitting on the bathroom floor|At my desk since eight|Currently on the sofa`),
  ...list(`On the early train|Hiding under the duvet|Pretending to work|Cancelled brunch|Three coffees in`),
  ...list(`Walked the dog with sunglasses on|Sent my boss a thumbs up`),
];
const FEELING = [
  ...list(`hungover like a wet towel|with a hangover that has its own postcode|with a pounding headache`),
  ...list(`with the worst nausea of the year|with a headache behind both eyes|hungover and full of regret`),
  ...list(`shaking and thirsty|with a stomach like a washing machine|feeling 900 years old|fighting a wine hangover`),
  ...list(`dizzy and sweating|with hangxiety and no memory of the taxi`),
];
const CAUSE = [
  ...list(`after {n} glasses of house wine|after my cousin's wedding|because the quiz night went to penalties`),
  ...list(`after the office party|after mixing cider and rum|thanks to {n} "last" rounds`),
  ...list(`after a rooftop thing that ran until {n} am|because I skipped dinner|after the cup final|after karaoke`),
];
const PLEA = [
  ...list(`Any hangover cure that really works?|Do electrolytes help or is that a myth?`),
  ...list(`What do you eat when nothing stays down?|Somebody tell me this ends before Monday.|Never drinking again.`),
  ...list(`never drinking again, and this time I mean it (I do not)|Is a cold shower a terrible idea?|Send soup.`),
  ...list(`How long does the headache last at {n}0?|Toast, water, electrolytes, repeat.`),
  ...list(`Asking for a friend who cannot open her eyes.|Please help.`),
];
const OTHER = [
  ...list(`Ran {n} km and my legs are jelly, recovery day tomorrow|The bakery on the corner does a fine rye loaf`),
  ...list(`Week {n} of a dry spell and sleeping like a stone|Sparkling water with lime is underrated`),
  ...list(`My tomato plants survived the storm|Physio says {n} more weeks for the knee`),
  ...list(`Made {n} litres of broth, the freezer is full|Who else moved the Friday meeting to noon`),
  ...list(`New trainers, same old hill|Slept {n} hours and the world is kind again`),
];
const TITLE = [
  ...list(`Help, it is noon|Recovery tips?|What works for you|Rough morning, number {n} this year`),
  ...list(`A question about salt and water|Wedding aftermath|My honest review of pickle juice|Is this normal at {n}0?`),
  ...list(`Report from the sofa|Two day hangover, is that a thing?`),
];
const TAG = list('#hangover|#hungover|#SundayRegrets|#recovery|#NeverAgain|#二日酔い|#صداع|#dry_november');
const SYLLABLE = list('bro|vik|nul|zel|mab|tro|qui|pef|dru|lun|gax|wib|sor|yeb|kli|fen|jum|hax');

const coin = (syllables = 2) => Array.from({ length: syllables }, () => pick(SYLLABLE)).join('');
const filled = (words) => pick(words).replace('{n}', () => String(int(2, 9)));
const MENTIONS = Array.from({ length: 12 }, () => `@${coin()}_${coin()}`);
const extras = () =>
  sometimes(0.25, () => ` ${pick(TAG)}`) +
  sometimes(0.2, () => ` ${pick(MENTIONS)}`) +
  sometimes(0.15, () => ` ${pick(EMOJI)}`);
const onTopic = () => `${filled(OPENER)} ${filled(FEELING)} ${filled(CAUSE)}. ${filled(PLEA)}`;
const message = () => (faker.datatype.boolean(0.22) ? `${filled(OTHER)}.` : onTopic()) + extras();

// ---- Text that breaks things, with its language as X names it --------------------------------------------------------

const EMOJI = list('👨‍👩‍👧‍👦|👩🏽‍⚕️|🏴‍☠️|🇮🇸🇺🇾🇰🇪|👍🏿|🤢|🥴|🏳️‍🌈|🧑🏻‍🤝‍🧑🏾|🏴󠁧󠁢󠁳󠁣󠁴󠁿|1️⃣|💀');
const odd = (lang, texts) => list(texts).map((text) => ({ lang, text }));
const ODD = [
  odd('en', `family brunch 👨‍👩‍👧‍👦 and I am hungover|nurse on shift 👩🏽‍⚕️🧑🏿‍🚒👍🏻👍🏿|🤢🤮🥴 nausea ❤️‍🔥`),
  odd('en', `flags 🇮🇸🇺🇾🇰🇪🏴‍☠️🏴󠁧󠁢󠁳󠁣󠁴󠁿 hangover world cup`),
  odd('und', `🍺🍺🍺➡️🤕|👩‍❤️‍💋‍👨👨‍👩‍👧‍👦🧑🏻‍🤝‍🧑🏾|\u{1F1EE}\u{1F1F8}\u{1F1FA}`),
  odd('ar', `صداع شديد بعد حفلة الأمس، هل من نصيحة؟|عندي \u200ehangover\u200f قوي اليوم|ماء\u061c، ملح، نوم #صداع`),
  odd('ar', `\u2067عطشان جدا\u2069 need electrolytes`),
  odd('he', `כאב ראש נורא, מישהו מכיר תרופה?|\u202bכאב ראש\u202c and nausea since 6 am|שׁוּב לֹא שׁוֹתֶה לְעוֹלָם`),
  odd(
    'en',
    `\u202eyltrohs drawkcab\u202c hangover|cafe\u0301 hango\u0308ver|h\u0336a\u0321\u0353n\u0336g\u0334\u0335over`,
  ),
  odd('fr', `${'crème brûlée, vite'.normalize('NFC')}|${'crème brûlée, vite'.normalize('NFD')}`),
  odd('vi', 'đau đầu quá, uống nước thôi'.normalize('NFD')),
  odd('hi', `सिर में तेज़ दर्द, कोई घरेलू उपाय?`),
  odd('th', `ปวดหัวมาก เมาค้าง น้ำอยู่ไหน`),
  odd('ja', `二日酔いで頭が痛い。水を飲んでもう一度寝ます。|二日酔い hangover つらい #二日酔い`),
  odd('ja', `ﾌﾂｶﾖｲ\u3000ＨＡＮＧＯＶＥＲ|𠮷𠮷𩸽の定食で回復中`),
  odd('zh', `宿醉太难受了，求解酒的办法|昨晚喝多了，今天什麼都吃不下`),
  odd('ko', `숙취 때문에 힘들다. 국물이 필요해.|${'숙취'.normalize('NFD')}`),
  odd('en', `hangover'); DROP TABLE posts; --|"; DELETE FROM authors WHERE '1'='1`),
  odd('en', `it's 100% a "headache", 50 %s, %d, \\% and _|$1 $$ :id :handle ?1 @p1 \${nausea} {{7*7}}`),
  odd(
    'en',
    `<script>alert("hangover")</script>|<img src=x onerror=alert(1)> nausea|&lt;b&gt;headache&lt;/b&gt; &#x27;`,
  ),
  odd('en', `\\u0000 \\x00 %00 spelled out, hungover|C:\\nausea\\table "quoted" \\|\\.|\\N|=SUM(A1:A9)+headache`),
  odd('en', `{1,2,NULL}|__proto__|null|{"hangover": [1, null, "\\\\"]}|bell \u0007 \u001b[31mred\u001b[0m \u007f`),
  odd('en', `one\ntwo\r\nthree\n\n\tindented hangover|ls\u2028ps\u2029end|nbsp\u00a0zwsp\u200bzwnj\u200cbom\ufeff.`),
  odd('en', `caf\ufffd this morning, headache as usual|\ufffd\ufffd\ufffd|cut emoji \ufffd hungover`),
  ['  blanks at both ends  ', '\tstarts with a tab'].map((text) => ({ lang: 'en', text })),
].flat();
const ONE = odd('und', 'F|.|0|💀|痛|؟|\ufffd|𠮷');

/** Exactly 5,000 code points, drawn from one kind of text. */
const LONG = {
  plain: () => `${message()} `,
  emoji: () => String.fromCodePoint(int(0x1f600, 0x1f64f)),
  math: () => String.fromCodePoint(int(0x1d400, 0x1d433)), // letters outside the BMP
  hanB: () => String.fromCodePoint(int(0x20000, 0x2a6df)),
  family: () => '👨‍👩‍👧‍👦',
  marks: () => `${pick([...'hangover '])}\u0301\u0323`,
  arabic: () => 'صداع شديد بعد الحفلة. ',
  lines: () => `${filled(PLEA)}\n\n\t- `,
};
function long(kind) {
  let text = '';
  while (chars(text) < 5000) text += Array.from({ length: 50 }, LONG[kind]).join('');
  return { lang: 'und', text: [...text].slice(0, 5000).join('') };
}

/** n texts in any order: the odd ones as they are or with a sentence, the long ones, and common talk for the rest. */
function texts(n, oddOnes, longKinds) {
  const mixed = ({ lang, text }, i) => ({ lang, text: i % 3 ? text : `${text}${pick(['\n', ' '])}${filled(PLEA)}` });
  const special = [...oddOnes.map(mixed), ...ONE, ...longKinds.map(long)];
  const common = Array.from({ length: n - special.length }, () => ({ lang: 'en', text: message() }));
  return faker.helpers.shuffle([...special, ...common]);
}

// ---- Authors ----------------------------------------------------------------------------------------------------------

const base36 = (length) => pick([...'1abcdefghk']) + faker.string.alphanumeric({ length: length - 1, casing: 'lower' });
const snowflake = (time) => String((BigInt(time - 1288834974657) << 22n) | BigInt(int(0, 2 ** 22 - 1)));
const nextDigit = (id) => id.slice(0, -1) + String(id.endsWith('9') ? 8 : Number(id.at(-1)) + 1);
const metaId = () => `17${faker.string.numeric(15)}`;
const handle = (separator, max) =>
  (sometimes(0.5, () => coin(1)) + coin() + separator + coin()).slice(0, max - 2) + String(int(10, 99));
const capital = (word) => word[0].toUpperCase() + word.slice(1);
const authors = (n, make) => Array.from({ length: n }, (_, i) => ({ ...make(i) }));

function xAuthors(n) {
  const all = authors(n, (i) => ({
    id: snowflake(NOW - int(1, 9) * 1e10),
    handle: handle('_', 15),
    name: `${capital(coin())} ${capital(coin())}${sometimes(0.3, () => ` ${pick(EMOJI)}`)}`,
    bio: `${filled(OTHER)}.`,
    verified: i % 6 === 2,
    followers: [0, 4999, 5000, 48000, 250000, 1200000][i] ?? int(3, 40) ** int(1, 3),
  }));
  all[0].renamed = { poll: 5, handle: 'zelquifen_new' };
  all[1].renamed = { poll: 6, handle: all[0].handle }; // takes the name that became free
  all[5].id = nextDigit(all[4].id); // as floating-point numbers these two ids are one
  all[6].handle = 'Gaxwib_Lunjum15';
  all[7].name = 'مريم זלפן';
  return all;
}
function redditAuthors(n) {
  const all = authors(n, () => ({ id: `t2_${base36(int(6, 10))}`, handle: handle(pick(['-', '_', '']), 20) }));
  ['q-7', 'Soryeb-Klifen-_-Jum9', '-troquipef-'].forEach((name, i) => (all[i].handle = name));
  return all;
}
function threadsAuthors(n, x) {
  const all = authors(n, () => ({ id: metaId(), handle: handle(pick(['.', '_', '']), 30) }));
  Object.assign(all[0], { id: x[2].id, handle: x[2].handle }); // someone else on another platform, letter by letter the same
  all[1].handle = x[3].handle;
  all[2].handle = 'hax.vik_zel.mab.tro.qui.pef.30';
  return all;
}

// ---- Posts and polls --------------------------------------------------------------------------------------------------

const GONE = { id: '1999999999999999999', gone: true };

/** Posts in the order of time; every third goes round the authors, so that all of them appear. */
function posts(all, people, { id, gone, more }) {
  const times = Array.from(all, () => NOW - int(1e3, 3 * 864e5)).sort((a, b) => a - b);
  return all.map((words, i) => {
    const author = gone.includes(i) ? GONE : i % 3 ? pick(people) : people[(i / 3) % people.length];
    return { id: id(times[i]), time: times[i], author, ...words, ...more() };
  });
}

const newer = (metrics = {}) =>
  Object.fromEntries(Object.entries(metrics).map(([key, value]) => [key, value + int(1, 90)]));
const edited = (text) =>
  chars(text) > 9 && chars(text) < 200 ? `${text} (edit: ${pick(['water helped', 'still bad', 'typo'])})` : text;

/** The same post delivered again: unchanged, with newer metrics, edited with newer metrics. */
function again(post, i) {
  if (i % 3 === 0) return { ...post, repeated: true };
  return { ...post, repeated: true, metrics: newer(post.metrics), text: i % 3 === 1 ? post.text : edited(post.text) };
}

function polls(all, size, repeats) {
  const [queue, result] = [[...all], []];
  while (queue.length > 0) {
    const old = result.length > 0 ? faker.helpers.arrayElements(result.at(-1), repeats) : [];
    const poll = [...queue.splice(0, size - old.length), ...old.map((post, i) => again(post, i + result.length))];
    result.push(poll.sort((a, b) => b.time - a.time));
  }
  return result;
}

// ---- The three platforms ----------------------------------------------------------------------------------------------

const json = (value) => JSON.stringify(value);
const lines = (rows) => `[\n${rows.map(json).join(',\n')}\n]`;

function xUser({ id, handle, renamed, name, verified, bio, followers }, poll) {
  const username = renamed && poll >= renamed.poll ? renamed.handle : handle;
  const people = { followers_count: followers + poll * (followers >> 7), following_count: 5 + (followers % 900) };
  const public_metrics = { ...people, tweet_count: 40 + poll, listed_count: followers >> 10 };
  return { id, username, name, verified, description: bio, public_metrics };
}
function xPost({ id, text, author, time, lang, metrics }) {
  const hashtags = [...text.matchAll(/#([\p{L}\p{N}_]+)/gu)].map((match) => {
    const start = chars(text.slice(0, match.index));
    return { start, end: start + chars(match[0]), tag: match[1] };
  });
  const isLong = chars(text) > 280; // then `text` is only the beginning, as on X
  const shown = isLong ? { text: `${[...text].slice(0, 279).join('')}…`, note_tweet: { text } } : { text };
  const created_at = new Date(time).toISOString();
  return { id, ...shown, author_id: author.id, created_at, lang, public_metrics: metrics, entities: { hashtags } };
}
function xPages(poll, number) {
  return chunk(poll, 25).map((page, i, all) => {
    const present = [...new Set(page.map((post) => post.author))].filter((author) => !author.gone);
    const users = present.map((author) => xUser(author, number));
    const ids = page.map((post) => post.id).sort();
    const next = i < all.length - 1 ? { next_token: faker.string.alphanumeric({ length: 29, casing: 'lower' }) } : {};
    const meta = { newest_id: ids.at(-1), oldest_id: ids[0], result_count: page.length, ...next };
    return `{"data":${lines(page.map(xPost))},"includes":{"users":${lines(users)}},"meta":${json(meta)}}`;
  });
}
const xMetrics = () => ({
  ...{ retweet_count: int(0, 40), reply_count: int(0, 30), like_count: int(0, 900), quote_count: int(0, 9) },
  ...{ bookmark_count: int(0, 20), impression_count: int(50, 90000) },
});

function redditChild(kind, { id, author, title, text, time, metrics, subreddit }) {
  const who = author.gone ? { author: '[deleted]' } : { author: author.handle, author_fullname: author.id };
  const words = kind === 't1' ? { body: text } : { title, selftext: text };
  const permalink = `/r/${subreddit}/comments/${kind === 't3' ? `${id}/post` : `1${id.slice(2)}/post/${id}`}/`;
  const counts = kind === 't1' ? metrics : { ...metrics, num_comments: metrics.ups >> 3 };
  const data = { name: `${kind}_${id}`, id, ...who, ...words, created_utc: Math.floor(time / 1000), ...counts };
  return { kind, data: { ...data, subreddit, permalink } };
}
/** What is short is a title without text; else title, blank line and text share the 5,000 code points. */
function titled(post) {
  if (chars(post.text) <= 60 && !/[\n\r]/u.test(post.text)) return { ...post, title: post.text, text: '' };
  const title = filled(TITLE);
  return { ...post, title, text: [...post.text].slice(0, 5000 - chars(title) - 2).join('') };
}
function redditListings(kind, all, repeats) {
  return polls(all, 25, repeats).map((poll, number) => {
    const lost = number === 2 ? poll.find((post) => post.repeated) : undefined; // its account was deleted between two polls
    const rows = poll.map((post) => redditChild(kind, post === lost ? { ...post, author: GONE } : post));
    return `{"kind":"Listing","data":{"after":${json(rows.at(-1).data.name)},"children":${lines(rows)}}}`;
  });
}
function redditMore(worst) {
  const score = int(worst, 400);
  return { metrics: { ups: score, score }, subreddit: pick(['ExampleHangovers', 'ExampleRecovery']) };
}

function threadsPost({ id, text, author, time, media_type, is_quote_post }) {
  const username = author.gone ? 'vikzel.gone' : author.handle;
  const owner = author.gone ? {} : { owner: { id: author.id } };
  const timestamp = new Date(time).toISOString().replace(/\.\d+Z$/u, '+0000');
  const permalink = `https://www.threads.net/@${username}/post/${BigInt(id).toString(36)}`;
  return { id, text, username, ...owner, timestamp, permalink, media_type, is_quote_post };
}
function threadsPage(poll) {
  const cursors = { before: faker.string.alphanumeric(24), after: faker.string.alphanumeric(24) };
  return `{"data":${lines(poll.map(threadsPost))},"paging":${json({ cursors })}}`;
}
const MEDIA = ['TEXT_POST', 'TEXT_POST', 'IMAGE', 'VIDEO'];
const threadsMore = () => ({ media_type: pick(MEDIA), is_quote_post: int(0, 9) === 0 });

// ---- All of it --------------------------------------------------------------------------------------------------------

const xPeople = xAuthors(90);
const redditPeople = redditAuthors(70);
const threadsPeople = threadsAuthors(40, xPeople);

const xTexts = texts(473, ODD, ['plain', 'emoji', 'math', 'arabic']);
const x = posts(xTexts, xPeople, { id: snowflake, gone: [100], more: () => ({ metrics: xMetrics() }) });
Object.assign(x[11], { id: nextDigit(x[10].id), time: x[10].time }); // one and the same floating-point number

const half = (rest) => ODD.filter((_, i) => i % 2 === rest);
const t3 = { id: () => base36(7), gone: [40, 90, 140], more: () => redditMore(0) };
const t1 = { id: () => base36(7), gone: [20, 60], more: () => redditMore(-40) };
const submissions = posts(texts(186, half(0), ['plain', 'emoji', 'hanB', 'marks']), redditPeople, t3).map(titled);
const comments = posts(texts(94, half(1), ['plain', 'emoji', 'family', 'lines']), redditPeople, t1);

const threads = posts(texts(186, ODD, []), threadsPeople, { id: metaId, gone: [70], more: threadsMore });
threads[0].id = x[0].id; // another post on another platform

const folder = process.argv[2] ?? import.meta.dirname;
const write = (name, pages) => writeFileSync(join(folder, name), `[\n${pages.join(',\n')}\n]\n`);
write('x.json', polls(x, 50, 3).flatMap(xPages));
write('reddit.json', [...redditListings('t3', submissions, 2), ...redditListings('t1', comments, 2)]);
write('threads.json', polls(threads, 25, 2).map(threadsPage));
