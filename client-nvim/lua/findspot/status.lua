--- Where the server and its indexes stand: a window for people, a word for the status line, and the command that indexes.

local ask = require('findspot.ask')
local client = require('findspot.client')
local tell = require('findspot.tell')

local M = {}

---@return string
function M.line()
  local report = client.report()
  local progress = report.progress[1]
  if report.gave_up then
    return 'findspot: ended'
  elseif report.starting then
    return 'findspot: starting'
  elseif not progress then
    return ''
  end
  local percentage = progress.percentage and (' %d %%'):format(progress.percentage) or ''
  return ('findspot: %s%s'):format(progress.title:lower():match('^%S+') or 'working', percentage)
end

---@param number integer
---@return string
local function grouped(number)
  return (tostring(number):reverse():gsub('(%d%d%d)', '%1,'):reverse():gsub('^,', ''))
end

---@param counts table<string, integer>
---@return string
local function counted(counts)
  local parts = {}
  for _, name in ipairs(vim.fn.sort(vim.tbl_keys(counts or {}))) do
    parts[#parts + 1] = ('%s %s'):format(grouped(counts[name]), name)
  end
  return table.concat(parts, ', ')
end

---@param root table an IndexStatus
---@return string[]
local function root_lines(root)
  local folder = vim.uri_to_fname(root.root)
  local state = root.state
  if state == 'indexing' and root.total then
    state = ('indexing, %s of %s files'):format(grouped(root.indexed or 0), grouped(root.total))
  elseif not root.complete then
    state = state .. ', not up to date'
  end
  local lines = { '', folder, '  state     ' .. state }
  ---@param name string
  ---@param value string?
  local function add(name, value)
    if value and value ~= '' then
      lines[#lines + 1] = ('  %-9s %s'):format(name, value)
    end
  end
  add('problem', (root.message or ''):gsub('%s+', ' '))
  if root.files then
    add(
      'index',
      ('%s files, %s chunks, %.1f MB'):format(
        grouped(root.files),
        grouped(root.chunks or 0),
        (root.size_bytes or 0) / 1e6
      )
    )
  end
  add(
    'models',
    table.concat(
      vim.tbl_filter(function(name)
        return name ~= nil
      end, { root.embedder or nil, root.ranker or nil, root.localization_model or nil }),
      ', '
    )
  )
  add('left out', counted(root.skipped))
  add('trouble', counted(root.problems))
  for _, problem in ipairs(root.quarantined or {}) do
    add('', ('%s: %s'):format(problem.path, problem.message))
  end
  return lines
end

---@param answer table
---@return string[]
function M.lines(answer)
  local running = answer.running_requests == 1 and '1 request' or ('%d requests'):format(answer.running_requests)
  local lines = { ('findspot %s, %s in work'):format(answer.server.version, running) }
  for _, root in ipairs(answer.roots) do
    vim.list_extend(lines, root_lines(root))
  end
  return lines
end

--- Ask where the indexes of all folders stand.
---@param done fun(problem: string?, answer: table?)
function M.of(done)
  ask.server(ask.here(), 'findspot/status', { params = vim.empty_dict(), done = done })
end

--- Show the status of all folders that the server has open; `q` closes the window.
function M.show()
  M.of(function(problem, answer)
    if not answer then
      return tell.error(problem or 'no answer')
    end
    local lines = M.lines(answer)
    local buf = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
    vim.bo[buf].modifiable = false
    vim.bo[buf].bufhidden = 'wipe'
    local width = 40
    for _, line in ipairs(lines) do
      width = math.max(width, vim.fn.strdisplaywidth(line))
    end
    width = math.min(width + 1, vim.o.columns - 4)
    local height = math.min(#lines, vim.o.lines - 6)
    local win = vim.api.nvim_open_win(buf, true, {
      relative = 'editor',
      row = math.floor((vim.o.lines - height) / 2) - 1,
      col = math.floor((vim.o.columns - width) / 2),
      width = width,
      height = height,
      style = 'minimal',
      border = 'rounded',
      title = ' Findspot: status ',
    })
    vim.wo[win].wrap = true
    for _, key in ipairs({ 'q', '<Esc>' }) do
      vim.keymap.set('n', key, '<Cmd>close<CR>', { buffer = buf, nowait = true })
    end
  end)
end

--- Bring the index of the current project up to date, or build it again.
---@param rebuild boolean
function M.index(rebuild)
  local subject = ask.here()
  ask.server(subject, 'findspot/index', {
    params = { rebuild = rebuild, root = subject.root and vim.uri_from_fname(subject.root) },
    done = function(problem, answer)
      if not answer then
        return tell.error(problem or 'no answer')
      end
      for _, root in ipairs(answer.roots) do
        local changes = ('%s added, %s changed, %s removed, %s unchanged'):format(
          grouped(root.added),
          grouped(root.changed),
          grouped(root.removed),
          grouped(root.unchanged)
        )
        tell.tell(('%s: %s in %.1f s'):format(vim.uri_to_fname(root.root), changes, root.seconds))
      end
    end,
  })
end

return M
