/** What coding agents inside VS Code may use: a tool that shares the running server, and the server's own MCP side. */

import * as vscode from "vscode";
import { hasCommand } from "./bootstrap";
import { clientSettings } from "./config";
import type { EditorWatch } from "./editorView";
import { contextFor } from "./questions";
import type { Server } from "./server";
import { sentence } from "./tell";
import { shorten } from "./words";

export const TOOL = "findspot_find_code";

const MCP = "findspot.mcp";

/** Without a limit from the caller; as much as an agent reads at once. */
const MOST_CHARS = 24_000;

/** Less says nothing; the server's own limit. */
const LEAST_CHARS = 500;

/** On average; code has fewer letters to a token than prose. */
const CHARS_PER_TOKEN = 3;

interface Input {
  query: string;
  /** Absolute path or URI of a folder. */
  folder?: string;
}

class FindCode implements vscode.LanguageModelTool<Input> {
  constructor(
    private readonly server: Server,
    private readonly editor: EditorWatch,
  ) {}

  prepareInvocation({ input }: vscode.LanguageModelToolInvocationPrepareOptions<Input>): vscode.PreparedToolInvocation {
    const query = shorten(input.query, 80);
    const where = input.folder ? ` below ${input.folder}` : " in the open folders";
    return {
      invocationMessage: `Finding “${query}”`,
      confirmationMessages: {
        title: "Find code with Findspot",
        message: new vscode.MarkdownString().appendText(`Look for “${query}”${where} and show the code to the model?`),
      },
    };
  }

  async invoke(
    options: vscode.LanguageModelToolInvocationOptions<Input>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const { input, tokenizationOptions: limit } = options;
    const folder = input.folder ? folderOf(input.folder) : undefined;
    const question = { query: input.query, folder, context: this.editor.view() };
    let maxChars = limit ? within(CHARS_PER_TOKEN * limit.tokenBudget) : MOST_CHARS;
    try {
      let { text } = await contextFor(this.server, { ...question, maxChars }, token);
      const tokens = limit ? await limit.countTokens(text, token) : 0;
      if (limit && tokens > limit.tokenBudget) {
        maxChars = within((0.9 * text.length * limit.tokenBudget) / tokens);
        ({ text } = await contextFor(this.server, { ...question, maxChars }, token));
      }
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
    } catch (error) {
      throw new Error(`Findspot could not answer: ${sentence(error)} Use the other search tools.`, { cause: error });
    }
  }
}

function within(chars: number): number {
  return Math.max(LEAST_CHARS, Math.min(MOST_CHARS, Math.floor(chars)));
}

function folderOf(name: string): vscode.Uri {
  return /^[a-z][a-z0-9+.-]+:/i.test(name) ? vscode.Uri.parse(name) : vscode.Uri.file(name);
}

/** Offers `findspot mcp` where the user wants it and the server has it. */
class McpProvider implements vscode.McpServerDefinitionProvider<vscode.McpStdioServerDefinition> {
  readonly onDidChangeMcpServerDefinitions: vscode.Event<void>;

  constructor(
    private readonly server: Server,
    changed: vscode.Event<void>,
  ) {
    this.onDidChangeMcpServerDefinitions = changed;
  }

  async provideMcpServerDefinitions(): Promise<vscode.McpStdioServerDefinition[]> {
    const { state } = this.server;
    if (!clientSettings().mcp || state.kind !== "running" || !(await hasCommand(state.command, "mcp"))) {
      return [];
    }
    const definition = new vscode.McpStdioServerDefinition("Findspot", state.command, ["mcp"], {}, state.version);
    definition.cwd = vscode.workspace.workspaceFolders?.[0]?.uri;
    return [definition];
  }
}

export function registerAgents(server: Server, editor: EditorWatch): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let tool: vscode.Disposable | undefined;
  const follow = () => {
    const wanted = clientSettings().languageModelTool;
    if (wanted && !tool) {
      tool = vscode.lm.registerTool(TOOL, new FindCode(server, editor));
    } else if (!wanted) {
      tool?.dispose();
      tool = undefined;
    }
    changed.fire();
  };
  follow();
  return vscode.Disposable.from(
    changed,
    { dispose: () => tool?.dispose() },
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("findspot") && follow()),
    server.onDidChange(() => changed.fire()),
    vscode.lm.registerMcpServerDefinitionProvider(MCP, new McpProvider(server, changed.event)),
  );
}
