--- The texts whose cause can be asked for: a selection, a register, the last `:make`, a diagnostic.

local roots = require('findspot.roots')

local M = {}

--- Texts longer than this are cut: the server takes 200,000 characters, and the first lines say what is wrong.
local MAX_CHARACTERS = 190000

---@class findspot.Cause the parameters of `findspot/cause`, and what to call them
---@field title string
---@field params findspot.CauseParams

---@param title string
---@param text string
---@return findspot.Cause? cause
---@return string? problem
local function of_text(title, text)
  if vim.trim(text) == '' then
    return nil, title .. ' is empty'
  end
  return { title = title, params = { text = vim.fn.strcharpart(text, 0, MAX_CHARACTERS) } }
end

---@param first integer from 1
---@param last integer
---@return findspot.Cause? cause
---@return string? problem
function M.of_lines(first, last)
  local text = table.concat(require('findspot.selection').lines(first, last), '\n')
  local cause, problem = of_text('the selection', text)
  local file = cause and roots.file_of(0)
  if cause and file then
    cause.params.uri = vim.uri_from_fname(file)
  end
  return cause, problem
end

---@param name string one character
---@return findspot.Cause? cause
---@return string? problem
function M.of_register(name)
  local ok, text = pcall(vim.fn.getreg, name)
  if not ok then
    return nil, ("there is no register '%s'"):format(name)
  end
  return of_text(('register %s'):format(name), text)
end

--- The quickfix list as text, such as the last `:make` left it.
---@return findspot.Cause? cause
---@return string? problem
function M.of_quickfix()
  local list = vim.fn.getqflist({ items = true, title = true })
  local lines = {}
  for _, item in ipairs(list.items) do
    local file = item.bufnr > 0 and vim.fn.fnamemodify(vim.api.nvim_buf_get_name(item.bufnr), ':.') or ''
    lines[#lines + 1] = file ~= '' and ('%s:%d: %s'):format(file, item.lnum, item.text) or item.text
  end
  return of_text(('the quickfix list %s'):format(list.title), table.concat(lines, '\n'))
end

--- A diagnostic of Neovim as the protocol has it.
---@param diagnostic vim.Diagnostic
---@return lsp.Diagnostic
function M.as_lsp(diagnostic)
  local own = vim.tbl_get(diagnostic, 'user_data', 'lsp')
  if own and own.range and own.message then
    return own
  end
  -- From a linter: its columns are bytes, so whole lines are sent.
  return {
    message = diagnostic.message,
    severity = diagnostic.severity,
    source = diagnostic.source,
    code = diagnostic.code,
    range = {
      start = { line = diagnostic.lnum, character = 0 },
      ['end'] = { line = (diagnostic.end_lnum or diagnostic.lnum) + 1, character = 0 },
    },
  }
end

--- The gravest diagnostic of the current line, of those under the cursor if there are any.
---@return findspot.Cause? cause
---@return string? problem
function M.of_diagnostic()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local found = vim.diagnostic.get(0, { lnum = row - 1 })
  local under = vim.tbl_filter(function(diagnostic) ---@param diagnostic vim.Diagnostic
    return diagnostic.col <= column and column < (diagnostic.end_col or diagnostic.col + 1)
  end, found)
  found = #under > 0 and under or found
  table.sort(found, function(one, other)
    return one.severity < other.severity
  end)
  local file = roots.file_of(0)
  if not found[1] then
    return nil, 'there is no diagnostic on this line'
  elseif not file then
    return of_text('the diagnostic', found[1].message)
  end
  return { title = 'the diagnostic', params = { diagnostic = M.as_lsp(found[1]), uri = vim.uri_from_fname(file) } }
end

--- What `:FindspotCause` means without more: the diagnostic of this line, else the last `:make`.
---@return findspot.Cause? cause
---@return string? problem
function M.nearest()
  local cause = M.of_diagnostic()
  if not cause then
    cause = M.of_quickfix()
  end
  return cause,
    'there is no diagnostic on this line and the quickfix list is empty; select a text, or name a register: :FindspotCause +'
end

return M
