/** What every journey has: a workbench, a page, and a picture of it when something goes wrong. */

import { test } from "node:test";
import { Person } from "../person";
import { Workbench, type WorkbenchOptions } from "../workbench";

const LIMIT_MS = 240_000;

export const DARK = { "workbench.colorTheme": "Default Dark Modern" };

export const LIGHT = { "workbench.colorTheme": "Default Light Modern" };

/** A test in a window of its own; `open` lays out what is opened and says where it is. */
export function journey(
  name: string,
  options: WorkbenchOptions,
  open: (workbench: Workbench) => string | undefined,
  go: (person: Person, workbench: Workbench) => Promise<void>,
): void {
  test(name, { timeout: LIMIT_MS }, async () => {
    const workbench = await Workbench.start({ ...options, user: { ...DARK, ...options.user } });
    try {
      const person = new Person(await workbench.open(open(workbench)));
      try {
        await go(person, workbench);
      } catch (error) {
        await person.shot(`failed-${name.replaceAll(/\W+/g, "-")}`);
        throw error;
      }
    } finally {
      await workbench.stop();
    }
  });
}

/** The code of the server itself: enough files to look like a project. */
export const ownCode = (workbench: Workbench) => workbench.copySource("server/findspot", "findspot");

export const shop = (workbench: Workbench) => workbench.copy("shop");
