--- The pickers of others, when they are there: each of them shows the same sources as the plugin's own.

local results = require('findspot.results')

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

--- Ask a source and take its last list only: other pickers cannot replace one that they show.
---@param source findspot.Source
---@param query string
---@param take fun(items: findspot.Item[])
---@return fun() cancel
function M.ask(source, query, take)
  if source.live and vim.trim(query) == '' then
    take({})
    return function() end
  end
  return source.ask(query, function(problem, list)
    if not list then
      require('findspot.tell').error(problem or 'no answer')
    elseif not list.partial and not source.live and #list.notes > 0 then
      require('findspot.tell').tell(table.concat(list.notes, ' '))
    end
    if not (list and list.partial) then
      take(list and list.items or {})
    end
  end)
end

---@class findspot.Entry what other pickers have to know of an item
---@field text string in one line
---@field file string
---@field line integer from 1
---@field item findspot.Item

---@param item findspot.Item
---@return findspot.Entry
function M.entry(item)
  local result = item.result
  local words =
    { results.name(result), item.group or result.kind, results.probability(result), results.evidence(result) }
  return {
    text = table.concat(
      vim.tbl_filter(function(word)
        return word ~= ''
      end, words),
      '  '
    ),
    file = vim.uri_to_fname(result.uri),
    line = results.line(result),
    item = item,
  }
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
