/**
 * Where the server is: the setting, the workspace's interpreter, the PATH, the environment that this extension made.
 *
 * Nothing is installed and nothing is asked here; what was tried is kept, so that it can be told.
 */

import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import * as path from "node:path";

export type Origin = "setting" | "workspace" | "path" | "installed";

export interface Candidate {
  origin: Origin;
  command: string;
}

export interface Attempt extends Candidate {
  /** Why this one cannot be used; empty for the one that is. */
  problem: string;
}

export interface Found extends Candidate {
  version: string;
}

export interface Search {
  found: Found | undefined;
  tried: Attempt[];
}

const WINDOWS = process.platform === "win32";

/** The executable in an environment's folder of programs. */
export function executableIn(environment: string): string {
  return WINDOWS ? path.join(environment, "Scripts", "findspot.exe") : path.join(environment, "bin", "findspot");
}

/** The executable beside an interpreter. */
export function executableBeside(interpreter: string): string {
  return path.join(path.dirname(interpreter), WINDOWS ? "findspot.exe" : "findspot");
}

/** Where a command of that name may lie on the PATH, in order. */
export function onPath(variable: string | undefined): string[] {
  const folders = (variable ?? "").split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, WINDOWS ? "findspot.exe" : "findspot"));
}

/**
 * The first candidate that answers with a version that fits.
 *
 * A server that the user named is the only one tried: using another in its place would hide the mistake.
 */
export async function findServer(
  candidates: Candidate[],
  own: string,
  probe: (command: string) => Promise<string> = versionOf,
): Promise<Search> {
  const tried: Attempt[] = [];
  const named = candidates.filter((one) => one.origin === "setting");
  for (const candidate of named.length > 0 ? named : candidates) {
    let problem: string;
    try {
      const version = await probe(candidate.command);
      problem = mismatch(version, own);
      if (!problem) {
        tried.push({ ...candidate, problem });
        return { found: { ...candidate, version }, tried };
      }
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    tried.push({ ...candidate, problem });
  }
  return { found: undefined, tried };
}

/** Why a server of this version does not fit this extension; empty when it does. Patch versions may differ. */
export function mismatch(version: string, own: string): string {
  const [theirs, ours] = [series(version), series(own)];
  if (theirs === ours) {
    return "";
  }
  return `is version ${version}, this extension needs ${ours}`;
}

function series(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** Ask an executable for its version. Rejects with a sentence that says what is wrong with it. */
export async function versionOf(command: string): Promise<string> {
  try {
    await access(command, constants.X_OK);
  } catch {
    throw new Error("is not there");
  }
  const output = await new Promise<string>((resolve, reject) => {
    execFile(command, ["--version"], { timeout: 30_000, windowsHide: true }, (error, stdout, stderr) => {
      if (error) {
        const last = stderr.trim().split("\n").at(-1);
        reject(new Error(`does not start: ${last || error.message}`));
      } else {
        resolve(stdout);
      }
    });
  });
  const version = /^findspot (\d+\.\d+\S*)/m.exec(output)?.[1];
  if (!version) {
    throw new Error("is not Findspot");
  }
  return version;
}

/** Whether an executable lists a command of that name in its help. */
export function hasCommand(command: string, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(command, ["--help"], { timeout: 20_000, windowsHide: true }, (error, stdout) =>
      resolve(!error && stdout.split("\n").some((line) => /^ +(\S+)/.exec(line)?.[1] === name)),
    );
  });
}

const ORIGINS: Readonly<Record<Origin, string>> = {
  setting: "the setting findspot.server.path",
  workspace: "the workspace's Python environment",
  path: "PATH",
  installed: "the environment made by this extension",
};

/** What was tried, a line each. */
export function account(tried: readonly Attempt[]): string {
  if (tried.length === 0) {
    return "no place to look in";
  }
  return tried.map((one) => `${ORIGINS[one.origin]}: ${one.command} ${one.problem || "is used"}`).join("\n");
}
