/** One trusted folder with a server: what most windows look like. */

import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import { accept, api, eventually, indexed, run, select, status, symbols, untitled } from "./support";

const TRACE = `Traceback (most recent call last):
  File "shop/checkout.py", line 22, in pay
    if card.charge(self.total()):
  File "shop/checkout.py", line 16, in total
    return apply_discount(total, self.coupon.percent) if self.coupon else total
AttributeError: 'str' object has no attribute 'percent'
`;

const QUESTION = "where is the price lowered by a rebate";

before(() => indexed());

afterEach(async () => {
  await run("workbench.action.closeQuickOpen");
  await run("workbench.action.closeAllEditors");
  // What a picker goes back to is the active editor, and what was open before it the list of tabs; both follow with a delay.
  await eventually(() => ["output", undefined].includes(vscode.window.activeTextEditor?.document.uri.scheme));
  await eventually(() => vscode.window.tabGroups.all.every((group) => group.tabs.length === 0));
  await run("findspot.clearResults");
});

describe("the manifest", () => {
  it("names the commands that are registered, and no other", async () => {
    const { packageJSON } = vscode.extensions.getExtension("findspot.findspot") ?? assert.fail();
    const declared = packageJSON.contributes.commands.map((one: { command: string }) => one.command);
    const registered = (await vscode.commands.getCommands(true)).filter((name) => name.startsWith("findspot."));
    const missing = declared.filter((name: string) => !registered.includes(name));
    assert.deepEqual(missing, []);
    // Those of the server's requests, of its code actions, and what VS Code makes for each view.
    const others = registered.filter(
      (name) => !declared.includes(name) && !/^findspot\.(results|history)\./.test(name),
    );
    const requests = ["search", "localize", "cause", "related", "context", "status", "index", "showCause", "findCause"];
    assert.deepEqual(others.sort(), requests.map((name) => `findspot.${name}`).sort());
  });

  it("has no key that VS Code uses for something else in the same place", async () => {
    const uri = vscode.Uri.parse("vscode://defaultsettings/keybindings.json");
    const text = (await vscode.workspace.openTextDocument(uri)).getText();
    const theirs = [...text.matchAll(/"key": "([^"]+)",\s+"command": "([^"]+)"(?:,\s+"when": "([^"]+)")?/g)].map(
      ([, key, command, when]) => ({ key, command, when: when ?? "" }),
    );
    assert.ok(theirs.length > 500);
    const { packageJSON } = vscode.extensions.getExtension("findspot.findspot") ?? assert.fail();
    for (const { key, command, when = "" } of packageJSON.contributes.keybindings) {
      // In a picker of ours, or where the user has asked for it, the key means what ours says.
      if (!/findspot\.picker|config\.findspot/.test(when)) {
        const excluded = [...when.matchAll(/!([\w.-]+)/g)].map(([, name]) => name ?? "");
        const taken = theirs.filter(
          (one) =>
            one.key === key &&
            !one.command?.startsWith("findspot.") &&
            !one.when.split("||").every((place) => excluded.some((name) => place.includes(name))),
        );
        assert.deepEqual(taken, [], `${key} of ${command}`);
      }
    }
  });
});

