/** An icon for each kind of place. */

import * as vscode from "vscode";

const SYMBOLS: Readonly<Record<string, string>> = {
  function: "function",
  method: "method",
  constructor: "constructor",
  class: "class",
  interface: "interface",
  struct: "struct",
  enum: "enum",
  trait: "interface",
  module: "module",
  namespace: "namespace",
  package: "package",
  variable: "variable",
  constant: "constant",
  field: "field",
  property: "property",
  type: "class",
  section: "string",
};

export function iconOf(kind: string): vscode.ThemeIcon {
  const symbol = SYMBOLS[kind];
  return symbol
    ? new vscode.ThemeIcon(`symbol-${symbol}`, new vscode.ThemeColor(`symbolIcon.${symbol}Foreground`))
    : new vscode.ThemeIcon(kind === "file" ? "file" : "list-flat");
}
