import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Sandbox } from './sandbox.ts';

const root = resolve(import.meta.dirname, '../..');
const binary = process.env.HUNTAZE_BIN ?? join(root, 'target/debug/huntaze');
const site = process.env.HUNTAZE_SITE ?? join(root, 'target/site');
const startWithin = 20_000;
const stopWithin = 5_000;
const mailWithin = 75_000;

/** All people of all stories come from one address, faster than people act. */
const unlimited = Object.fromEntries(
  ['ADDRESS', 'PERSON', 'AUTH', 'OAUTH', 'STATUS'].map((name) => [`HUNTAZE__LIMITS__${name}`, '0']),
);

export interface Options {
  /** Whether the platforms are the sandbox's; without it none is set up. */
  sandbox: boolean;
  /** Settings by environment, as an operator gives them: `HUNTAZE__USERS__OPERATORS`. */
  settings: Record<string, string>;
}

/** A running Huntaze with ports and data of its own. */
export class App {
  /** Answers only when the app runs with it. */
  readonly sandbox: Sandbox;
  private output = '';

  private constructor(
    readonly url: string,
    sandboxUrl: string,
    private readonly withSandbox: boolean,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {
    this.sandbox = new Sandbox(sandboxUrl);
    for (const stream of [process.stdout!, process.stderr!]) {
      stream.on('data', (chunk) => (this.output += chunk));
    }
  }

  /** Starts one. Between the choice of a port and its use another program may take it, hence the second and third try. */
  static async start({ sandbox, settings }: Options = { sandbox: true, settings: {} }, tries = 3): Promise<App> {
    const [port, sandboxPort] = await freePorts(2);
    const folder = await mkdtemp(join(tmpdir(), 'huntaze-end2end-'));
    const platforms = sandbox ? ['--sandbox', '--sandbox-addr', `127.0.0.1:${sandboxPort}`] : [];
    const process = spawn(binary, ['serve', ...platforms, '--addr', `127.0.0.1:${port}`, '--data-dir', join(folder, 'data')], {
      // Nothing of the developer's own environment or configuration reaches it.
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', HOME: folder, LEPTOS_SITE_ROOT: site, ...unlimited, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const app = new App(`http://127.0.0.1:${port}`, `http://127.0.0.1:${sandboxPort}`, sandbox, folder, process);
    const problem = await app.ready();
    if (!problem) return app;
    await app.stop();
    if (tries > 1) return App.start({ sandbox, settings }, tries - 1);
    throw new Error(`${problem}\n${app.output}`);
  }

  /** What it has written since the last call. */
  takeOutput(): string {
    const output = this.output;
    this.output = '';
    return output;
  }

  /** The link in the newest mail to somebody with this subject, once it was sent: the app writes its mail to files. */
  async link(email: string, subject: string): Promise<string> {
    const folder = join(this.folder, 'data', this.withSandbox ? 'sandbox' : '', 'mail');
    for (const deadline = Date.now() + mailWithin; Date.now() < deadline; ) {
      const files = await readdir(folder).catch(() => []);
      for (const file of files.filter((name) => name.endsWith('.eml')).sort().reverse()) {
        const mail = await readFile(join(folder, file), 'utf8');
        const link = mail.match(/^http\S+#\S+$/m)?.[0];
        if (link && mail.includes(`\nTo: ${email}\n`) && mail.includes(`\nSubject: ${subject}\n`)) return link;
      }
      await new Promise((later) => setTimeout(later, 100));
    }
    throw new Error(`no mail "${subject}" for ${email} within ${mailWithin / 1000} s`);
  }

  async stop(): Promise<void> {
    if (this.running()) {
      const gone = once(this.process, 'exit');
      const patience = setTimeout(() => this.process.kill('SIGKILL'), stopWithin);
      this.process.kill('SIGTERM');
      await gone;
      clearTimeout(patience);
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private running(): boolean {
    return this.process.pid !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Waits until it answers; else says what is wrong. */
  private async ready(): Promise<string | undefined> {
    let refused: Error | undefined;
    this.process.once('error', (error) => (refused = error));
    for (const deadline = Date.now() + startWithin; Date.now() < deadline; ) {
      const healthy = await fetch(`${this.url}/health`).then((answer) => answer.ok, () => false);
      if (healthy) return;
      if (refused) return `${binary} cannot be started (${refused.message}); \`make test\` builds it`;
      if (!this.running()) return `${binary} stopped at once`;
      await new Promise((later) => setTimeout(later, 50));
    }
    return `${binary} did not answer on ${this.url}/health within ${startWithin / 1000} s`;
  }
}

/** Ports that are free now. All are held until the last is known, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
