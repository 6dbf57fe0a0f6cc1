/**
 * Findspot's symbols in VS Code's own symbol picker.
 *
 * That picker hands only the first word to its providers and filters what they find by the letters typed, so it is for
 * names; for sentences the setting lets its key open *Find in Code Base* instead (see the keybindings in the manifest).
 */

import type { WorkspaceSymbolMiddleware } from "vscode-languageclient";
import { clientSettings } from "./config";

export const symbolMiddleware: WorkspaceSymbolMiddleware = {
  provideWorkspaceSymbols: (query, token, next) =>
    clientSettings().symbolPicker === "symbols" ? next(query, token) : undefined,
};
