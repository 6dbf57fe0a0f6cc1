--- What is done with results: where they are, what is said about them, and how they are opened or put into quickfix.

local M = {}

---@class findspot.Item a result with the group it is shown in
---@field result findspot.PlacedResult
---@field group string? such as `callers`

---@param answer findspot.PlacedAnswer
---@return findspot.Item[]
function M.items(answer)
  return vim.tbl_map(function(result)
    return { result = result }
  end, answer.results)
end

--- The line to put the cursor on, from 1.
---@param result findspot.PlacedResult
---@return integer
function M.line(result)
  return (result.best_line or result.range.start.line) + 1
end

--- Name of a place: its symbol, or that of its file.
---@param result findspot.PlacedResult
---@return string
function M.name(result)
  return result.symbol or vim.fs.basename(result.path)
end

--- How likely it is the right place, such as `82 %`; empty where that is not known.
---@param result findspot.PlacedResult
---@return string
function M.probability(result)
  return result.probability and ('%d %%'):format(math.floor(result.probability * 100 + 0.5)) or ''
end

local KINDS = {
  lexical = 'words',
  dense = 'meaning',
  mention = 'named',
  graph = 'calls',
  history = 'past commits',
  near = 'near',
  prior = 'kind of file',
  model = 'model',
}

--- Why a result is there, in one line.
---@param result findspot.PlacedResult
---@return string
function M.evidence(result)
  local parts = {}
  for _, evidence in ipairs(result.evidence or {}) do
    local kind = KINDS[evidence.kind] or evidence.kind
    parts[#parts + 1] = evidence.detail ~= '' and ('%s: %s'):format(kind, evidence.detail) or kind
  end
  if not result.fresh then
    table.insert(parts, 1, 'the file has changed since it was read')
  end
  return (table.concat(parts, ' · '):gsub('%s+', ' '))
end

--- What stands above a list: notes of the answer, and that it is not complete.
---@param status findspot.AnswerStatus
---@return string[]
function M.notes(status)
  local notes = vim.deepcopy(status.notes or {})
  if status.message and status.message ~= '' and not vim.tbl_contains(notes, status.message) then
    notes[#notes + 1] = status.message
  end
  if not status.complete then
    local growing = status.state == 'indexing' or status.state == 'empty'
    notes[#notes + 1] = growing and 'The index is still being built; there may be more to find.'
      or 'The index is not up to date; the list may not be complete.'
  end
  return notes
end

--- The text of the line where the cursor goes, as far as the answer has it.
---@param result findspot.PlacedResult
---@return string
local function line_text(result)
  local lines = vim.split(result.text or '', '\n', { plain = true })
  return lines[M.line(result) - result.range.start.line] or ''
end

--- One entry of the quickfix list.
---@param item findspot.Item
---@return table
function M.quickfix_item(item)
  local result = item.result
  local words = { M.name(result), '(' .. (item.group or result.kind) .. ')', M.probability(result), M.evidence(result) }
  return {
    filename = vim.uri_to_fname(result.uri),
    lnum = M.line(result),
    col = #line_text(result):match('^%s*') + 1,
    text = table.concat(
      vim.tbl_filter(function(word)
        return word ~= ''
      end, words),
      '  '
    ),
    user_data = result,
  }
end

--- Fill a new quickfix list and open its window.
---@param title string
---@param items findspot.Item[]
function M.to_quickfix(title, items)
  vim.fn.setqflist({}, ' ', { title = title, items = vim.tbl_map(M.quickfix_item, items) })
  vim.cmd('botright copen')
end

local OPENING = { split = 'split', vsplit = 'vsplit', tab = 'tab split' }

--- Open a result in the current window, or in a new one.
---@param result findspot.PlacedResult
---@param how 'open'|'split'|'vsplit'|'tab'
function M.open(result, how)
  vim.cmd("normal! m'")
  if OPENING[how] then
    vim.cmd(OPENING[how])
  end
  -- Not :edit, which stops at unsaved changes, even those of the very file.
  local bufnr = vim.fn.bufadd(vim.uri_to_fname(result.uri))
  local ok, problem = pcall(vim.api.nvim_win_set_buf, 0, bufnr)
  if not ok then
    return require('findspot.tell').error(('%s could not be opened: %s'):format(result.path, problem))
  end
  vim.bo[bufnr].buflisted = true
  local line = math.min(M.line(result), vim.api.nvim_buf_line_count(0))
  vim.api.nvim_win_set_cursor(0, { line, 0 })
  vim.cmd('normal! ^zvzz')
end

return M
