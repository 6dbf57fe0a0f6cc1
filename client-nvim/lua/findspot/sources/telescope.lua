--- Lists in telescope.nvim.

local sources = require('findspot.sources')

local M = {}

---@param item findspot.Item
---@param index integer
local function entry_of(item, index)
  local entry = sources.entry(item)
  local place = ('%s:%d'):format(item.result.path, entry.line)
  return {
    value = item,
    ordinal = ('%s %s'):format(entry.text, item.result.path),
    display = function()
      local text = ('%s  %s'):format(place, entry.text)
      return text, { { { 0, #place }, 'TelescopeResultsIdentifier' } }
    end,
    filename = entry.file,
    lnum = entry.line,
    index = index,
  }
end

--- A finder that asks the server with each prompt and ends the former question.
---@param source findspot.Source
local function live_finder(source)
  local cancel = function() end
  return setmetatable({
    close = function()
      cancel()
    end,
  }, {
    __call = function(_, prompt, take, complete)
      cancel()
      cancel = sources.ask(source, prompt, function(items)
        for index, item in ipairs(items) do
          if take(entry_of(item, index)) then
            return
          end
        end
        complete()
      end)
    end,
  })
end

---@param source findspot.Source
---@param finder table
---@param sorter table
local function show(source, finder, sorter)
  require('telescope.pickers')
    .new({}, {
      prompt_title = source.title,
      default_text = source.query,
      finder = finder,
      sorter = sorter,
      previewer = require('telescope.config').values.grep_previewer({}),
    })
    :find()
end

---@param source findspot.Source
function M.open(source)
  if source.live then
    return show(source, live_finder(source), require('telescope.sorters').empty())
  end
  sources.ask(source, '', function(items)
    local entries = {}
    for index, item in ipairs(items) do
      entries[index] = entry_of(item, index)
    end
    local finder = require('telescope.finders').new_table({
      results = entries,
      entry_maker = function(entry)
        return entry
      end,
    })
    show(source, finder, require('telescope.config').values.generic_sorter({}))
  end)
end

return M
