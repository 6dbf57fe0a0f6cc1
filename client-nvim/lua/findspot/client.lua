--- The one server of this Neovim: started with the first question, shared by all projects, started again when it dies.
---
--- A question goes through `M.request`. It survives a server that dies: the next one is asked it again. All of Neovim's
--- own differences between 0.10 and 0.11 are in this file.

local options = require('findspot.options')
local roots = require('findspot.roots')
local server = require('findspot.server')
local tell = require('findspot.tell')

local M = {}

M.NAME = 'findspot'

--- How often a server that dies is started again, and within which time deaths count.
M.RESTARTS = 5
M.RESTART_WINDOW_MS = 180000
--- Pause before the first restart; each one doubles it.
M.FIRST_PAUSE_MS = 200
--- How long a server may take to answer the first message.
M.START_MS = 30000
local POLL_MS = 10

local METHOD_NOT_FOUND, CANCELLED = -32601, -32800

---@class findspot.Question a request in work
---@field method string
---@field params table|fun(client: vim.lsp.Client): table
---@field root string
---@field bufnr integer where the user is: what was just typed there reaches the server first
---@field done fun(problem: string?, answer: any)
---@field partial fun(answer: any)?
---@field over boolean?
---@field client_id integer?
---@field id integer? of the request
---@field token string?

---@class findspot.Progress
---@field title string
---@field message string?
---@field percentage integer?

---@class findspot.State
---@field starting boolean a start, or the pause before one, is in work
---@field stopping boolean the user asked for the end
---@field waiting { root: string, go: fun(problem: string?, client: vim.lsp.Client?) }[]
---@field questions table<findspot.Question, true>
---@field deaths integer[] times in ms
---@field progress table<string|integer, findspot.Progress>
---@field version string? of the server
---@field gave_up boolean
local state = {
  starting = false,
  stopping = false,
  waiting = {},
  questions = {},
  deaths = {},
  progress = {},
  gave_up = false,
}

local eleven = vim.fn.has('nvim-0.11') == 1

--- Call a method of a client: with a dot in Neovim 0.10, with a colon from 0.11 on.
---@param client vim.lsp.Client
---@param method string
---@return any, any
local function call(client, method, ...)
  if eleven then
    return client[method](client, ...)
  end
  return client[method](...)
end

--- The running client, also while it is starting; nil if there is none.
---@return vim.lsp.Client?
function M.current()
  for _, client in ipairs(vim.lsp.get_clients({ name = M.NAME, _uninitialized = true })) do
    if not call(client, 'is_stopped') then
      return client
    end
  end
end

---@param client vim.lsp.Client
---@param root string
local function add_folder(client, root)
  local uri = vim.uri_from_fname(root)
  for _, folder in ipairs(client.workspace_folders or {}) do
    if folder.uri == uri then
      return
    end
  end
  local folder = { uri = uri, name = root }
  client.workspace_folders = client.workspace_folders or {}
  table.insert(client.workspace_folders, folder)
  call(client, 'notify', 'workspace/didChangeWorkspaceFolders', { event = { added = { folder }, removed = {} } })
end

--- Whether a file lies in a folder that the server has open.
---@param client vim.lsp.Client
---@param file string
local function covers(client, file)
  return vim.iter(client.workspace_folders or {}):any(function(folder)
    return vim.startswith(file, vim.fs.normalize(vim.uri_to_fname(folder.uri)) .. '/')
  end)
end

---@param client vim.lsp.Client
---@param bufnr integer
local function attach(client, bufnr)
  local file = vim.api.nvim_buf_is_loaded(bufnr) and roots.file_of(bufnr)
  if file and covers(client, file) and not client.attached_buffers[bufnr] then
    vim.lsp.buf_attach_client(bufnr, client.id)
  end
end

