--- The floating picker: a prompt, a list that follows it, and a preview.
---
--- What it shows always belongs to what stands in the prompt, or is dimmed: a list that is older than the question counts
--- as stale, and Enter then waits for the new one.

local asking = require('findspot.ask')
local options = require('findspot.options')
local results = require('findspot.results')
local view = require('findspot.picker.view')

local M = {}

---@class findspot.Source where a list comes from
---@field title string
---@field query string? what the prompt holds at first
---@field ask fun(query: string, take: findspot.Taker): fun() asks and returns what cancels
---@field live boolean? each change of the prompt is a new question; else it filters the list

---@class findspot.Picker
---@field source findspot.Source
---@field view findspot.View
---@field keys table<string, string|string[]>
---@field debounce_ms integer
---@field question string? what is being asked, or was answered; nil while the prompt is ahead of it
---@field asked string? what the list is an answer to
---@field list findspot.List what the server answered last
---@field shown findspot.Item[] what of it is in the list
---@field selected integer
---@field stale boolean
---@field waiting_action string? what to do with the first result once it is there
---@field timer uv.uv_timer_t
---@field cancel fun()?
---@field generation integer of the question
---@field again_ms integer pause before an answer that is not complete is asked for again
---@field window integer where results are opened
local Picker = {}
Picker.__index = Picker

---@type findspot.Picker? the open one
local open

---@type { source: findspot.Source, query: string, selected: integer }? the one closed last
local last

--- Open a picker; one that is open is closed first.
---@param source findspot.Source
---@param selected integer?
function M.open(source, selected)
  if open then
    open:close()
  end
  local opts = options.get()
  local self = setmetatable({
    source = source,
    keys = opts.keys,
    debounce_ms = opts.debounce_ms,
    list = { items = {}, notes = {} },
    shown = {},
    selected = selected or 1,
    stale = false,
    timer = assert(vim.uv.new_timer()),
    generation = 0,
    again_ms = asking.AGAIN_MS,
    window = vim.api.nvim_get_current_win(),
  }, Picker)
  self.view = view.new(source.title, opts)
  open = self
  self:map_keys()
  self:follow_prompt()
  self.view:set_query(source.query or '')
  self:ask()
end

--- Open the picker that was closed last, with its question and selection; false if there was none.
---@return boolean
function M.resume()
  if not last then
    return false
  end
  last.source.query = last.query
  M.open(last.source, last.selected)
  return true
end

--- The open picker, for tests and mappings.
---@return findspot.Picker?
function M.current()
  return open
end

function Picker:map_keys()
  ---@param name string
  ---@param run fun()
  local function map(name, run)
    local keys = self.keys[name] or {}
    for _, key in ipairs(type(keys) == 'table' and keys or { keys }) do
      vim.keymap.set(
        { 'i', 'n' },
        key,
        run,
        { buffer = self.view.prompt.buf, nowait = true, desc = 'Findspot: ' .. name }
      )
    end
  end
  for _, action in ipairs({ 'open', 'split', 'vsplit', 'tab' }) do
    map(action, function()
      self:act(action)
    end)
  end
  map('quickfix', function()
    self:act('quickfix')
  end)
  map('next', function()
    self:move(1)
  end)
  map('previous', function()
    self:move(-1)
  end)
  map('preview_down', function()
    self.view:scroll_preview(1)
  end)
  map('preview_up', function()
    self.view:scroll_preview(-1)
  end)
  map('toggle_preview', function()
    self.view:toggle_preview()
    self:draw()
  end)
  map('close', function()
    self:close()
  end)
end

function Picker:follow_prompt()
  local group = vim.api.nvim_create_augroup('findspot.picker', {})
  local prompt = self.view.prompt.buf
  vim.api.nvim_create_autocmd({ 'TextChangedI', 'TextChanged', 'TextChangedP' }, {
    group = group,
    buffer = prompt,
    callback = function()
      self:typed()
    end,
  })
  vim.api.nvim_create_autocmd('WinLeave', {
    group = group,
    buffer = prompt,
    callback = function()
      self:close()
    end,
  })
  vim.api.nvim_create_autocmd('VimResized', {
    group = group,
    callback = function()
      self.view:resize()
      self:draw()
    end,
  })
end

