// How long the release server takes from exec to its first answer, and how much memory it holds: `node scripts/start.mjs`, after
// `make build`. Linux only: memory is read from /proc.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from './port.mjs';

const STARTS = 10;
const LOADS = 1_000;
const LOGINS = 100;
/** Threads without work end after two seconds, and what was freed goes back to the system with them. */
const SETTLED_MS = 5_000;
const AIM_MS = 300;
const AIM_MB = 40;
const root = resolve(import.meta.dirname, '..');

/** Starts the server on data of its own; tells its address and how long it took to answer. */
async function start(folder) {
  const base = `http://127.0.0.1:${await freePort()}`;
  const args = ['serve', '--addr', new URL(base).host, '--data-dir', join(folder, 'data')];
  // One client does what a hundred people do.
  const unlimited = Object.fromEntries(['ADDRESS', 'PERSON', 'AUTH'].map((name) => [`HUNTAZE__LIMITS__${name}`, '0']));
  const env = { PATH: process.env.PATH, LEPTOS_SITE_ROOT: join(root, 'target/site'), ...unlimited };
  const begun = performance.now();
  const server = spawn(join(root, 'target/release/huntaze'), args, { cwd: folder, env, stdio: 'ignore' });
  while (!(await fetch(`${base}/health`).then(({ ok }) => ok, () => false))) {
    if (server.exitCode !== null) throw new Error('the server did not start');
    await new Promise((later) => setTimeout(later, 1));
  }
  return { base, server, took: performance.now() - begun };
}

async function stop(server) {
  const gone = once(server, 'exit');
  server.kill();
  await gone;
}

async function megabytes({ pid }) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(status.match(/VmRSS:\s+(\d+)/)[1]) * 1024 / 1e6;
}

const person = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'engine no. 1, 1843' };

async function send(base, path, form) {
  return fetch(`${base}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(form) });
}

/** Somebody looks at the page again and again. */
async function look(base, cookie, loads) {
  for (let load = 0; load < loads; load++) await (await fetch(`${base}/integrations`, { headers: { cookie } })).text();
}

/** What a server holds that has been left alone for a moment. */
async function settled(server) {
  await new Promise((later) => setTimeout(later, SETTLED_MS));
  return (await megabytes(server)).toFixed(1);
}

const verdict = (value, aim) => (value <= aim ? 'met' : 'missed');
const folder = await mkdtemp(join(tmpdir(), 'huntaze-start-'));
try {
  const first = await start(folder);
  console.log(`first start, making database and keys   ${first.took.toFixed(0)} ms`);
  await stop(first.server);
  const times = [];
  for (let at = 0; at < STARTS; at++) {
    const { server, took } = await start(folder);
    times.push(took);
    await stop(server);
  }
  times.sort((a, b) => a - b);
  const median = (times[STARTS / 2 - 1] + times[STARTS / 2]) / 2;
  console.log(`from exec to /health, median of ${STARTS}      ${median.toFixed(0)} ms (aim ${AIM_MS}: ${verdict(median, AIM_MS)})`);
  const { base, server } = await start(folder);
  const idle = await megabytes(server);
  console.log(`memory after the start                  ${idle.toFixed(1)} MB (aim ${AIM_MB}: ${verdict(idle, AIM_MB)})`);
  const answer = await send(base, '/api/auth/register', person);
  const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  console.log(`after a registration, at once           ${(await megabytes(server)).toFixed(1)} MB`);
  console.log(`after a registration, settled           ${await settled(server)} MB`);
  await look(base, cookie, LOADS);
  console.log(`after ${LOADS} page loads, settled         ${await settled(server)} MB`);
  const { name, ...login } = person;
  for (let at = 0; at < LOGINS; at++) await (await send(base, '/api/auth/login', login)).text();
  console.log(`after ${LOGINS} log-ins, settled             ${await settled(server)} MB`);
  await look(base, cookie, 4 * LOADS);
  console.log(`after ${4 * LOADS} page loads more, settled    ${await settled(server)} MB`);
  await stop(server);
} finally {
  await rm(folder, { recursive: true, force: true });
}
