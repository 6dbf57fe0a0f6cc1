--- What the editor shows, for the server to raise what is near to it: the `context` of a question.

local roots = require('findspot.roots')

local M = {}

--- The server reads no more than the first hundred of a list.
local MOST = 100

---@param list any[]
---@return any[]
local function first(list)
  return vim.list_slice(list, 1, MOST)
end

---@param bufnr integer
---@return string? uri
local function uri_of(bufnr)
  local file = vim.api.nvim_buf_is_loaded(bufnr) and vim.bo[bufnr].buflisted and roots.file_of(bufnr)
  return file and vim.uri_from_fname(file) or nil
end

---@param line integer from 0
---@param last integer? from 0
---@return findspot.Stretch
local function lines(line, last)
  return { start = { line = line, character = 0 }, ['end'] = { line = (last or line) + 1, character = 0 } }
end

--- Files that were changed in this Neovim, the last one first.
---@return string[]
local function recent()
  local edited = vim.tbl_filter(function(bufnr)
    return uri_of(bufnr) ~= nil and (vim.bo[bufnr].modified or vim.b[bufnr].findspot_written ~= nil)
  end, vim.api.nvim_list_bufs())
  ---@param bufnr integer
  local function when(bufnr)
    return vim.bo[bufnr].modified and math.huge or vim.b[bufnr].findspot_written
  end
  table.sort(edited, function(one, other)
    return when(one) > when(other)
  end)
  return vim.tbl_map(uri_of, edited)
end

---@return table[]
local function diagnostics()
  local found = vim.diagnostic.get(nil, { severity = { min = vim.diagnostic.severity.WARN } })
  table.sort(found, function(one, other)
    return one.severity < other.severity
  end)
  local told = {}
  for _, diagnostic in ipairs(first(found)) do
    local uri = uri_of(diagnostic.bufnr)
    if uri then
      told[#told + 1] = { uri = uri, range = lines(diagnostic.lnum, diagnostic.end_lnum), message = diagnostic.message }
    end
  end
  return told
end

--- What is seen at this moment, from a window.
---@param window integer
---@return table context
function M.of(window)
  local bufnr = vim.api.nvim_win_get_buf(window)
  local uri = uri_of(bufnr)
  local position = { line = vim.api.nvim_win_get_cursor(window)[1] - 1, character = 0 }
  local open = vim.tbl_map(uri_of, vim.api.nvim_list_bufs())
  return {
    active = uri and { uri = uri, position = position } or nil,
    open = first(vim.tbl_values(open)),
    recent = first(recent()),
    diagnostics = diagnostics(),
  }
end

return M
