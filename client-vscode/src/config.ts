/** The settings of this extension, and those that it hands on to the server. */

import * as vscode from "vscode";

export const SECTION = "findspot";

/** Settings that only the client reads; everything else below `findspot` belongs to the server. */
export interface ClientSettings {
  serverPath: string;
  debounceMs: number;
  preview: boolean;
  refine: boolean;
  /** What VS Code's symbol picker has of ours: nothing, our symbols, or our picker in its place. */
  symbolPicker: "off" | "symbols" | "find";
  /** What pip installs into an environment that this extension makes. */
  package: string;
  languageModelTool: boolean;
  mcp: boolean;
}

export function clientSettings(): ClientSettings {
  const section = vscode.workspace.getConfiguration(SECTION);
  return {
    serverPath: section.get("server.path", "").trim(),
    debounceMs: section.get("picker.debounce", 80),
    preview: section.get("picker.preview", true),
    refine: section.get("picker.refine", true),
    symbolPicker: section.get("symbolPicker", "symbols"),
    package: section.get("server.package", ""),
    languageModelTool: section.get("languageModelTool.enabled", true),
    mcp: section.get("mcp.enabled", false),
  };
}

interface Manifest {
  version: string;
  contributes: { configuration: { properties: Record<string, { serverSetting?: string }> }[] };
}

/** The settings of the server: each key in VS Code with the server's own name for it. */
function serverSettingNames(manifest: Manifest): [key: string, name: string][] {
  const properties = manifest.contributes.configuration.flatMap((group) => Object.entries(group.properties));
  return properties.flatMap(([key, { serverSetting }]) => (serverSetting ? [[key, serverSetting]] : []));
}

/**
 * What the user has set of the server's settings, by the server's names.
 *
 * Defaults are left out: they would come before the user's own `config.toml`, which has to count where the editor says
 * nothing.
 */
export function serverSettings(manifest: Manifest): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  const section = vscode.workspace.getConfiguration();
  for (const [key, name] of serverSettingNames(manifest)) {
    const set = section.inspect(key);
    const value = set?.workspaceFolderValue ?? set?.workspaceValue ?? set?.globalValue;
    if (value !== undefined) {
      settings[name] = value;
    }
  }
  return settings;
}