---@param client vim.lsp.Client
local function attach_all(client)
  if not options.get().attach then
    return
  end
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    attach(client, bufnr)
  end
  vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile', 'BufFilePost' }, {
    group = vim.api.nvim_create_augroup('findspot.attach', {}),
    desc = 'Findspot: search the unsaved text of this file',
    callback = function(event)
      local running = M.current()
      if running and running.initialized then
        attach(running, event.buf)
      end
    end,
  })
end

---@param problem string?
---@param client vim.lsp.Client?
local function release(problem, client)
  state.starting = false
  local waiting = state.waiting
  state.waiting = {}
  for _, one in ipairs(waiting) do
    if client then
      add_folder(client, one.root)
    end
    one.go(problem, client)
  end
end

---@param client vim.lsp.Client
local function ready(client)
  local version = state.version or (client.server_info or {}).version
  if version and not server.compatible(version) then
    tell.once(
      ('the server is version %s and this plugin %s; install the same version of both'):format(version, server.VERSION)
    )
  end
  release(nil, client)
  attach_all(client)
end

--- Wait until a client has shaken hands with its server; `LspAttach` and `on_init` are not there for every way of starting.
---@param id integer
---@param until_ms integer
local function await(id, until_ms)
  local client = vim.lsp.get_client_by_id(id)
  if not client or call(client, 'is_stopped') then
    return -- on_exit tells
  end
  if client.initialized then
    return ready(client)
  end
  if vim.uv.now() > until_ms then
    call(client, 'stop', true)
    return release(('the server did not answer within %d seconds; see :FindspotLog'):format(M.START_MS / 1000))
  end
  vim.defer_fn(function()
    await(id, until_ms)
  end, POLL_MS)
end

--- The configuration as the user has it: `vim.lsp.config.findspot` on 0.11, the plugin's own before.
---@param root string
---@return table? config
---@return string? problem
local function configured(root)
  local config = vim.lsp.config and vim.deepcopy(vim.lsp.config[M.NAME] or M.config()) or M.config()
  config.name = M.NAME
  config.root_dir = root
  if type(config.cmd) == 'function' then
    local found = server.find(root, true)
    if not found.cmd then
      return nil, server.missing(found)
    end
    config.cmd = found.cmd
  end
  if vim.fn.executable(config.cmd[1]) ~= 1 then
    return nil, ("the server's command '%s' cannot be run; see :checkhealth findspot"):format(config.cmd[1])
  end
  config.workspace_folders = { { uri = vim.uri_from_fname(root), name = root } }
  return config
end

---@param root string
local function start(root)
  state.starting, state.stopping = true, false
  local running = M.current()
  if running then
    return await(running.id, vim.uv.now() + M.START_MS)
  end
  local config, problem = configured(root)
  if not config then
    return release(problem)
  end
  local id ---@type integer?
  if eleven then
    id = vim.lsp.start(config, { attach = false, silent = true })
  else
    config.capabilities =
      vim.tbl_deep_extend('force', vim.lsp.protocol.make_client_capabilities(), config.capabilities or {})
    id = vim.lsp.start_client(config) ---@diagnostic disable-line: deprecated
  end
  if not id then
    return release(('the server could not be started: %s'):format(table.concat(config.cmd, ' ')))
  end
  await(id, vim.uv.now() + M.START_MS)
end

--- Run `go` with a client that has `root` open, or with the reason why there is none.
---@param root string
---@param go fun(problem: string?, client: vim.lsp.Client?)
local function with(root, go)
  local client = M.current()
  if client and client.initialized and not state.starting then
    add_folder(client, root)
    return go(nil, client)
  end
  table.insert(state.waiting, { root = root, go = go })
  if not state.starting then
    start(root)
  end
end

---@param question findspot.Question
---@param problem string?
---@param answer any
local function finish(question, problem, answer)
  if not question.over then
    question.over = true
    state.questions[question] = nil
    question.done(problem, answer)
  end
end

