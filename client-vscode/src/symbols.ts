/** What lets sentences through VS Code's symbol picker, which filters every provider's symbols by the letters typed. */

import type { WorkspaceSymbolMiddleware } from "vscode-languageclient";

export const symbolMiddleware: WorkspaceSymbolMiddleware = {};
