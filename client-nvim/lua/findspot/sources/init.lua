--- The pickers of others, when they are there: each of them shows the same sources as the plugin's own.

local M = {}

--- The module of each, by the name of the option `picker`.
---@type table<string, string>
local PROGRAMS = {
  telescope = 'telescope.pickers',
  ['fzf-lua'] = 'fzf-lua',
  snacks = 'snacks.picker',
  ['mini.pick'] = 'mini.pick',
}

--- Why a picker cannot be used; nil if it can.
---@param name string
---@return string?
function M.missing(name)
  if name == 'builtin' or name == 'quickfix' then
    return nil
  elseif not PROGRAMS[name] then
    local names = vim.fn.sort(vim.tbl_keys(PROGRAMS))
    return ("there is no picker '%s'; there are builtin, quickfix, %s"):format(name, table.concat(names, ', '))
  elseif not pcall(require, PROGRAMS[name]) then
    return ('%s is not installed; the own picker is used'):format(name)
  end
end

--- Open a source with another picker.
---@param name string
---@param source findspot.Source
---@return string? problem why it could not
function M.open(name, source)
  local problem = M.missing(name)
  if not problem then
    require('findspot.sources.' .. name:gsub('[-.]', '_')).open(source)
  end
  return problem
end

return M
