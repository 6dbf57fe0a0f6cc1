--- What the plugin tells the user: messages with one prefix, each mistake in the configuration only once.

local M = {}

---@type table<string, true>
local told = {}

---@param message string
---@param level integer? one of vim.log.levels
function M.tell(message, level)
  vim.notify('Findspot: ' .. message, level or vim.log.levels.INFO, { title = 'Findspot' })
end

---@param message string
function M.warn(message)
  M.tell(message, vim.log.levels.WARN)
end

---@param message string
function M.error(message)
  M.tell(message, vim.log.levels.ERROR)
end

--- Warn, but only the first time.
---@param message string
function M.once(message)
  if not told[message] then
    told[message] = true
    M.warn(message)
  end
end

return M
