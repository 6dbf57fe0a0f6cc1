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
const USUAL_TOKENS = 6_000;

/** The server's own limits. */
const LEAST_TOKENS = 100;
const MOST_TOKENS = 100_000;

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
    let budgetTokens = limit ? within(limit.tokenBudget) : USUAL_TOKENS;
    try {
      let { text } = await contextFor(this.server, { ...question, budgetTokens }, token);
      const tokens = limit ? await limit.countTokens(text, token) : 0;
      // The model's own tokenizer has the last word.
      if (limit && tokens > limit.tokenBudget) {
        budgetTokens = within((0.9 * budgetTokens * limit.tokenBudget) / tokens);
        ({ text } = await contextFor(this.server, { ...question, budgetTokens }, token));
      }
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
    } catch (error) {
      throw new Error(`Findspot could not answer: ${sentence(error)} Use the other search tools.`, { cause: error });
    }
  }
}

function within(tokens: number): number {
  return Math.max(LEAST_TOKENS, Math.min(MOST_TOKENS, Math.floor(tokens)));
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
