// Bytes of a first visit to /integrations, file by file, as they are and with brotli. With a URL as argument, of a server that
// runs there; else of the release build, started here with a sandbox and data of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from './port.mjs';

const AIM_KB = 110;

/** One request as the wire carries it: fetch would unpack the answer before we could count. */
async function send(url, { method = 'GET', headers = {}, body } = {}) {
  const asked = request(url, { method, headers }).end(body);
  const [answer] = await once(asked, 'response');
  const chunks = await answer.toArray();
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
}

/** A visitor nobody has seen before, as a cookie header. */
async function register(base) {
  const body = JSON.stringify({ name: 'Ada Lovelace', email: `size-${Date.now()}@example.com`, password: 'engine no. 1, 1843' });
  const answer = await send(`${base}/api/auth/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (answer.status !== 201) throw new Error(`registering answered ${answer.status}: ${answer.body}`);
  return answer.headers['set-cookie'].map((cookie) => cookie.split(';')[0]).join('; ');
}

/** What a page makes the browser fetch: its links, scripts and pictures. */
function filesOfPage(html) {
  const loads = /<(?:link\b(?=[^>]*\brel="?(?:stylesheet|modulepreload|preload|icon|manifest)\b)[^>]*?\bhref|(?:script|img)\b[^>]*?\bsrc|use\b[^>]*?\bhref)="?([^"\s>]+)/g;
  return [...html.matchAll(loads)].map(([, file]) => file.replaceAll('&amp;', '&'));
}

/** What a script imports before it runs. */
function filesOfScript(code) {
  return [...code.matchAll(/\b(?:import|from)\s*["']([^"']+)["']/g)].map(([, file]) => file);
}

async function measure(base) {
  const page = new URL('/integrations', base);
  const cookie = await register(base);
  const rows = new Map();
  const open = [page.href];
  for (let url; (url = open.shift()); ) {
    if (rows.has(url) || new URL(url).origin !== page.origin) continue;
    const plain = await send(url, { headers: { cookie, 'accept-encoding': 'identity' } });
    if (plain.status !== 200) throw new Error(`${url} answered ${plain.status}`);
    const packed = await send(url, { headers: { cookie, 'accept-encoding': 'br' } });
    const type = plain.headers['content-type'] ?? '';
    rows.set(url, {
      file: new URL(url).pathname,
      kind: /javascript|wasm/.test(type) ? 'code' : 'rest',
      raw: plain.body.length,
      brotli: packed.body.length,
      encoded: packed.headers['content-encoding'] === 'br',
    });
    const found = type.includes('html') ? filesOfPage(`${plain.body}`) : type.includes('javascript') ? filesOfScript(`${plain.body}`) : [];
    // What follows the # stays in the browser.
    const files = found.filter((file) => !file.startsWith('data:')).map((file) => new URL(file.split('#')[0], url).href);
    open.push(...files);
  }
  return [...rows.values()];
}

function print(rows) {
  const line = (file, raw, brotli, note = '') => console.log(`${file.padEnd(56)}${raw.padStart(10)}${brotli.padStart(10)}  ${note}`.trimEnd());
  const sum = (some, key) => some.reduce((total, row) => total + row[key], 0);
  const total = (name, some) => line(name, `${sum(some, 'raw')}`, `${sum(some, 'brotli')}`);
  line('first visit to /integrations', 'raw', 'brotli');
  for (const row of rows) line(row.file, `${row.raw}`, `${row.brotli}`, row.encoded ? '' : 'not compressed');
  const code = rows.filter((row) => row.kind === 'code');
  total('everything', rows);
  total('JS + wasm', code);
  console.log(`\nJS + wasm: ${(sum(code, 'brotli') / 1000).toFixed(1)} kB brotli (aim: at most ${AIM_KB} kB)`);
}

/** Runs `work` with the address of a server of ours. */
async function withServer(work) {
  const root = resolve(import.meta.dirname, '..');
  const folder = await mkdtemp(join(tmpdir(), 'huntaze-size-'));
  const base = `http://127.0.0.1:${await freePort()}`;
  const args = ['serve', '--sandbox', '--addr', new URL(base).host, '--sandbox-addr', `127.0.0.1:${await freePort()}`, '--data-dir', join(folder, 'data')];
  const env = { PATH: process.env.PATH, LEPTOS_SITE_ROOT: join(root, 'target/site') };
  const server = spawn(join(root, 'target/release/huntaze'), args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const gone = once(server, 'exit');
  try {
    for (let tries = 200; !(await send(`${base}/health`).then(({ status }) => status === 200, () => false)); tries--) {
      if (tries === 0 || server.exitCode !== null) throw new Error('the server did not start');
      await new Promise((later) => setTimeout(later, 50));
    }
    return await work(base);
  } finally {
    server.kill();
    await gone;
    await rm(folder, { recursive: true, force: true });
  }
}

const [url] = process.argv.slice(2);
print(url ? await measure(url) : await withServer(measure));