---@param question findspot.Question
---@param err lsp.ResponseError
---@return string
local function in_words(question, err)
  if err.code == METHOD_NOT_FOUND then
    return ('this server (%s) does not know %s; install a newer one'):format(
      state.version or 'of unknown version',
      question.method
    )
  elseif err.code == CANCELLED then
    return 'cancelled'
  end
  return err.message
end

---@param question findspot.Question
local function send(question)
  with(question.root, function(problem, client)
    if question.over then
      return
    elseif not client then
      return finish(question, problem)
    end
    local params = question.params
    params = type(params) == 'function' and params(client) or vim.deepcopy(params) ---@cast params table
    params.partialResultToken = question.token
    question.client_id = client.id
    local sent, id = call(client, 'request', question.method, params, function(err, answer)
      if err then
        finish(question, in_words(question, err))
      else
        finish(question, nil, answer)
      end
    end, vim.api.nvim_buf_is_valid(question.bufnr) and question.bufnr or 0)
    question.id = id
    if not sent then
      finish(question, 'the server has just ended; ask again')
    end
  end)
end

local count = 0

--- Ask the server. `done` is called once, with what went wrong or the answer; never after the returned function, which
--- cancels, was called.
---@param question findspot.Question
---@return fun() cancel
function M.request(question)
  count = count + 1
  question.token = question.partial and ('findspot-%d'):format(count) or nil
  state.questions[question] = true
  send(question)
  return function()
    if question.over then
      return
    end
    question.over = true
    state.questions[question] = nil
    local client = question.id and vim.lsp.get_client_by_id(question.client_id)
    if client and not call(client, 'is_stopped') then
      call(client, 'cancel_request', question.id)
    end
  end
end

---@param params { token: string|integer, value: any }
local function track(params)
  local value = params.value
  if type(value) ~= 'table' then
    return
  end
  local before = state.progress[params.token]
  if value.kind == 'end' then
    state.progress[params.token] = nil
  else
    state.progress[params.token] = {
      title = value.title or before and before.title or '',
      message = value.message,
      percentage = value.percentage,
    }
  end
  vim.cmd.redrawstatus({ bang = true })
end

--- Partial answers go to their question; all else is progress, which Neovim's own handler passes on to whoever shows it.
local function on_progress(err, params, ctx, config)
  for question in pairs(state.questions) do
    if question.token == params.token then
      question.partial(params.value)
      return
    end
  end
  track(params)
  return vim.lsp.handlers['$/progress'](err, params, ctx, config)
end

---@param id integer
---@return findspot.Question[]
local function asked_of(id)
  return vim.tbl_filter(function(question) ---@param question findspot.Question
    return question.client_id == id
  end, vim.tbl_keys(state.questions))
end

