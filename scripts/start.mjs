// How long the release server takes from exec to its first answer, and how much memory it holds: `node scripts/start.mjs`, after
// `make build`. Linux only: memory is read from /proc.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from './port.mjs';

const STARTS = 10;
const LOADS = 100;
const AIM_MS = 300;
const AIM_MB = 40;
const root = resolve(import.meta.dirname, '..');

/** Starts the server on data of its own; tells its address and how long it took to answer. */
async function start(folder) {
  const base = `http://127.0.0.1:${await freePort()}`;
  const args = ['serve', '--addr', new URL(base).host, '--data-dir', join(folder, 'data')];
  const env = { PATH: process.env.PATH, LEPTOS_SITE_ROOT: join(root, 'target/site') };
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

/** Somebody registers and looks at the page again and again. */
async function use(base) {
  const body = JSON.stringify({ name: 'Ada Lovelace', email: 'ada@example.com', password: 'engine no. 1, 1843' });
  const answer = await fetch(`${base}/api/auth/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  for (let load = 0; load < LOADS; load++) await (await fetch(`${base}/integrations`, { headers: { cookie } })).text();
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
  await use(base);
  console.log(`after a registration and ${LOADS} page loads  ${(await megabytes(server)).toFixed(1)} MB`);
  await stop(server);
} finally {
  await rm(folder, { recursive: true, force: true });
}
