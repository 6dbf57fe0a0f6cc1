--- The text that a range of a command means: its lines, or exactly what was selected in them.

local M = {}

---@param first integer from 1
---@param last integer
---@return string[]
function M.lines(first, last)
  local from, to = vim.fn.getpos("'<"), vim.fn.getpos("'>")
  if vim.fn.visualmode() == 'v' and from[2] == first and to[2] == last then
    return vim.fn.getregion(from, to, { type = 'v' })
  end
  return vim.api.nvim_buf_get_lines(0, first - 1, last, false)
end

return M
