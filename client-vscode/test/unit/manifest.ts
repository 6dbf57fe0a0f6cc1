/** The manifest as it is packaged. */

import { readFileSync } from "node:fs";
import * as path from "node:path";

const CLIENT = path.resolve(__dirname, "../..");

interface Manifest {
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  contributes: {
    commands: { command: string; title: string; category?: string }[];
    keybindings: { key: string; command: string; when?: string }[];
    menus: Record<string, { command: string; when?: string }[]>;
    configuration: { title: string; properties: Record<string, { scope?: string; serverSetting?: string }> }[];
  };
}

export const manifest: Manifest = JSON.parse(readFileSync(path.join(CLIENT, "package.json"), "utf8"));

export const words: Record<string, string> = JSON.parse(readFileSync(path.join(CLIENT, "package.nls.json"), "utf8"));

export const COMMAND_NAMES = manifest.contributes.commands.map(({ command }) => command);
