/** The language server's life: found, started, restarted when it dies, and asked. */

import * as vscode from "vscode";
import {
  CloseAction,
  type ConfigurationParams,
  type ConfigurationRequest,
  ErrorAction,
  ErrorCodes,
  type ErrorHandler,
  LanguageClient,
  LSPErrorCodes,
  ProgressType,
  ResponseError,
  type StaticFeature,
  WorkDoneProgress,
} from "vscode-languageclient/node";
import { Backoff } from "./backoff";
import { type Attempt, type Found, findServer, mismatch } from "./bootstrap";
import { SECTION, serverSettings } from "./config";
import { candidates } from "./locate";
import type { Methods } from "./messages";
import { symbolMiddleware } from "./symbols";

export type ServerState =
  | { kind: "idle" }
  | { kind: "missing"; tried: Attempt[] }
  | { kind: "starting" }
  | { kind: "running"; version: string; command: string }
  | { kind: "restarting"; attempt: number }
  | { kind: "failed"; message: string };

/** The server cannot be asked; the message says why and is meant for a person. */
export class NoServer extends Error {
  constructor(
    message: string,
    readonly state: ServerState,
  ) {
    super(message);
  }
}

/** No folder is open, so there is nothing to search. */
export class NoFolder extends Error {
  constructor() {
    super("Findspot searches the folders that are open in this window, and there are none.");
  }
}

