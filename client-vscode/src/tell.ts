/** What goes wrong, as a message with at most one button. */

import * as vscode from "vscode";
import { account } from "./bootstrap";
import { BUTTONS } from "./buttons";
import { NothingToAsk, OutsideFolders } from "./selections";
import { isCancelled, NoFolder, NoServer } from "./server";

/** The sentence for an error. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Tell the user about an error, with the one thing that helps; a cancelled request is not one. */
export async function tell(error: unknown): Promise<void> {
  if (isCancelled(error)) {
    return;
  }
  if (error instanceof NothingToAsk) {
    await vscode.window.showInformationMessage(error.message);
    return;
  }
  const [detail, button, command] = remedy(error);
  if (await vscode.window.showErrorMessage(detail, button)) {
    await vscode.commands.executeCommand(command);
  }
}

function remedy(error: unknown): [sentence: string, button: string, command: string] {
  if (error instanceof NoFolder) {
    return [error.message, BUTTONS.openFolder, "vscode.openFolder"];
  }
  if (error instanceof OutsideFolders) {
    return [error.message, BUTTONS.addFolder, "workbench.action.addRootFolder"];
  }
  if (error instanceof NoServer && error.state.kind === "missing") {
    return [`${error.message} ${account(error.state.tried)}`, BUTTONS.findServer, "findspot.installServer"];
  }
  if (error instanceof NoServer) {
    return [error.message, BUTTONS.restart, "findspot.restartServer"];
  }
  return [`Findspot: ${sentence(error)}`, BUTTONS.openLog, "findspot.openLog"];
}
