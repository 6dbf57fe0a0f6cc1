--- Which folder a question is about: the project of the current file, else that of the working directory.

local options = require('findspot.options')

local M = {}

--- The name of a buffer's file, nil if it is not a file of the disk.
---@param bufnr integer
---@return string?
function M.file_of(bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  if vim.bo[bufnr].buftype ~= '' or name == '' or name:match('^%a[%w+.-]+://') then
    return nil
  end
  return vim.fs.normalize(name)
end

--- The top folder of the project that a buffer belongs to.
---@param bufnr integer
---@return string?
function M.project_of(bufnr)
  local file = M.file_of(bufnr)
  local root = file and vim.fs.root(file, options.get().root_markers)
  return root and vim.fs.normalize(root)
end

--- The folder to ask about, or why there is none.
---@param bufnr integer? the current buffer if absent
---@return string? root
---@return string? reason
function M.of(bufnr)
  local project = M.project_of(bufnr or vim.api.nvim_get_current_buf())
  if project then
    return project
  end
  local cwd = vim.fs.normalize(assert(vim.uv.cwd()))
  local root = vim.fs.root(cwd, options.get().root_markers)
  if root then
    return vim.fs.normalize(root)
  end
  -- Without a marker the working directory itself will do, unless it is somebody's whole disk.
  if cwd == vim.fs.normalize(vim.uv.os_homedir() or '~') or vim.fs.dirname(cwd) == cwd then
    local markers = table.concat(options.get().root_markers, ', ')
    return nil,
      ('no folder to search: neither the file nor %s lies in a project (a folder with %s). Go to one with :cd, or open a file of it'):format(
        cwd,
        markers
      )
  end
  return cwd
end

return M
