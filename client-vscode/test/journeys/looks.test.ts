/** Dark and light, with long paths: pictures to look at, and that the words are there. */

import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { Workbench } from "../workbench";
import { DARK, journey, LIGHT } from "./journey";

function longPaths(workbench: Workbench): string {
  const folder = workbench.copySource("server/findspot", "findspot");
  const deep = path.join(folder, "generated_clients/python/very_long_package_name/with/many/levels/of/folders/inside");
  mkdirSync(deep, { recursive: true });
  const code =
    "def convert_currency_amounts_between_ledgers(amounts, ledgers):\n    return [ledgers[a] for a in amounts]\n";
  writeFileSync(path.join(deep, "currency_conversion_between_ledgers.py"), code);
  return folder;
}

for (const [name, user] of Object.entries({ dark: DARK, light: LIGHT })) {
  journey(`a list and the view in ${name}`, { user }, longPaths, async (person) => {
    await person.indexed();
    await person.openFile("engine/engine.py");
    await person.find("where are unsaved texts searched in place of the file");
    await person.rows().first().filter({ hasText: "%" }).waitFor();
    await person.shot(`look-list-${name}`);
    await person.press("Alt+Enter");
    await person.result("%").waitFor();
    await person.resultsHaveKeys();
    await person.press("ArrowRight");
    await person.shot(`look-view-${name}`);
    await person.find("convert currency amounts between ledgers");
    await person.rows().first().filter({ hasText: "convert_currency_amounts_between_ledgers" }).waitFor();
    await person.shot(`look-long-${name}`);
  });
}
