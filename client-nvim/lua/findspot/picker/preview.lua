--- The preview of a place: its file as it is now, unsaved text included, with the lines that match.

local results = require('findspot.results')

local M = {}

--- Larger files are shown as far as the answer has their text.
local MAX_BYTES = 1024 * 1024

local marks = vim.api.nvim_create_namespace('findspot.preview')

---@param file string
---@return string[]?
local function lines_of(file)
  local bufnr = vim.fn.bufadd(file)
  if vim.api.nvim_buf_is_loaded(bufnr) then
    return vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
  end
  local stat = vim.uv.fs_stat(file)
  if not stat or stat.type ~= 'file' or stat.size > MAX_BYTES then
    return nil
  end
  local ok, lines = pcall(vim.fn.readfile, file)
  return ok and lines or nil
end

--- Colour a buffer as its file would be, without its filetype plugins and language servers.
---@param buf integer
---@param file string
local function colour(buf, file)
  local filetype = vim.filetype.match({ filename = file, buf = buf })
  vim.treesitter.stop(buf)
  vim.bo[buf].syntax = ''
  if not filetype then
    return
  end
  local language = vim.treesitter.language.get_lang(filetype) or filetype
  if not pcall(vim.treesitter.start, buf, language) then
    vim.bo[buf].syntax = filetype
  end
end

--- Put the file of a result into a buffer and its best line into the middle of a window.
---@param buf integer
---@param win integer
---@param result findspot.PlacedResult
function M.show(buf, win, result)
  local file = vim.uri_to_fname(result.uri)
  local lines = lines_of(file)
  local before = lines and 0 or result.range.start.line -- lines of the file that are not in the buffer
  lines = lines or vim.split(result.text or 'The file cannot be read.', '\n', { plain = true })
  for index, line in ipairs(lines) do
    lines[index] = line:gsub('\n', '\0')
  end
  vim.bo[buf].modifiable = true
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].modifiable = false
  if vim.b[buf].findspot_file ~= file then
    vim.b[buf].findspot_file = file
    colour(buf, file)
  end

  vim.api.nvim_buf_clear_namespace(buf, marks, 0, -1)
  ---@param line integer from 0
  ---@param group string
  local function mark(line, group)
    local row = line - before
    if row >= 0 and row < #lines then
      vim.api.nvim_buf_set_extmark(buf, marks, row, 0, { line_hl_group = group })
    end
  end
  local last = result.range['end'].line - (result.range['end'].character == 0 and 1 or 0)
  for line = result.range.start.line, math.min(last, result.range.start.line + 500) do
    mark(line, 'FindspotRange')
  end
  for _, line in ipairs(result.matches) do
    mark(line, 'FindspotMatch')
  end
  local best = math.max(1, math.min(#lines, results.line(result) - before))
  vim.api.nvim_win_call(win, function()
    vim.api.nvim_win_set_cursor(win, { best, 0 })
    vim.cmd('normal! zz')
  end)
end

return M
