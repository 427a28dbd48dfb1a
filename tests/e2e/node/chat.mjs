// Two people chat through npm's `ws`: node chat.mjs URL TOKEN TOKEN PEER. Prints one JSON object with what they saw.
import { randomBytes } from 'node:crypto';
import WebSocket from 'ws';

const [url, tokenA, tokenB, peer] = process.argv.slice(2);
const deadline = setTimeout(() => fail(new Error('not done in time')), 20000);

function fail(error) {
  console.error(error);
  process.exit(1);
}

class Live {
  constructor(options) {
    this.next = 0;
    this.answers = new Map();
    this.pushes = [];
    this.waiting = [];
    this.socket = new WebSocket(url, options);
    this.socket.on('error', fail);
    this.socket.on('message', (data, isBinary) => {
      if (isBinary) fail(new Error('a text session got a binary frame'));
      const frame = JSON.parse(data.toString());
      const answer = this.answers.get(Number(frame.request ?? 0));
      if (answer) return answer(frame);
      this.pushes.push(frame);
      this.waiting.splice(0).forEach((look) => look());
    });
    this.opened = new Promise((resolve) => this.socket.once('open', resolve));
    this.closed = new Promise((resolve) => this.socket.once('close', (code) => resolve(code)));
  }
  ask(body) {
    const request = ++this.next;
    this.socket.send(JSON.stringify({ request, ...body }));
    return new Promise((resolve) => this.answers.set(request, resolve));
  }
  command(body) {
    return this.ask({ command: { sendId: randomBytes(16).toString('base64'), ...body } });
  }
  async text(wanted) {
    for (;;) {
      const events = this.pushes.flatMap((frame) => frame.events?.events ?? []);
      const found = events.find((event) => event.content?.text === wanted);
      if (found) return found;
      await new Promise((resolve) => this.waiting.push(resolve));
    }
  }
}

async function open(token, options) {
  const live = new Live(options);
  await live.opened;
  live.welcome = (await live.ask({ hello: { version: 1, accessToken: token } })).welcome;
  return live;
}

const a = await open(tokenA, { perMessageDeflate: true });
const b = await open(tokenB, { perMessageDeflate: false });
const { outcome } = await a.command({ createChannel: { kind: 'CHANNEL_KIND_DIRECT', peer } });
const channelId = outcome.channelId;
await a.command({ channelId, post: { content: { text: 'from ws 👋' } } });
await b.text('from ws 👋');
await b.command({ channelId, post: { content: { text: 'and back' }, replyTo: 2 } });
const reply = await a.text('and back');
const pong = new Promise((resolve) => a.socket.once('pong', (data) => resolve(data.toString())));
a.socket.ping('node');
const { history } = await a.ask({ getHistory: { channelId } });
const seen = {
  extensions: a.socket.extensions,
  replyTo: reply.header.message.replyTo,
  pong: await pong,
  seqs: history.events.map((event) => Number(event.header.seq)),
};
a.socket.close(1000, 'done');
b.socket.close(4321);
seen.closed = [await a.closed, await b.closed];
clearTimeout(deadline);
console.log(JSON.stringify(seen));