export class Server implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<ServerState>();
  readonly onDidChange = this.changed.event;

  private readonly own: string;
  private client: LanguageClient | undefined;
  private backoff = new Backoff();
  private current: ServerState = { kind: "idle" };

  constructor(
    private readonly context: vscode.ExtensionContext,
    readonly log: vscode.LogOutputChannel,
  ) {
    this.own = context.extension.packageJSON.version;
  }

  get state(): ServerState {
    return this.current;
  }

  /** Ask the server, after starting it where that is needed. A server that dies meanwhile is asked once more. */
  async request<M extends keyof Methods>(
    method: M,
    params: Methods[M]["params"],
    token?: vscode.CancellationToken,
  ): Promise<Methods[M]["answer"]> {
    for (let attempt = 1; ; attempt += 1) {
      await this.ensure();
      const client = this.client;
      if (!client) {
        throw new NoServer("The Findspot server is not running.", this.current);
      }
      try {
        // A token that is not there must not be handed on: it would count as a second parameter.
        return await (token ? client.sendRequest(method, params, token) : client.sendRequest(method, params));
      } catch (error) {
        if (!isLost(error) || attempt > 1 || token?.isCancellationRequested) {
          throw error;
        }
        this.log.warn(`${method} was lost with the server and is asked again`);
        await this.gone(client);
      }
    }
  }

  /** Resolve when `client` is known to be dead; a broken pipe is noticed by the request before the state follows. */
  private async gone(client: LanguageClient): Promise<void> {
    if (this.client === client) {
      await new Promise<void>((resolve) => {
        const listening = this.onDidChange(() => {
          listening.dispose();
          resolve();
        });
      });
    }
  }

  /** Take notice of partial results under `token`, until disposed. */
  onPartial<A>(token: string, handler: (value: A) => void): vscode.Disposable {
    return this.client?.onProgress(new ProgressType<A>(), token, handler) ?? new vscode.Disposable(() => undefined);
  }

  /** Take notice of how far the work under `token` is, until disposed. */
  onProgress(token: string, handler: (message: string) => void): vscode.Disposable {
    const take = ({ message }: { message?: string }) => (message ? handler(message) : undefined);
    return this.client?.onProgress(WorkDoneProgress.type, token, take) ?? new vscode.Disposable(() => undefined);
  }

  /** Start the server unless it is there. Throws `NoFolder` or `NoServer`, each with a sentence for the user. */
  async ensure(): Promise<void> {
    if (!vscode.workspace.workspaceFolders?.some((folder) => folder.uri.scheme === "file")) {
      throw new NoFolder();
    }
    if (this.current.kind === "idle") {
      void this.find();
    }
    await this.settled();
    const state = this.current;
    if (state.kind === "missing") {
      throw new NoServer("The Findspot server was not found.", state);
    }
    if (state.kind === "failed") {
      throw new NoServer(state.message, state);
    }
  }

  /** Stop the server and start it anew, looking for it once more. */
  async restart(): Promise<void> {
    await this.stop();
    await this.ensure();
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.backoff = new Backoff();
    this.set({ kind: "idle" });
    await client?.dispose().catch((error) => this.log.warn(`the server did not stop as asked: ${error}`));
  }

  async dispose(): Promise<void> {
    await this.stop();
    this.changed.dispose();
  }

  private async find(): Promise<void> {
    this.set({ kind: "starting" });
    const search = await findServer(await candidates(this.context), this.own);
    for (const one of search.tried) {
      this.log.info(`${one.origin}: ${one.command} ${one.problem || "is used"}`);
    }
    if (search.found) {
      await this.launch(search.found);
    } else {
      this.set({ kind: "missing", tried: search.tried });
    }
  }

  private async launch(found: Found): Promise<void> {
    const client = this.build(found);
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.log.error(`the server did not start: ${error}`);
      this.died(client, found);
      return;
    }
    const version = client.initializeResult?.serverInfo?.version ?? "";
    const problem = mismatch(version, this.own);
    if (problem) {
      await this.stop();
      this.set({ kind: "missing", tried: [{ ...found, problem }] });
    } else if (this.client === client) {
      this.backoff.up();
      this.set({ kind: "running", version, command: found.command });
    }
  }

  private build(found: Found): LanguageClient {
    const errorHandler: ErrorHandler = {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        this.died(client, found);
        return { action: CloseAction.DoNotRestart, handled: true, message: "The connection to the server is closed." };
      },
    };
    const client: LanguageClient = new QuietClient(
      "findspot",
      "Findspot",
      { command: found.command, args: ["lsp"] },
      {
        documentSelector: [{ scheme: "file" }],
        outputChannel: this.log,
        traceOutputChannel: this.log,
        initializationOptions: () => serverSettings(this.context.extension.packageJSON),
        initializationFailedHandler: () => false,
        errorHandler,
        middleware: {
          ...symbolMiddleware,
          workspace: { configuration: (params, token, next) => this.configuration(params, token, next) },
        },
      },
    );
    client.registerFeature(OWN_COMMANDS);
    return client;
  }

  /** What the server asks for of the settings: its own by its own names, without defaults; the rest as it is. */
  private async configuration(
    params: ConfigurationParams,
    token: vscode.CancellationToken,
    next: ConfigurationRequest.HandlerSignature,
  ): Promise<unknown[]> {
    const found = await next(params, token);
    const values = Array.isArray(found) ? found : [];
    const own = serverSettings(this.context.extension.packageJSON);
    return params.items.map(({ section }, index) => (section === SECTION ? own : values[index]));
  }

  /** A server that dies is started again after growing pauses, five times; then the user is told. */
  private died(client: LanguageClient, found: Found): void {
    if (this.client !== client) {
      return;
    }
    this.client = undefined;
    // Once the client has noted its own end; before that it would try to say goodbye to the dead.
    setTimeout(() => void client.dispose().catch(() => undefined), 0);
    const pause = this.backoff.next();
    if (pause === undefined) {
      const times = this.backoff.attempts;
      this.set({
        kind: "failed",
        message: `The Findspot server has stopped ${times} times in a row. Its log may say why.`,
      });
      return;
    }
    this.log.warn(`the server has stopped and is started again in ${pause / 1000} s`);
    const restarting: ServerState = { kind: "restarting", attempt: this.backoff.attempts };
    this.set(restarting);
    setTimeout(() => {
      // Somebody may have pressed restart, or closed the window, meanwhile.
      if (this.current === restarting) {
        void this.launch(found);
      }
    }, pause);
  }

  /** Resolve when the server is neither on its way up nor waiting for it. */
  private async settled(): Promise<void> {
    while (this.current.kind === "starting" || this.current.kind === "restarting") {
      await new Promise<void>((resolve) => {
        const listening = this.onDidChange(() => {
          listening.dispose();
          resolve();
        });
      });
    }
  }

  private set(state: ServerState): void {
    this.current = state;
    void vscode.commands.executeCommand("setContext", "findspot.server", state.kind);
    this.changed.fire(state);
  }
}

/** Tells the server that its code actions may name a command of ours. */
const OWN_COMMANDS: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    capabilities.experimental = { ...capabilities.experimental, commands: ["findspot.findCause"] };
  },
  initialize: () => undefined,
  getState: () => ({ kind: "static" }),
  clear: () => undefined,
};

/** A client that writes its troubles into the log and leaves it to us what to say about them. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Whether a request was lost because the connection is gone, before it was sent or before the answer came. */
function isLost(error: unknown): boolean {
  return (
    error instanceof ResponseError &&
    (error.code === ErrorCodes.ConnectionInactive || error.code === ErrorCodes.PendingResponseRejected)
  );
}

/** Whether an error only says that the request was cancelled. */
export function isCancelled(error: unknown): boolean {
  return (
    error instanceof vscode.CancellationError ||
    (error instanceof ResponseError && error.code === LSPErrorCodes.RequestCancelled)
  );
}