describe("Find in Code Base", () => {
  it("opens the best place for a sentence at its best line", async () => {
    const { results } = await api();
    await run("findspot.find", { query: QUESTION });
    // Enter before the answer is there waits for it.
    await accept();
    // An editor may be there before: that of the preview.
    await eventually(() => results().length > 0);
    assert.equal(results()[0]?.symbol, "apply_discount");
    const editor = await eventually(() => vscode.window.activeTextEditor);
    assert.match(editor.document.uri.path, /shop\/cart\.py$/);
    await eventually(() => editor.selection.active.line >= 9 && editor.selection.active.line <= 11);
  });

  it("opens to the side with its key", async () => {
    await select("tests/test_cart.py", "assert");
    await run("findspot.find", { query: QUESTION });
    await run("findspot.picker.openToSide");
    await eventually(() => vscode.window.visibleTextEditors.length === 2);
    const editor = await eventually(() =>
      vscode.window.visibleTextEditors.find((one) => one.document.uri.path.endsWith("cart.py") && one.viewColumn === 2),
    );
    assert.equal(editor.viewColumn, vscode.ViewColumn.Two);
  });

  it("keeps the list in the results view with its key", async () => {
    const { results } = await api();
    await run("findspot.find", { query: QUESTION });
    await eventually(async () => {
      await run("findspot.picker.keep");
      return results().length > 0;
    });
    await eventually(() => vscode.window.activeTextEditor === undefined);
  });

  it("goes back to where the user was when it is closed without a choice", async () => {
    const editor = await select("tests/test_cart.py", "assert");
    const { selection } = editor;
    await run("findspot.find", { query: QUESTION });
    await eventually(() =>
      vscode.window.visibleTextEditors.some((one) => /shop\/cart\.py$/.test(one.document.uri.path)),
    );
    await run("workbench.action.closeQuickOpen");
    await eventually(() => vscode.window.activeTextEditor?.document.uri.path.endsWith("test_cart.py"));
    assert.deepEqual(vscode.window.activeTextEditor?.selection, selection);
  });

  it("shows no place before one is chosen if the user does not want it", async () => {
    const settings = vscode.workspace.getConfiguration("findspot");
    await settings.update("picker.preview", false, vscode.ConfigurationTarget.Global);
    await settings.update("picker.refine", false, vscode.ConfigurationTarget.Global);
    await settings.update("picker.debounce", 0, vscode.ConfigurationTarget.Global);
    try {
      await run("findspot.find", { query: QUESTION });
      await new Promise((resolve) => setTimeout(resolve, 700));
      assert.equal(vscode.window.activeTextEditor, undefined);
      await accept();
      await eventually(() => vscode.window.activeTextEditor);
    } finally {
      for (const name of ["picker.preview", "picker.refine", "picker.debounce"]) {
        await settings.update(name, undefined, vscode.ConfigurationTarget.Global);
      }
    }
  });

  it("looks only below a folder", async () => {
    const { results } = await api();
    const tests = vscode.Uri.joinPath(vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail(), "tests");
    await run("findspot.find", { query: "price", folder: tests });
    await eventually(async () => {
      await run("findspot.picker.keep");
      return results().length > 0;
    });
    assert.ok(results().every((result) => result.path.startsWith("tests/")));
    await run("findspot.clearResults");
    // From the menu of a folder in the explorer.
    await run("findspot.findInFolder", tests);
    await run("workbench.action.closeQuickOpen");
  });

  it("finds text that is not saved", async () => {
    const editor = await select("shop/cart.py", '"""The cart."""');
    await editor.edit((edit) => edit.replace(new vscode.Position(0, 0), "def unsavedZebra():\n    return 1\n\n\n"));
    const { results } = await api();
    await run("findspot.find", { query: "unsavedZebra" });
    await eventually(async () => {
      await run("findspot.picker.keep");
      return results().length > 0;
    });
    assert.equal(results()[0]?.symbol, "unsavedZebra");
    await run("workbench.action.revertAndCloseActiveEditor");
  });
});

describe("the results view", () => {
  it("is walked through with next and previous, round the ends", async () => {
    const { results } = await api();
    await run("findspot.askAgain", { kind: "search", text: QUESTION });
    const length = results().length;
    assert.ok(length > 1);
    const at = () => vscode.window.activeTextEditor?.document.uri.toString();
    await run("findspot.nextResult");
    assert.equal(at(), results()[0]?.uri);
    await run("findspot.nextResult");
    assert.equal(at(), results()[1]?.uri);
    await run("findspot.previousResult");
    await run("findspot.previousResult");
    assert.equal(at(), results()[length - 1]?.uri);
  });

  it("asks anew for places below a folder, and for all again", async () => {
    const { results } = await api();
    await run("findspot.askAgain", { kind: "search", text: "price" });
    const all = symbols(results());
    const choosing = run("findspot.filterResults");
    await eventually(async () => {
      await accept();
      return Promise.race([choosing.then(() => true), new Promise((resolve) => setTimeout(resolve, 200))]);
    });
    // The first folder in the list is shop.
    assert.ok(results().length > 0);
    assert.ok(results().every((result) => result.path.startsWith("shop/")));
    await run("findspot.clearFilter");
    assert.deepEqual(symbols(results()), all);
  });

  it("opens, opens to the side, and copies the path of a place", async () => {
    const { results } = await api();
    await run("findspot.askAgain", { kind: "search", text: QUESTION });
    const result = results()[0] ?? assert.fail();
    await run("findspot.openResult", result);
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), result.uri);
    await run("findspot.openResultToSide", { result });
    assert.equal(vscode.window.activeTextEditor?.viewColumn, vscode.ViewColumn.Two);
    await run("findspot.copyResultPath", { result });
    assert.equal(await vscode.env.clipboard.readText(), "shop/cart.py");
  });

  it("is emptied, and so is what was asked before", async () => {
    const { results } = await api();
    await run("findspot.askAgain", { kind: "search", text: QUESTION });
    await run("findspot.clearResults");
    assert.deepEqual(results(), []);
    await run("findspot.clearHistory");
  });
});