---@param code integer
---@param signal integer
---@param id integer
local function on_exit(code, signal, id)
  local client = vim.lsp.get_client_by_id(id)
  local began = client and client.initialized
  local root = client and client.root_dir or (client and client.config.root_dir)
  vim.schedule(function()
    state.progress = {}
    local asked = asked_of(id)
    if state.stopping or vim.v.exiting ~= vim.NIL then
      state.stopping = false
      for _, question in ipairs(asked) do
        finish(question, 'the server was stopped')
      end
      return
    end
    local how = signal ~= 0 and ('by signal %d'):format(signal) or ('with exit code %d'):format(code)
    local now = vim.uv.now()
    state.deaths = vim.tbl_filter(function(time)
      return now - time < M.RESTART_WINDOW_MS
    end, state.deaths)
    table.insert(state.deaths, now)
    local problem ---@type string?
    if not began and #state.deaths == 1 then
      state.deaths = {}
      problem = ('the server ended %s before it could be asked; :FindspotLog has its last words'):format(how)
    elseif #state.deaths > M.RESTARTS then
      state.deaths = {}
      problem = ('the server was started again %d times and ended each time, lastly %s; :FindspotLog has its last words, :FindspotRestart tries again'):format(
        M.RESTARTS,
        how
      )
    end
    if problem then
      state.gave_up = true
      local nobody = #asked + #state.waiting == 0
      for _, question in ipairs(asked) do
        finish(question, problem)
      end
      release(problem)
      if nobody then
        tell.error(problem)
      end
      return
    end
    state.starting = true
    vim.defer_fn(function()
      for _, question in ipairs(asked) do
        send(question)
      end
      local first = state.waiting[1]
      start(first and first.root or root or assert(vim.uv.cwd()))
    end, M.FIRST_PAUSE_MS * 2 ^ (#state.deaths - 1))
  end)
end

--- With a code action Neovim 0.11 sends to each server the diagnostics of that server only. This one has none of its own and
--- finds the cause of those of others, so they are put in.
---@param client vim.lsp.Client
local function lend_diagnostics(client)
  local request = client.request
  client.request = function(self, method, params, handler, bufnr)
    if method == 'textDocument/codeAction' and self == client and vim.tbl_isempty(params.context.diagnostics) then
      local here = vim.diagnostic.get(bufnr, { lnum = params.range.start.line })
      params = vim.deepcopy(params)
      params.context.diagnostics = vim.tbl_map(require('findspot.cause').as_lsp, here)
    end
    return request(self, method, params, handler, bufnr)
  end
end

--- The configuration of the client, as `lsp/findspot.lua` gives it to `vim.lsp.config`.
---@return table
function M.config()
  local settings = options.get().settings
  local given = next(settings) ~= nil
  return {
    cmd = function(dispatchers, config)
      local root = config and config.root_dir
      local found = server.find(root, true)
      if not found.cmd then
        error('Findspot: ' .. server.missing(found), 0)
      end
      return vim.lsp.rpc.start(found.cmd, dispatchers, { cwd = root })
    end,
    root_dir = function(bufnr, on_dir)
      local root = roots.project_of(bufnr)
      if root then
        on_dir(root)
      end
    end,
    reuse_client = function(client, config)
      if client.name ~= M.NAME or call(client, 'is_stopped') then
        return false
      end
      with(config.root_dir, function() end)
      return true
    end,
    -- So that the code action "find the cause" comes as the command that this plugin has.
    capabilities = { experimental = { commands = { 'findspot.findCause' } } },
    init_options = given and settings or nil,
    settings = given and { findspot = settings } or nil,
    handlers = { ['$/progress'] = on_progress },
    on_init = function(client, result)
      if eleven then
        lend_diagnostics(client)
      end
      state.version = (result.serverInfo or {}).version
      state.gave_up = false
    end,
    on_exit = on_exit,
  }
end

--- Start the server if it is not running, so that the first question does not wait for it.
---@param root string
function M.warm(root)
  with(root, function() end)
end

--- Stop the server; the next question starts it again.
---@param after fun()? called when it has stopped
function M.stop(after)
  local client = M.current()
  state.deaths, state.gave_up = {}, false
  if client then
    state.stopping = true
    call(client, 'stop')
  end
  local function look(times)
    local ended = not client or not vim.lsp.get_client_by_id(client.id)
    if not ended and times > 0 then
      return vim.defer_fn(function()
        look(times - 1)
      end, 20)
    elseif not ended and client then
      call(client, 'stop', true)
    end
    if after then
      after()
    end
  end
  look(200)
end

--- Start the server, or another one in its place.
---@param root string
function M.restart(root)
  M.stop(function()
    with(root, function(problem)
      if problem then
        tell.error(problem)
      else
        tell.tell(('the server %s is running'):format(state.version or ''))
      end
    end)
  end)
end

--- What the server is doing, for the status line and for people.
---@return { running: boolean, starting: boolean, gave_up: boolean, version: string?, progress: findspot.Progress[] }
function M.report()
  local client = M.current()
  return {
    running = client ~= nil and client.initialized == true,
    starting = state.starting,
    gave_up = state.gave_up,
    version = state.version,
    progress = vim.tbl_values(state.progress),
  }
end

return M
