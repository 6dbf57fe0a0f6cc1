--- The options of the plugin: one table with each default and what it means, which the help is checked against.
--- Set them with `vim.g.findspot = { ... }` or `require('findspot').setup { ... }`; neither is needed.

local M = {}

---@class findspot.Options
---@field cmd string[]? command of the server, such as `{ '/opt/findspot/bin/findspot', 'lsp' }`
---@field use_uvx boolean
---@field root_markers string[]
---@field settings table<string, any> settings of the server
---@field attach boolean
---@field picker string
---@field debounce_ms integer
---@field preview boolean
---@field width number
---@field height number
---@field border string|string[]?
---@field register string
---@field keys table<string, string|string[]>

---@class findspot.Option
---@field name string
---@field type string|string[] a type of Lua, or several
---@field default any
---@field description string

---@type findspot.Option[]
M.declared = {
  {
    name = 'cmd',
    type = { 'table', 'nil' },
    default = nil,
    description = 'Command of the server, such as `{ "/opt/findspot/bin/findspot", "lsp" }`. If absent, it is looked for.',
  },
  {
    name = 'use_uvx',
    type = 'boolean',
    default = false,
    description = 'Run the server with `uvx --from findspot` when no other is found. That downloads it on first use.',
  },
  {
    name = 'root_markers',
    type = 'table',
    default = { '.git', '.hg', '.jj', '.findspot' },
    description = 'Names that mark the top folder of a project.',
  },
  {
    name = 'settings',
    type = 'table',
    default = {},
    description = 'Settings of the server, such as `{ top_k = 20 }`. The server checks their names and values.',
  },
  {
    name = 'attach',
    type = 'boolean',
    default = true,
    description = 'Attach the running server to the files you edit, so that unsaved text is searched.',
  },
  {
    name = 'picker',
    type = 'string',
    default = 'builtin',
    description = 'What shows lists: `builtin`, `telescope`, `fzf-lua`, `snacks`, `mini.pick` or `quickfix`.',
  },
  {
    name = 'debounce_ms',
    type = 'number',
    default = 60,
    description = 'Pause in typing, in milliseconds, after which the picker asks.',
  },
  { name = 'preview', type = 'boolean', default = true, description = 'Show a preview beside or below the list.' },
  { name = 'width', type = 'number', default = 0.9, description = "Width of the picker, as a part of the editor's." },
  { name = 'height', type = 'number', default = 0.8, description = "Height of the picker, as a part of the editor's." },
  {
    name = 'border',
    type = { 'string', 'table', 'nil' },
    default = nil,
    description = "Border of the picker's windows; if absent that of 'winborder', else `rounded`.",
  },
  {
    name = 'register',
    type = 'string',
    default = '+',
    description = 'Register that |:FindspotContext| fills; the unnamed one where there is no clipboard.',
  },
  {
    name = 'keys',
    type = 'table',
    default = {
      open = '<CR>',
      split = '<C-s>',
      vsplit = '<C-v>',
      tab = '<C-t>',
      quickfix = '<C-q>',
      next = { '<Down>', '<C-n>', '<C-j>' },
      previous = { '<Up>', '<C-p>', '<C-k>' },
      preview_down = { '<C-f>', '<PageDown>' },
      preview_up = { '<C-b>', '<PageUp>' },
      toggle_preview = '<C-l>',
      close = { '<Esc>', '<C-c>' },
    },
    description = 'Keys of the picker, in insert and in normal mode. An empty list switches one off.',
  },
}

---@type table<string, any>
local set = {}

---@param value any
---@param wanted string|string[]
local function is_of(value, wanted)
  return vim.tbl_contains(type(wanted) == 'table' and wanted or { wanted }, type(value))
end

---@param given table<string, any>
---@param source string where they were set
---@return table<string, any> good ones
local function checked(given, source)
  local good = {}
  local known = {}
  for _, option in ipairs(M.declared) do
    known[#known + 1] = option.name
    local value = given[option.name]
    if value ~= nil and not is_of(value, option.type) then
      local wanted = type(option.type) == 'table' and option.type[1] or option.type
      require('findspot.tell').once(
        ("%s: '%s' must be a %s, not a %s; the default is used"):format(source, option.name, wanted, type(value))
      )
    else
      good[option.name] = value
    end
  end
  for name in pairs(given) do
    if not vim.tbl_contains(known, name) then
      require('findspot.tell').once(
        ("%s: there is no option '%s'; there are %s"):format(source, name, table.concat(known, ', '))
      )
    end
  end
  return good
end

--- Take options; called by `setup`. What is set here comes before `vim.g.findspot`.
---@param given table<string, any>
function M.set(given)
  set = checked(given, "require('findspot').setup")
end

---@return findspot.Options
function M.get()
  local defaults = {}
  for _, option in ipairs(M.declared) do
    defaults[option.name] = vim.deepcopy(option.default)
  end
  local global = vim.g.findspot
  if global ~= nil and type(global) ~= 'table' then
    require('findspot.tell').once('vim.g.findspot must be a table; it is left out')
    global = nil
  end
  local merged = vim.tbl_deep_extend('force', defaults, checked(global or {}, 'vim.g.findspot'), set)
  -- A list replaces the default list instead of being laid over it.
  for name, value in pairs(set.keys or {}) do
    merged.keys[name] = value
  end
  return merged
end

return M
