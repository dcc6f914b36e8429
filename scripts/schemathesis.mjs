// Asks the API whatever its own description allows, and what it forbids, and compares the answers with it (requirement U5):
// `node scripts/schemathesis.mjs`, after `scripts/setup.sh tests` and a build of the server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from './port.mjs';

const root = resolve(import.meta.dirname, '..');
const binary = process.env.HUNTAZE_BIN ?? join(root, 'target/debug/huntaze');
const tool = join(root, 'target/schemathesis/venv/bin/schemathesis');
const reports = join(root, 'target/schemathesis/reports');
const config = join(root, 'scripts/schemathesis.toml');
const START_WITHIN = 20_000;
const STOP_WITHIN = 10_000;

/** What ends what other requests need comes afterwards, on its own. */
const LAST = ['deleteIntegrationsDisconnectProviderAccountId', 'postAuthLogout'];

/** So many requests come from one address in a moment. */
const unlimited = Object.fromEntries(
  ['ADDRESS', 'PERSON', 'AUTH', 'OAUTH', 'STATUS'].map((name) => [`HUNTAZE__LIMITS__${name}`, '0']),
);

/** The app with its sandbox, on ports and data of its own. */
async function start(folder) {
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const base = `http://127.0.0.1:${port}`;
  const sandbox = `http://127.0.0.1:${sandboxPort}`;
  const args = ['serve', '--sandbox', '--sandbox-addr', new URL(sandbox).host, '--addr', new URL(base).host, '--data-dir', join(folder, 'data')];
  const env = { PATH: process.env.PATH, HOME: folder, LEPTOS_SITE_ROOT: join(root, 'target/site'), ...unlimited };
  const log = await open(join(reports, 'app.log'), 'w');
  const server = spawn(binary, args, { cwd: folder, env, stdio: ['ignore', log.fd, log.fd] });
  await log.close();
  for (const deadline = Date.now() + START_WITHIN; ; ) {
    if (await fetch(`${base}/health`).then(({ ok }) => ok, () => false)) return { base, sandbox, server };
    if (server.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start; see ${reports}/app.log`);
    await new Promise((later) => setTimeout(later, 50));
  }
}

async function stop(server) {
  if (server.exitCode !== null) return;
  const gone = once(server, 'exit');
  const patience = setTimeout(() => server.kill('SIGKILL'), STOP_WITHIN);
  server.kill();
  await gone;
  clearTimeout(patience);
}

/** A call of the API by JSON; its answer has to be a good one. */
async function call({ base }, method, path, { token, cookie, body } = {}) {
  const who = { ...(token && { authorization: `Bearer ${token}` }), ...(cookie && { cookie }) };
  const headers = { ...who, ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch(base + path, { method, headers, body: body && JSON.stringify(body), redirect: 'manual' });
  if (answer.status >= 400) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

/** Somebody new, with two accounts connected: the one of the description's examples, and one without a consent page. */
async function person(app, name) {
  const body = { name, email: `${name.toLowerCase()}@example.com`, password: 'engine no. 1, 1843' };
  const registered = await call(app, 'POST', '/api/auth/register', { body });
  const cookie = registered.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const token = (await registered.json()).data.accessToken;

  const { data } = await (await call(app, 'POST', '/api/integrations/connect/x', { token })).json();
  const consent = new URL(data.authUrl);
  consent.host = new URL(app.sandbox).host;
  const decision = new URLSearchParams({ account: '1427750916318339072', decision: 'allow' });
  const back = await fetch(consent, { method: 'POST', body: decision, redirect: 'manual' });
  const { pathname, search } = new URL(back.headers.get('location'));
  await call(app, 'GET', pathname + search, { cookie });

  const credentials = await (await fetch(`${app.sandbox}/onlyfans/session?account=216348905`)).json();
  await call(app, 'POST', '/api/integrations/connect/onlyfans', { token, body: { credentials } });
  return token;
}

/** One run of the tool: what it wrote, and its report. */
async function pass({ base }, name, token, only) {
  const chosen = only ? ['--include-operation-id', only] : LAST.flatMap((id) => ['--exclude-operation-id', id]);
  const report = join(reports, `${name}.xml`);
  const asks = ['run', `${base}/api/openapi.json`, '--header', `Authorization: Bearer ${token}`, '--report-junit-path', report];
  const run = spawn(tool, ['--no-color', '--config-file', config, ...asks, ...chosen], { cwd: reports, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  run.stdout.on('data', (chunk) => (said += chunk));
  const [code] = await once(run, 'close');
  const found = code !== 0;
  console.log(found ? said : `${only ?? 'everything else'}: ${said.match(/\d+ generated, .*/)?.[0]}`);
  // A tool that fails before it asks anything leaves no report.
  const xml = await readFile(report, 'utf8').catch(() => '<testsuites tests="1" errors="1"></testsuites>');
  return { found, xml };
}

/** One report of all passes, with the totals that scripts/test.sh adds up. */
function together(xmls) {
  const sum = (name) => xmls.reduce((all, xml) => all + Number(xml.match(new RegExp(`<testsuites [^>]*\\b${name}="(\\d+)"`))?.[1] ?? 0), 0);
  const totals = ['tests', 'failures', 'errors', 'skipped'].map((name) => `${name}="${sum(name)}"`).join(' ');
  const suites = xmls.map((xml) => xml.replace(/^[^]*?<testsuites[^>]*>|<\/testsuites>\s*$/g, ''));
  return `<?xml version="1.0" encoding="utf-8"?>\n<testsuites ${totals}>${suites.join('')}</testsuites>\n`;
}

await rm(reports, { recursive: true, force: true });
await mkdir(reports, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), 'huntaze-schemathesis-'));
let app;
try {
  app = await start(folder);
  const passes = [await pass(app, 'everything', await person(app, 'Grace'))];
  for (const id of LAST) passes.push(await pass(app, id, await person(app, id), id));
  await writeFile(join(reports, 'junit.xml'), together(passes.map(({ xml }) => xml)));
  process.exitCode = passes.some(({ found }) => found) ? 1 : 0;
} finally {
  if (app) await stop(app.server);
  await rm(folder, { recursive: true, force: true });
}
