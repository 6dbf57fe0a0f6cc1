/** The words on every button of the extension's own making; a test asks for each whether anything presses it. */

export const BUTTONS = {
  beside: "Open to the Side",
  keep: "Keep in the Results View",
  openFolder: "Open Folder",
  addFolder: "Add Folder to Workspace…",
  findServer: "Install…",
  restart: "Restart Server",
  openLog: "Open Log",
  install: "Install",
  remove: "Remove",
  rebuild: "Rebuild",
} as const;
