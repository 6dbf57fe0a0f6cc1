--- `:checkhealth findspot`: where the server was looked for, which version it is, and where the index stands.

local M = {}

local health = vim.health

--- What the server says about itself; starting it takes some tenths of a second.
---@param cmd string[]
---@return string? version
---@return string? problem
local function version_of(cmd)
  local asking = vim.list_slice(cmd, 1, #cmd - 1)
  table.insert(asking, '--version')
  local ok, done = pcall(function()
    return vim.system(asking, { text = true, timeout = 20000 }):wait()
  end)
  if not ok then
    return nil, tostring(done)
  end
  local version = (done.stdout or ''):match('(%d+%.%d+%.%d+%S*)')
  return version, ('%s ended with exit code %d: %s'):format(table.concat(asking, ' '), done.code, vim.trim(done.stderr))
end

local function check_editor()
  health.start('Findspot: editor')
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.10') == 1 then
    health.ok('Neovim ' .. version)
  else
    health.error(('Neovim %s; 0.10 or newer is needed'):format(version))
  end
  local opts = require('findspot.options').get()
  health.ok(('plugin %s, lists in %s'):format(require('findspot.server').VERSION, opts.picker))
  local missing = require('findspot.sources').missing(opts.picker)
  if missing then
    health.warn(missing)
  end
  if vim.fn.has('clipboard') == 0 and (opts.register == '+' or opts.register == '*') then
    health.info('there is no clipboard; :FindspotContext copies to the unnamed register')
  end
end

---@param root string?
local function check_server(root)
  health.start('Findspot: server')
  local server = require('findspot.server')
  local found = server.find(root)
  for _, place in ipairs(found.tried) do
    local where = place.path and ('%s: %s'):format(place.where, place.path) or place.where
    health.info(('%s, %s'):format(where, place.note or (place.found and 'found' or 'not there')))
  end
  if not found.cmd then
    return health.error(
      'no server',
      { '`pipx install .` in a checkout of Findspot', "vim.g.findspot = { cmd = { '/path/to/findspot', 'lsp' } }" }
    )
  end
  local command = table.concat(found.cmd, ' ')
  if found.cmd[1] == 'uvx' then
    return health.ok(command .. ', which may download it')
  end
  local version, problem = version_of(found.cmd)
  if not version then
    health.error(command .. ' does not run', { problem })
  elseif server.compatible(version) then
    health.ok(('%s, version %s'):format(command, version))
  else
    health.warn(
      ('%s is version %s, and this plugin %s'):format(command, version, server.VERSION),
      { 'Install the same version of both: the first two numbers must agree.' }
    )
  end
end

---@param root string?
---@param reason string?
local function check_index(root, reason)
  health.start('Findspot: index')
  if not root then
    return health.warn(reason or 'no folder')
  end
  health.ok('project ' .. root)
  local report = require('findspot.client').report()
  if not report.running then
    local why = report.gave_up and 'it ended too often; :FindspotRestart tries again' or 'the first question starts it'
    return health.info('the server is not running: ' .. why)
  end
  local problem, answer, done
  require('findspot.status').of(function(failed, status)
    problem, answer, done = failed, status, true
  end)
  vim.wait(5000, function()
    return done
  end, 20)
  if not answer then
    return health.error(problem or 'the server did not answer within five seconds')
  end
  for _, line in ipairs(require('findspot.status').lines(answer)) do
    health.info(line)
  end
end

--- Called by `:checkhealth findspot`.
function M.check()
  local root, reason = require('findspot.roots').of(M.buffer())
  check_editor()
  check_server(root)
  check_index(root, reason)
end

--- The buffer that was current when `:checkhealth` opened its own.
---@return integer
function M.buffer()
  local before = vim.fn.bufnr('#')
  return before > 0 and vim.api.nvim_buf_is_valid(before) and before or vim.api.nvim_get_current_buf()
end

return M
