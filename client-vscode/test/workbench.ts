/** A real VS Code with the packaged extension in it: code-server with a fresh profile, and a browser to look at it. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

/** The bundles lie two folders below `client-vscode`. */
const REPOSITORY = path.resolve(__dirname, "../../..");

/** What `scripts/e2e_vscode.sh` has installed. */
export interface Tools {
  node: string;
  codeServer: string;
  chromium: string;
  vsix: string;
  findspot: string;
}

export function tools(): Tools {
  const read = (name: string): string => {
    const value = process.env[name];
    if (!value) {
      throw new Error(`${name} is not set; run scripts/e2e_vscode.sh`);
    }
    return value;
  };
  return {
    node: process.execPath,
    codeServer: read("E2E_CODE_SERVER"),
    chromium: read("E2E_CHROMIUM"),
    vsix: read("E2E_VSIX"),
    findspot: read("E2E_FINDSPOT"),
  };
}

const USER_SETTINGS = {
  "telemetry.telemetryLevel": "off",
  "workbench.startupEditor": "none",
  "update.mode": "none",
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": "off",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "window.commandCenter": false,
};

export interface WorkbenchOptions {
  /** The user's settings, beside those that keep VS Code quiet. */
  user?: Record<string, unknown>;
  /** Settings of the machine: executables count only here. Without it the server is the one under test. */
  machine?: Record<string, unknown>;
  /** Ask whether folders are trusted. */
  trust?: boolean;
  env?: Record<string, string>;
  /** Tests run inside the extension host; passing messages are not shown then. */
  testsInside?: boolean;
}

export class Workbench {
  private constructor(
    readonly home: string,
    readonly port: number,
    private readonly server: ChildProcess,
    readonly browser: Browser,
  ) {}

  static async start(options: WorkbenchOptions = {}): Promise<Workbench> {
    const { node, codeServer, vsix, findspot, chromium: executablePath } = tools();
    const home = mkdtempSync(path.join(tmpdir(), "findspot-vscode-"));
    const port = await freePort();
    for (const folder of ["user/User", "user/Machine", "ext", "cache"]) {
      mkdirSync(path.join(home, folder), { recursive: true });
    }
    const trust = options.trust ? { "security.workspace.trust.startupPrompt": "never" } : {};
    const machine = options.machine ?? { "findspot.server.path": findspot };
    write(path.join(home, "config.yaml"), `bind-addr: 127.0.0.1:${port}\nauth: none\ncert: false\n`);
    write(path.join(home, "user/User/settings.json"), JSON.stringify({ ...USER_SETTINGS, ...trust, ...options.user }));
    write(path.join(home, "user/Machine/settings.json"), JSON.stringify(machine));
    const profile = [
      "--config",
      `${home}/config.yaml`,
      "--user-data-dir",
      `${home}/user`,
      "--extensions-dir",
      `${home}/ext`,
    ];
    const env = {
      ...process.env,
      EXTENSIONS_GALLERY: '{"serviceUrl":"","itemUrl":"","resourceUrlTemplate":""}',
      // The environment is this one, not what a login shell would make of it.
      VSCODE_CLI: "1",
      FINDSPOT_CACHE_DIR: path.join(home, "cache"),
      ...options.env,
    };
    execFileSync(node, [codeServer, ...profile, "--install-extension", vsix, "--force"], { env, stdio: "pipe" });
    const quiet = ["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"];
    const trusting = options.trust ? [] : ["--disable-workspace-trust"];
    const driver = options.testsInside ? ["--vscode-option", "enable-smoke-test-driver"] : [];
    const testing = ["--reconnection-grace-time", "5", ...driver];
    const server = spawn(node, [codeServer, ...profile, ...quiet, ...trusting, ...testing], { env, stdio: "ignore" });
    await answers(`http://127.0.0.1:${port}/healthz`);
    const browser = await chromium.launch({
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    return new Workbench(home, port, server, browser);
  }

  /** The page's address for a folder, a workspace file, or nothing. */
  url(folder?: string, payload?: [string, string][]): string {
    const query = new URLSearchParams();
    if (folder) {
      query.set(folder.endsWith(".code-workspace") ? "workspace" : "folder", folder);
    } else {
      query.set("ew", "true");
    }
    if (payload) {
      query.set("payload", JSON.stringify(payload));
    }
    return `http://127.0.0.1:${this.port}/?${query}`;
  }

  /** A page that may use the clipboard, as a person allows it. */
  async page(): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 800 },
      permissions: ["clipboard-read", "clipboard-write"],
    });
    return context.newPage();
  }

  async open(folder?: string): Promise<Page> {
    const page = await this.page();
    await page.goto(this.url(folder));
    // With its sign in the bar the extension's commands are known.
    await page.waitForSelector(".activitybar .action-label[aria-label^='Findspot']", { timeout: 60_000 });
    return page;
  }

  /** A copy of one of the small folders to search in, which a test may change. */
  copy(fixture: string): string {
    return this.copySource(`tests/data/${fixture}`, fixture);
  }

  /** A copy of a folder: one of this repository, or any if the path is absolute. */
  copySource(source: string, name: string): string {
    const target = path.join(this.home, "work", name);
    const skip = /__pycache__|site-packages|\.(gguf|safetensors)$|\/python3[^/]*\/test$/;
    cpSync(path.resolve(REPOSITORY, source), target, { recursive: true, filter: (file) => !skip.test(file) });
    return target;
  }

  /** A copy of the server's own code beside Python's library without its tests: enough that the first index can be watched. */
  copyLarge(name: string): string {
    const python = path.join(path.dirname(tools().findspot), "python");
    const library = ["-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"];
    this.copySource(execFileSync(python, library, { encoding: "utf8" }).trim(), `${name}/python`);
    return this.copySource("server/findspot", name);
  }

  /** Write what the extension and its host have logged into one file. */
  keepLogs(file: string): void {
    const logs = path.join(this.home, "user/logs");
    const wanted = readdirSync(logs, { recursive: true, encoding: "utf8" }).filter((name) =>
      /findspot\.findspot.*\.log$|remoteexthost\.log$/.test(name),
    );
    writeFileSync(file, wanted.map((name) => `== ${name}\n${readFileSync(path.join(logs, name), "utf8")}`).join("\n"));
  }

  async stop(): Promise<void> {
    await this.browser.close();
    this.server.kill();
    await new Promise((resolve) => this.server.once("exit", resolve));
    // The extension host and the server behind it follow within a moment, and still write.
    rmSync(this.home, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  }
}

/** A program that tells a good version and dies as soon as it is to serve. */
export function dyingServer(): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "findspot-dying-")), "findspot");
  script(file, 'if [ "$1" = --version ]; then echo findspot 0.1.0; else exit 3; fi');
  return file;
}

export function script(file: string, body: string): void {
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
}

function write(file: string, text: string): void {
  writeFileSync(file, text);
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => listener.once("listening", resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (address === null || typeof address === "string") {
    throw new Error("no free port");
  }
  return address.port;
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    try {
      if ((await fetch(url)).ok) {
        return;
      }
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer`);
}