describe("Find Cause", () => {
  it("finds what lies behind a selected trace, in an editor that is no file", async () => {
    const { results } = await api();
    await untitled(TRACE);
    await run("findspot.findCauseOfSelection");
    assert.ok(symbols(results()).slice(0, 3).includes("Checkout.total"), String(symbols(results())));
  });

  it("takes the clipboard", async () => {
    const { results } = await api();
    await vscode.env.clipboard.writeText(TRACE);
    await run("findspot.findCauseInClipboard");
    assert.ok(results().length > 0);
  });

  it("takes what is selected in the terminal and gives the clipboard back", async () => {
    const { results } = await api();
    await vscode.env.clipboard.writeText("kept");
    const terminal = vscode.window.createTerminal({ name: "trace" });
    terminal.show();
    await eventually(() => vscode.window.activeTerminal === terminal);
    terminal.sendText("printf 'PaymentDeclined: the card was declined twice\\n'");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await eventually(async () => {
      await run("workbench.action.terminal.selectAll");
      await run("findspot.findCauseOfTerminalSelection");
      return results().length > 0;
    });
    assert.match(symbols(results()).join(), /PaymentDeclined|Checkout\.pay/);
    assert.equal(await vscode.env.clipboard.readText(), "kept");
    terminal.dispose();
  });

  it("takes the message of a failed test", async () => {
    const { results } = await api();
    const message = new vscode.TestMessage("assert apply_discount(200, 10) == 180");
    message.expectedOutput = "180";
    message.actualOutput = "20";
    await run("findspot.findCauseOfTest", { message });
    assert.ok(symbols(results()).includes("apply_discount"));
  });

  it("is offered as an action on a diagnostic, and answers with places", async () => {
    const editor = await select("shop/checkout.py", "self.coupon.percent");
    const diagnostics = vscode.languages.createDiagnosticCollection("check");
    const range = new vscode.Range(editor.selection.start, editor.selection.end);
    diagnostics.set(editor.document.uri, [new vscode.Diagnostic(range, "str has no attribute percent")]);
    try {
      const action = await eventually(async () => {
        const found = await run<vscode.CodeAction[]>("vscode.executeCodeActionProvider", editor.document.uri, range);
        return found.find((one) => /find the cause/i.test(one.title));
      });
      const command = action.command ?? assert.fail("an action without a command");
      assert.equal(command.command, "findspot.findCause");
      const { results } = await api();
      await run(command.command, ...(command.arguments ?? []));
      assert.ok(results().length > 0);
    } finally {
      diagnostics.dispose();
    }
  });

  it("says what to select when nothing is", async () => {
    const { results } = await api();
    await select("shop/cart.py", "");
    await vscode.env.clipboard.writeText("");
    await run("findspot.findCauseOfSelection");
    await run("findspot.findCauseInClipboard");
    await run("findspot.findCauseOfTest");
    assert.deepEqual(results(), []);
  });
});

describe("Related to Symbol", () => {
  it("shows who uses it, what it uses, and its tests", async () => {
    const { results } = await api();
    await select("shop/cart.py", "apply_discount");
    await run("findspot.findRelated");
    const found = symbols(results());
    assert.ok(found.includes("Checkout.total"), String(found));
    assert.ok(found.includes("test_discount_lowers_the_price"), String(found));
  });
});

describe("Copy Context for an Agent", () => {
  it("puts the code that a selected task is about on the clipboard", async () => {
    await untitled("lower the price by a rebate only for whole items");
    await run("findspot.copyContext");
    const text = await vscode.env.clipboard.readText();
    assert.match(text, /shop\/cart\.py/);
    assert.match(text, /def apply_discount/);
  });
});

