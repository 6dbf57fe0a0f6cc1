--- Lists in snacks.picker.

local results = require('findspot.results')
local sources = require('findspot.sources')

local M = {}

---@param item findspot.Item
---@param index integer
local function item_of(item, index)
  local entry = sources.entry(item)
  return {
    idx = index,
    score = 1000 - index, -- the order of the answer
    text = ('%s %s'):format(entry.text, item.result.path),
    file = entry.file,
    pos = { entry.line, 0 },
    findspot = item,
  }
end

--- Name, place, kind and probability of an item, as chunks of text and highlight.
local function format(item)
  local result = item.findspot.result
  return {
    { results.name(result), 'FindspotSymbol' },
    { '  ' },
    { ('%s:%d'):format(result.path, results.line(result)), 'FindspotPath' },
    { '  ' },
    { item.findspot.group or result.kind, 'FindspotKind' },
    { ' ' .. results.probability(result), 'FindspotProbability' },
  }
end

---@param source findspot.Source
---@param finder function
---@param live boolean
local function show(source, finder, live)
  require('snacks.picker').pick({
    title = source.title,
    search = live and source.query or nil,
    finder = finder,
    format = format,
    preview = 'file',
    live = live,
    supports_live = live,
    sort = { fields = { 'score:desc', 'idx' } },
  })
end

---@param source findspot.Source
function M.open(source)
  if not source.live then
    sources.ask(source, '', function(found)
      local items = {}
      for index, item in ipairs(found) do
        items[index] = item_of(item, index)
      end
      show(source, function()
        return items
      end, false)
    end)
    return
  end
  show(source, function(_, context)
    ---@async
    return function(add)
      local answer
      local async = context.async
      local cancel = sources.ask(source, context.filter.search, function(items)
        answer = items
        async:resume()
      end)
      async:on('abort', cancel)
      if not answer then
        async:suspend()
      end
      for index, item in ipairs(answer or {}) do
        add(item_of(item, index))
      end
    end
  end, true)
end

return M
