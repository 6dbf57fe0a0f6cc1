--- The questions: each function asks the server one, for the project of a buffer, and calls back with items for a list.

local client = require('findspot.client')
local results = require('findspot.results')
local roots = require('findspot.roots')

local M = {}

--- While the index is built, the same question is asked again after this time.
M.AGAIN_MS = 400

---@class findspot.List what a list shows
---@field items findspot.Item[]
---@field notes string[]
---@field partial boolean? a better list will follow
---@field growing boolean? the index is being built: to ask again will find more

---@alias findspot.Taker fun(problem: string?, list: findspot.List?)

---@param answer findspot.PlacedAnswer
---@param partial boolean?
---@return findspot.List
local function list_of(answer, partial)
  local status = answer.status
  local growing = not status.complete and (status.state == 'indexing' or status.state == 'empty')
  return { items = results.items(answer), notes = results.notes(status), partial = partial, growing = growing }
end

--- Ask for the project of a buffer.
---@param bufnr integer
---@param method string
---@param params table|fun(client: vim.lsp.Client): table
---@param done fun(problem: string?, answer: any)
---@param partial fun(answer: any)?
---@param several boolean? the method has no `root`
---@return fun() cancel
function M.server(bufnr, method, params, done, partial, several)
  local root, reason = roots.of(bufnr)
  if not root then
    done(reason)
    return function() end
  end
  return client.request({
    method = method,
    root = root,
    params = function(running)
      local made = type(params) == 'function' and params(running) or vim.deepcopy(params) ---@cast made table
      if not several then
        made.root = vim.uri_from_fname(root)
      end
      return made
    end,
    done = done,
    partial = partial,
  })
end

--- The hybrid list for a sentence, a symbol, a path or an error message.
---@param bufnr integer
---@param query string
---@param take findspot.Taker
---@return fun() cancel
function M.search(bufnr, query, take)
  return M.server(bufnr, 'findspot/search', { query = query }, function(problem, answer)
    take(problem, answer and list_of(answer))
  end)
end

--- The places that a report is about; a first list comes at once and is marked as partial.
---@param bufnr integer
---@param params table those of `findspot/cause`
---@param take findspot.Taker
---@return fun() cancel
function M.cause(bufnr, params, take)
  return M.server(bufnr, 'findspot/cause', params, function(problem, answer)
    take(problem, answer and list_of(answer))
  end, function(answer)
    take(nil, list_of(answer, true))
  end)
end

local GROUPS = { 'callers', 'callees', 'tests', 'neighbours' }

--- What has to do with the symbol under the cursor.
---@param window integer
---@param take fun(problem: string?, list: findspot.List?, symbol: string?)
---@return fun() cancel
function M.related(window, take)
  local bufnr = vim.api.nvim_win_get_buf(window)
  return M.server(bufnr, 'findspot/related', function(running)
    local place = vim.lsp.util.make_position_params(window, running.offset_encoding)
    return { uri = place.textDocument.uri, position = place.position }
  end, function(problem, answer)
    if not answer then
      return take(problem)
    end
    local items = {}
    for _, group in ipairs(GROUPS) do
      for _, result in ipairs(answer[group] or {}) do
        items[#items + 1] = { result = result, group = group }
      end
    end
    local notes = results.notes(vim.tbl_extend('keep', { notes = answer.notes }, answer.status))
    take(nil, { items = items, notes = notes }, answer.symbol and answer.symbol.name)
  end, nil, true)
end

return M
