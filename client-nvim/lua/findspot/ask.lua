--- The questions: each function asks the server one and calls back with items for a list.

local client = require('findspot.client')
local editor_view = require('findspot.editor_view')
local results = require('findspot.results')
local roots = require('findspot.roots')

local M = {}

--- While an answer is not complete, the same question is asked again after this time, and later after twice of it, up to
--- the second one.
M.AGAIN_MS, M.AGAIN_MOST_MS = 300, 4000

---@class findspot.Subject what questions are about, as it was when the user began to ask
---@field root string? the project; nil for the reason
---@field reason string?
---@field window integer
---@field bufnr integer
---@field view table what the editor shows

---@class findspot.List what a list shows
---@field items findspot.Item[]
---@field notes string[]
---@field partial boolean? a better list will follow
---@field growing boolean? the index is being read: to ask again may find more

---@alias findspot.Taker fun(problem: string?, list: findspot.List?)

--- What a question of this moment is about.
---@param window integer? the current one if absent
---@return findspot.Subject
function M.here(window)
  window = window or vim.api.nvim_get_current_win()
  local bufnr = vim.api.nvim_win_get_buf(window)
  local root, reason = roots.of(bufnr)
  return { root = root, reason = reason, window = window, bufnr = bufnr, view = editor_view.of(window) }
end

--- Have the server ready for a question that is still being typed.
---@param subject findspot.Subject
function M.warm(subject)
  if subject.root then
    client.warm(subject.root)
  end
end

---@param items findspot.Item[]
---@param status findspot.AnswerStatus
---@param partial boolean?
---@return findspot.List
local function list_of(items, status, partial)
  local growing = not status.complete and status.state ~= 'failed' and status.state ~= 'aborted'
  return { items = items, notes = results.notes(status), partial = partial, growing = growing }
end

---@param answer findspot.PlacedAnswer
---@param partial boolean?
---@return findspot.List
local function ranked(answer, partial)
  return list_of(results.items(answer), answer.status, partial)
end

---@class findspot.Asking
---@field params table|fun(running: vim.lsp.Client): table
---@field done fun(problem: string?, answer: any)
---@field partial fun(answer: any)?

--- Ask the server something about a project.
---@param subject findspot.Subject
---@param method string
---@param asking findspot.Asking
---@return fun() cancel
function M.server(subject, method, asking)
  if not subject.root then
    asking.done(subject.reason)
    return function() end
  end
  return client.request({
    method = method,
    root = subject.root,
    bufnr = subject.bufnr,
    params = asking.params,
    done = asking.done,
    partial = asking.partial,
  })
end

---@param subject findspot.Subject
---@param params table
---@return table params for the project, with what the editor shows
local function about(subject, params)
  params.root = subject.root and vim.uri_from_fname(subject.root)
  params.context = subject.view
  return params
end

--- The hybrid list for a sentence, a symbol, a path or an error message.
---@param subject findspot.Subject
---@param query string
---@param take findspot.Taker
---@return fun() cancel
function M.search(subject, query, take)
  return M.server(subject, 'findspot/search', {
    params = about(subject, { query = query }),
    done = function(problem, answer)
      take(problem, answer and ranked(answer))
    end,
  })
end

--- The places that a report is about; a first list comes at once and is marked as partial.
---@param subject findspot.Subject
---@param params findspot.CauseParams
---@param take findspot.Taker
---@return fun() cancel
function M.cause(subject, params, take)
  return M.server(subject, 'findspot/cause', {
    params = about(subject, vim.deepcopy(params)),
    done = function(problem, answer)
      take(problem, answer and ranked(answer))
    end,
    partial = function(answer)
      take(nil, ranked(answer, true))
    end,
  })
end

--- The lists of the answer in their order, and what the places of each are called.
local GROUPS = { { 'callers', 'caller' }, { 'callees', 'callee' }, { 'tests', 'test' }, { 'neighbours', 'similar' } }

--- What has to do with the symbol under the cursor.
---@param subject findspot.Subject
---@param take findspot.Taker
---@return fun() cancel
function M.related(subject, take)
  return M.server(subject, 'findspot/related', {
    params = function(running)
      local place = vim.lsp.util.make_position_params(subject.window, running.offset_encoding)
      return { uri = place.textDocument.uri, position = place.position }
    end,
    done = function(problem, answer)
      if not answer then
        return take(problem)
      end
      local items = {}
      for _, group in ipairs(GROUPS) do
        for _, result in ipairs(answer[group[1]]) do
          items[#items + 1] = { result = result, group = group[2] }
        end
      end
      local list = list_of(items, answer.status)
      if not answer.symbol then
        table.insert(list.notes, 1, 'There is no known symbol under the cursor.')
      end
      take(nil, list)
    end,
  })
end

--- Markdown for an agent, with the places it shows.
---@param subject findspot.Subject
---@param query string
---@param take fun(problem: string?, answer: findspot.PlacedContext?)
---@return fun() cancel
function M.context(subject, query, take)
  return M.server(subject, 'findspot/context', { params = about(subject, { query = query }), done = take })
end

return M