describe("the tool for agents", () => {
  const ask = (input: object, tokenBudget?: number) =>
    vscode.lm.invokeTool("findspot_find_code", {
      input,
      toolInvocationToken: undefined,
      tokenizationOptions: tokenBudget
        ? { tokenBudget, countTokens: async (text: string) => Math.ceil(text.length / 2) }
        : undefined,
    });
  const text = (result: vscode.LanguageModelToolResult) =>
    result.content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join("");

  it("is there, and answers with code", async () => {
    assert.ok(vscode.lm.tools.some((tool) => tool.name === "findspot_find_code"));
    assert.match(text(await ask({ query: QUESTION })), /def apply_discount/);
  });

  it("looks only below a folder", async () => {
    const folder = vscode.Uri.joinPath(vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail(), "tests").fsPath;
    assert.doesNotMatch(text(await ask({ query: QUESTION, folder })), /shop\/cart\.py:/);
  });

  it("keeps to the tokens that it may use", async () => {
    const answer = text(await ask({ query: QUESTION }, 300));
    assert.ok(answer.length > 0 && answer.length <= 600, `${answer.length} characters`);
  });

  it("tells the model what went wrong", async () => {
    await assert.rejects(async () => ask({ query: QUESTION, folder: "/" }), /Findspot could not answer/);
  });

  it("goes when the user does not want it", async () => {
    const settings = vscode.workspace.getConfiguration("findspot");
    await settings.update("languageModelTool.enabled", false, vscode.ConfigurationTarget.Global);
    await assert.rejects(async () => ask({ query: QUESTION }));
    await settings.update("languageModelTool.enabled", undefined, vscode.ConfigurationTarget.Global);
    assert.match(text(await ask({ query: QUESTION })), /def apply_discount/);
  });
});

describe("Go to Symbol in Workspace", () => {
  const search = () => run<vscode.SymbolInformation[]>("vscode.executeWorkspaceSymbolProvider", "apply_discount");

  it("has the server's symbols, unless the user does not want them", async () => {
    assert.ok((await search()).some((symbol) => symbol.name === "apply_discount"));
    const settings = vscode.workspace.getConfiguration("findspot");
    await settings.update("symbolPicker", "off", vscode.ConfigurationTarget.Global);
    assert.deepEqual(await search(), []);
    await settings.update("symbolPicker", undefined, vscode.ConfigurationTarget.Global);
  });
});

describe("settings of the server", () => {
  it("count at once", async () => {
    const { results } = await api();
    const settings = vscode.workspace.getConfiguration("findspot");
    await settings.update("answers.topK", 1, vscode.ConfigurationTarget.Workspace);
    try {
      await eventually(async () => {
        await run("findspot.askAgain", { kind: "search", text: QUESTION });
        return results().length === 1;
      });
    } finally {
      await settings.update("answers.topK", undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});

describe("the server", () => {
  it("says what it has of a file that has just been saved", async () => {
    const root = vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail();
    const file = vscode.Uri.joinPath(root, "shop/fresh.py");
    const { results } = await api();
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode("def freshlySavedGiraffe():\n    return 2\n"));
    await eventually(async () => {
      await run("findspot.askAgain", { kind: "search", text: "freshlySavedGiraffe" });
      return results()[0]?.symbol === "freshlySavedGiraffe";
    });
    await vscode.workspace.fs.delete(file);
  });

  it("shows its status and its log", async () => {
    const showing = run("findspot.showStatus");
    await new Promise((resolve) => setTimeout(resolve, 300));
    await run("workbench.action.closeQuickOpen");
    await showing;
    await run("findspot.openLog");
    assert.equal((await status()).roots.length, 1);
  });

  it("is started anew, and answers", async () => {
    const { server, results } = await api();
    await run("findspot.restartServer");
    assert.equal(server().kind, "running");
    await indexed();
    await run("findspot.askAgain", { kind: "search", text: QUESTION });
    assert.ok(results().length > 0);
  });

  it("that is killed comes back, and the question that it took along is asked again", async () => {
    const { server, results } = await api();
    const pids = await serverProcesses();
    assert.equal(pids.length, 1);
    const asking = run("findspot.askAgain", { kind: "cause", text: TRACE });
    process.kill(Number(pids[0]), "SIGKILL");
    await asking;
    await eventually(() => server().kind === "running");
    if (results().length === 0) {
      await indexed();
      await run("findspot.askAgain", { kind: "search", text: QUESTION });
    }
    assert.ok(results().length > 0);
    assert.notDeepEqual(await serverProcesses(), pids);
  });
});

/** The process ids of our servers: children of the extension host, where these tests run. */
async function serverProcesses(): Promise<string[]> {
  const { execFileSync } = await import("node:child_process");
  const listed = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)], { encoding: "utf8" });
  const lines = listed.split("\n").filter((line) => /findspot lsp/.test(line));
  return lines.map((line) => line.trim().split(" ")[0] ?? "");
}
