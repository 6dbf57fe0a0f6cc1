--- Where the server program is: the places that are looked into, in order, and what each of them had.
---
--- A project's own `.venv` may come from a stranger, so Neovim's `vim.secure` asks before it is run for the first time.

local options = require('findspot.options')

local M = {}

--- Version of this plugin; the server's may differ in its last part only.
M.VERSION = '0.1.0'

---@class findspot.Place one place where the server was looked for
---@field where string in words
---@field path string? what was looked at
---@field found boolean
---@field note string? why it was not taken

---@class findspot.Found
---@field cmd string[]? the command, nil if there is none
---@field tried findspot.Place[]

local windows = vim.fn.has('win32') == 1

---@param folder string
---@return string
local function program_in(folder)
  return vim.fs.joinpath(folder, windows and 'Scripts' or 'bin', windows and 'findspot.exe' or 'findspot')
end

---@param path string
---@return boolean
local function runs(path)
  return vim.fn.executable(path) == 1
end

--- Look for the server of a project.
---@param root string? top folder of the project
---@param ask boolean? ask whether a program inside of the project may be run; without, it counts as trusted
---@return findspot.Found
function M.find(root, ask)
  local opts = options.get()
  local tried = {} ---@type findspot.Place[]
  local chosen ---@type string[]?

  ---@param where string
  ---@param cmd string[]?
  ---@param note string?
  local function try(where, cmd, note)
    local found = cmd ~= nil and note == nil and runs(cmd[1])
    tried[#tried + 1] = { where = where, path = cmd and cmd[1], found = found, note = note }
    if found and not chosen then
      chosen = cmd
    end
  end

  if opts.cmd then
    try("the option 'cmd'", opts.cmd, type(opts.cmd[1]) ~= 'string' and 'it must be a list of words' or nil)
    return { cmd = chosen, tried = tried } -- a setting that does not work is a mistake to mend, not to work around
  end
  local active = vim.env.VIRTUAL_ENV
  try('$VIRTUAL_ENV', active and { program_in(active), 'lsp' } or nil, not active and 'not set' or nil)
  if root then
    local own = program_in(vim.fs.joinpath(root, '.venv'))
    local refused = ask and not chosen and runs(own) and vim.secure.read(own) == nil
    try("the project's .venv", { own, 'lsp' }, refused and 'not trusted; see :help :trust' or nil)
  end
  local on_path = vim.fn.exepath('findspot')
  try('the PATH', on_path ~= '' and { on_path, 'lsp' } or nil, on_path == '' and 'no findspot there' or nil)
  if opts.use_uvx then
    local compatible = M.VERSION:match('^%d+%.%d+')
    try('uvx', { 'uvx', '--from', ('findspot==%s.*'):format(compatible), 'findspot', 'lsp' })
  else
    try('uvx', nil, "the option 'use_uvx' is off")
  end
  return { cmd = chosen, tried = tried }
end

--- What to say when there is no server.
---@param found findspot.Found
---@return string
function M.missing(found)
  local places = vim.tbl_map(function(place) ---@param place findspot.Place
    return place.where .. (place.path and (' (%s)'):format(place.path) or '')
  end, found.tried)
  return ("the server was not found in %s. Install it with `pipx install .` in a checkout of Findspot, or name it: vim.g.findspot = { cmd = { '/path/to/findspot', 'lsp' } }. :checkhealth findspot tells more"):format(
    table.concat(places, ', ')
  )
end

--- Whether a server of that version speaks with this plugin: before 1.0 a minor version may change interfaces.
---@param version string
---@return boolean
function M.compatible(version)
  return version:match('^%d+%.%d+') == M.VERSION:match('^%d+%.%d+')
end

return M