--- The prompt has changed: what is shown is no longer an answer to it.
function Picker:typed()
  local query = self.view:query()
  if not self.source.live then
    return self:filter()
  end
  if query == self.question then
    return
  end
  self:forget_question()
  if query == self.asked then -- back to what is in the list
    self.question, self.stale = query, false
    return self:show_list()
  end
  self.stale = true
  self.waiting_action = nil
  self.again_ms = asking.AGAIN_MS
  self.view:dim(vim.trim(query) ~= '')
  self:after(self.debounce_ms)
end

---@param milliseconds integer
function Picker:after(milliseconds)
  self.timer:start(
    milliseconds,
    0,
    vim.schedule_wrap(function()
      self:ask()
    end)
  )
end

--- Cancel what is asked at the moment; a late answer of it is not taken.
function Picker:forget_question()
  self.generation = self.generation + 1
  self.question = nil
  self.timer:stop()
  if self.cancel then
    self.cancel()
    self.cancel = nil
  end
end

function Picker:ask()
  if open ~= self then
    return
  end
  self:forget_question()
  local query = self.source.live and self.view:query() or ''
  if self.source.live and vim.trim(query) == '' then
    self.question, self.asked, self.stale = query, query, false
    self.list = { items = {}, notes = {} }
    self:show_list()
    return
  end
  local generation = self.generation
  self.question = query
  if query ~= self.asked then
    self.view:busy(true)
  end
  self.cancel = self.source.ask(query, function(problem, list)
    if open ~= self or generation ~= self.generation then
      return
    end
    self:take(query, problem, list)
  end)
end

---@param query string
---@param problem string?
---@param list findspot.List?
function Picker:take(query, problem, list)
  if query ~= self.asked then
    self.selected = self.asked == nil and self.selected or 1
  end
  self.asked, self.stale = query, false
  if not (list and list.partial) then
    self.cancel = nil
    self.view:busy(false)
  end
  if not list then
    self.list, self.shown = { items = {}, notes = {} }, {}
    self.asked, self.waiting_action = nil, nil
    self.view:show_problem(problem or 'no answer')
    return
  end
  self.list = list
  self:show_list()
  if list.growing and not list.partial then
    self:after(self.again_ms)
    self.again_ms = math.min(self.again_ms * 2, asking.AGAIN_MOST_MS)
  end
  local action = self.waiting_action
  if action and not list.partial then
    self.waiting_action = nil
    self:act(action)
  end
end

--- Put the list into the window, in a list that is not live without what the prompt filters out.
function Picker:show_list()
  if self.source.live then
    self.shown = self.list.items
    self:draw()
  else
    self:filter()
  end
end

--- Leave what has all words of the prompt in its name, path or group.
function Picker:filter()
  local words = vim.split(vim.trim(self.view:query()):lower(), '%s+')
  self.shown = vim.tbl_filter(function(item) ---@param item findspot.Item
    local text = ('%s %s %s'):format(results.name(item.result), item.result.path, item.group or ''):lower()
    return vim.iter(words):all(function(word)
      return text:find(word, 1, true) ~= nil
    end)
  end, self.list.items)
  self:draw()
end

function Picker:draw()
  self.selected = math.max(1, math.min(self.selected, #self.shown))
  self.view:show({
    items = self.shown,
    notes = self.list.notes,
    partial = self.list.partial,
    selected = self.selected,
    nothing_asked = self.source.live and vim.trim(self.asked or '') == '',
  })
end

---@param by integer
function Picker:move(by)
  if #self.shown > 0 then
    self.selected = (self.selected - 1 + by) % #self.shown + 1
    self.view:select(self.shown[self.selected], self.selected)
  end
end

--- Do something with the selected result, once the list belongs to the question.
---@param action string
function Picker:act(action)
  if self.source.live and self.view:query() ~= self.asked then
    self.waiting_action = action
    return
  end
  local item = self.shown[self.selected]
  if not item then
    return
  end
  local items, title = self.shown, vim.trim(self.source.title .. ' ' .. self.view:query())
  self:close()
  if action == 'quickfix' then
    return results.to_quickfix(title, items)
  end
  if vim.api.nvim_win_is_valid(self.window) then
    vim.api.nvim_set_current_win(self.window)
  end
  results.open(item.result, action)
end

function Picker:close()
  if open ~= self then
    return
  end
  open = nil
  last = { source = self.source, query = self.view:query(), selected = self.selected }
  self:forget_question()
  self.timer:close()
  vim.api.nvim_clear_autocmds({ group = 'findspot.picker' })
  self.view:close()
  if vim.api.nvim_win_is_valid(self.window) then
    vim.api.nvim_set_current_win(self.window)
  end
end

return M
