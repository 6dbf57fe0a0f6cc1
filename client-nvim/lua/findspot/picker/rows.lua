--- The rows of a list as text: names and paths cut to the width that there is, with their highlights.

local results = require('findspot.results')

local M = {}

---@class findspot.Mark one highlight of a row, in bytes
---@field from integer
---@field to integer
---@field group string

---@class findspot.Row
---@field text string
---@field marks findspot.Mark[]
---@field right { [1]: string, [2]: string }[] what stands at the right end, as virtual text

local width_of = vim.fn.strdisplaywidth

--- Cut a text to a number of screen columns; its end stays, since names and paths are told apart there. What is cut off
--- ends at a `boundary` if the rest stays long enough.
---@param text string
---@param width integer
---@param boundary string? one character
---@return string
function M.keep_end(text, width, boundary)
  local over = width_of(text) - width
  if over <= 0 then
    return text
  end
  local from, count = math.floor(over / 2), vim.fn.strchars(text) -- a character takes two columns at most
  while from < count and width_of(vim.fn.strcharpart(text, from)) > width - 1 do
    from = from + 1
  end
  local rest = vim.fn.strcharpart(text, from)
  local at = boundary and rest:find(boundary, 1, true)
  if at and at <= #rest / 2 then
    rest = rest:sub(boundary == '.' and at + 1 or at)
  end
  return '…' .. rest
end

--- Cut a text to a number of screen columns; its beginning stays.
---@param text string
---@param width integer
---@return string
function M.keep_start(text, width)
  if width_of(text) <= width then
    return text
  end
  local count = math.max(0, width - 1)
  while count > 0 and width_of(vim.fn.strcharpart(text, 0, count)) > width - 1 do
    count = count - 1
  end
  return vim.fn.strcharpart(text, 0, count) .. '…'
end

--- Break a sentence into lines.
---@param text string
---@param width integer
---@return string[]
function M.wrap(text, width)
  local lines, line = {}, ''
  for word in text:gmatch('%S+') do
    if line ~= '' and width_of(line) + 1 + width_of(word) > width then
      lines[#lines + 1] = line
      line = ''
    end
    line = line == '' and M.keep_start(word, width) or line .. ' ' .. word
  end
  lines[#lines + 1] = line
  return lines
end

---@param text string
---@param width integer
local function pad(text, width)
  return text .. (' '):rep(width - width_of(text))
end

---@param item findspot.Item
---@return { [1]: string, [2]: string }[]
local function right_of(item)
  local right = {}
  if not item.result.fresh then
    right[#right + 1] = { 'changed ', 'FindspotStale' }
  end
  right[#right + 1] = { item.group or item.result.kind, 'FindspotKind' }
  local probability = results.probability(item.result)
  if probability ~= '' then
    right[#right + 1] = { ('%6s'):format(probability), 'FindspotProbability' }
  end
  right[#right + 1] = { ' ', 'FindspotKind' }
  return right
end

---@param item findspot.Item
---@return string
local function place_of(item)
  return ('%s:%d'):format(item.result.path, results.line(item.result))
end

--- One row for each item, their columns aligned.
---@param items findspot.Item[]
---@param width integer screen columns
---@return findspot.Row[]
function M.of(items, width)
  local longest, longest_place, rights = 0, 0, 0
  local right = {} ---@type { [1]: string, [2]: string }[][]
  for index, item in ipairs(items) do
    longest = math.max(longest, width_of(results.name(item.result)))
    longest_place = math.max(longest_place, width_of(place_of(item)))
    right[index] = right_of(item)
    local taken = 0
    for _, part in ipairs(right[index]) do
      taken = taken + width_of(part[1])
    end
    rights = math.max(rights, taken)
  end
  local free = math.max(10, width - rights - 4) -- a column before, two between, one before the right end
  -- Each of the two columns has half of it, and what the other one leaves.
  local name_width = math.min(longest, math.max(math.floor(free / 2), free - longest_place))
  local rows = {}
  for index, item in ipairs(items) do
    local name = pad(M.keep_end(results.name(item.result), name_width, '.'), name_width)
    local place = M.keep_end(place_of(item), math.max(1, free - name_width), '/')
    local text = (' %s  %s'):format(name, place)
    rows[index] = {
      text = (text:gsub('%c', ' ')),
      marks = {
        { from = 1, to = 1 + #name, group = 'FindspotSymbol' },
        { from = #text - #place, to = #text, group = 'FindspotPath' },
      },
      right = right[index],
    }
  end
  return rows
end

return M
