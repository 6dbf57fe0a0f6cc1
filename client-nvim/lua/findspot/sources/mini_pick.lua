--- Lists in mini.pick.

local sources = require('findspot.sources')

local M = {}

---@param item findspot.Item
local function item_of(item)
  local entry = sources.entry(item)
  return {
    text = ('%s:%d  %s'):format(item.result.path, entry.line, entry.text),
    path = entry.file,
    lnum = entry.line,
  }
end

---@param source findspot.Source
function M.open(source)
  local pick = require('mini.pick')
  if not source.live then
    sources.ask(source, '', function(items)
      pick.start({ source = { name = source.title, items = vim.tbl_map(item_of, items) } })
    end)
    return
  end
  local cancel, asked = function() end, nil
  ---@param typed string[] characters
  local function match(_, _, typed)
    local query = table.concat(typed)
    if query == asked then
      return
    end
    asked = query
    cancel()
    cancel = sources.ask(source, query, function(items)
      if query == asked then
        pick.set_picker_items(vim.tbl_map(item_of, items), { do_match = false })
      end
    end)
  end
  if source.query and source.query ~= '' then
    vim.api.nvim_create_autocmd('User', {
      pattern = 'MiniPickStart',
      once = true,
      callback = function()
        pick.set_picker_query(vim.split(source.query, ''))
      end,
    })
  end
  pick.start({ source = { name = source.title, items = {}, match = match } })
  cancel()
end

return M
