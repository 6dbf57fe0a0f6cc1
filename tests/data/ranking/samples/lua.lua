-- Networking.
local socket = require("socket.core")
local M = {}

M.TIMEOUT = 5

--- Opens a connection.
-- @param host where to
function M.open(host)
  local conn = socket.connect(host)
  conn:settimeout(M.TIMEOUT)
  return conn
end

function M:close()
  self.conn:close()
end

local function retry(fn)
  return pcall(fn)
end

M.send = function(data)
  local ok = retry(function() return M.raw(data) end)
  log(ok)
  return ok
end

local handlers = {
  data = function(text)
    local parsed = parse(text)
    emit(parsed)
  end,
}

return M
