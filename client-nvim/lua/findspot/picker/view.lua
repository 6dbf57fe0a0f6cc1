--- The windows of the picker: where they are and what is drawn in them. Knows no server.

local preview = require('findspot.picker.preview')
local results = require('findspot.results')
local rows = require('findspot.picker.rows')

local M = {}

local marks = vim.api.nvim_create_namespace('findspot.picker')

--- Narrower editors have the preview below the list, and low ones have none.
local BESIDE_COLUMNS, BELOW_LINES = 110, 28

--- Pause before a preview is made, so that holding a key down moves through the list without reading every file.
local PREVIEW_MS = 25

---@class findspot.Pane
---@field buf integer
---@field win integer?

---@class findspot.Shown
---@field items findspot.Item[]
---@field notes string[]
---@field partial boolean?
---@field selected integer
---@field nothing_asked boolean

---@class findspot.View
---@field prompt findspot.Pane
---@field list findspot.Pane
---@field preview findspot.Pane
---@field private title string
---@field private opts findspot.Options
---@field private with_preview boolean
---@field private head integer lines above the first result
---@field private item findspot.Item? what the preview shows
---@field private preview_timer uv.uv_timer_t
---@field private count string
local View = {}
View.__index = View

---@return integer
local function scratch()
  local buf = vim.api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden = 'wipe'
  vim.bo[buf].undolevels = -1
  return buf
end

---@param title string
---@param opts findspot.Options
---@return findspot.View
function M.new(title, opts)
  local self = setmetatable({
    title = title,
    opts = opts,
    with_preview = opts.preview,
    head = 0,
    count = '',
    prompt = { buf = scratch() },
    list = { buf = scratch() },
    preview = { buf = scratch() },
    preview_timer = assert(vim.uv.new_timer()),
  }, View)
  vim.bo[self.preview.buf].bufhidden = 'hide'
  vim.bo[self.prompt.buf].filetype = 'findspot-prompt'
  vim.b[self.prompt.buf].completion = false -- for completion plugins that look at it
  self:resize()
  vim.api.nvim_set_current_win(self.prompt.win)
  vim.cmd.startinsert({ bang = true })
  return self
end

---@class findspot.Box
---@field row integer
---@field col integer
---@field width integer
---@field height integer

--- Where the windows go; sizes are those inside of the borders.
---@param joined boolean prompt and list share a line of their borders
---@return { prompt: findspot.Box, list: findspot.Box, preview: findspot.Box? }
function View:layout(joined)
  local columns, lines = vim.o.columns, vim.o.lines - vim.o.cmdheight
  local part = function(whole, share)
    return share <= 1 and math.floor(whole * share) or math.floor(share)
  end
  local width = math.max(20, math.min(columns - 2, part(columns, self.opts.width)))
  local height = math.max(6, math.min(lines - 2, part(lines, self.opts.height)))
  local row, col = math.floor((lines - height) / 2), math.floor((columns - width) / 2)
  local beside = self.with_preview and columns >= BESIDE_COLUMNS
  local below = self.with_preview and not beside and lines >= BELOW_LINES
  local list_width = beside and math.floor(width * 0.5) or width
  local list_height = below and math.floor(height * 0.45) or height
  local head = joined and 2 or 3
  local boxes = {
    prompt = { row = row, col = col, width = list_width - 2, height = 1 },
    list = { row = row + head, col = col, width = list_width - 2, height = math.max(1, list_height - head - 2) },
  }
  if beside then
    boxes.preview = { row = row, col = col + list_width, width = width - list_width - 2, height = height - 2 }
  elseif below then
    boxes.preview = { row = row + list_height, col = col, width = width - 2, height = height - list_height - 2 }
  end
  return boxes
end

--- Borders whose prompt and list can share a line.
local JOINED = {
  rounded = { top = { '╭', '─', '╮' }, bottom = { '╯', '─', '╰' } },
  single = { top = { '┌', '─', '┐' }, bottom = { '┘', '─', '└' } },
}

---@return string|string[] prompt
---@return string|string[] list
---@return string|string[] preview
function View:borders()
  local own = vim.fn.exists('&winborder') == 1 and vim.o.winborder or ''
  local border = self.opts.border or (own ~= '' and own ~= 'none' and own) or 'rounded'
  local joined = JOINED[border]
  if not joined then
    return border, border, border
  end
  local top, bottom = joined.top, joined.bottom
  return { top[1], top[2], top[3], '│', '', '', '', '│' },
    { '├', '─', '┤', '│', bottom[1], bottom[2], bottom[3], '│' },
    border
end

---@param pane findspot.Pane
---@param box findspot.Box?
---@param border string|string[]
---@param more table
function View:place(pane, box, border, more)
  if not box then
    if pane.win then
      vim.api.nvim_win_close(pane.win, true)
      pane.win = nil
    end
    return
  end
  local config = vim.tbl_extend('error', {
    relative = 'editor',
    border = border,
    style = 'minimal',
    zindex = 60,
  }, box, more)
  if pane.win then
    vim.api.nvim_win_set_config(pane.win, config)
    return
  end
  pane.win = vim.api.nvim_open_win(pane.buf, false, vim.tbl_extend('error', config, { noautocmd = true }))
  vim.wo[pane.win].winhighlight = 'Normal:FindspotNormal,NormalFloat:FindspotNormal,FloatBorder:FindspotBorder,'
    .. 'FloatTitle:FindspotTitle,FloatFooter:FindspotFooter'
    .. (pane == self.list and ',CursorLine:FindspotSelection' or '')
  vim.wo[pane.win].wrap = false
  vim.wo[pane.win].scrolloff = 0
  vim.wo[pane.win].sidescrolloff = 0
  vim.wo[pane.win].foldenable = false
end

--- Put the windows where they belong, at first and when the editor has changed its size.
function View:resize()
  local prompt_border, list_border, preview_border = self:borders()
  local boxes = self:layout(type(prompt_border) == 'table' and prompt_border[6] == '')
  self:place(self.prompt, boxes.prompt, prompt_border, { title = (' %s '):format(self.title), title_pos = 'left' })
  self:place(self.list, boxes.list, list_border, { focusable = false })
  self:place(self.preview, boxes.preview, preview_border, { focusable = false })
end

---@return string
function View:query()
  return vim.api.nvim_buf_get_lines(self.prompt.buf, 0, 1, false)[1] or ''
end

---@param query string
function View:set_query(query)
  query = vim.trim(query:gsub('%s+', ' '))
  vim.api.nvim_buf_set_lines(self.prompt.buf, 0, -1, false, { query })
  vim.api.nvim_win_set_cursor(self.prompt.win, { 1, #query })
end

--- Say in the lower border how many there are and which keys do what.
---@param state string
function View:footer(state)
  local width = vim.api.nvim_win_get_width(self.list.win)
  local hint = {}
  for _, name in ipairs({ 'open', 'split', 'vsplit', 'tab', 'quickfix' }) do
    local keys = self.opts.keys[name]
    local key = type(keys) == 'string' and keys or keys[1]
    if key then
      hint[#hint + 1] = ('%s %s'):format(key:gsub('^<C%-(.)>$', '^%1'):gsub('^<CR>$', '⏎'), name)
    end
  end
  local text = state ~= '' and (' %s '):format(state) or ''
  local hints = (' %s '):format(table.concat(hint, '  '))
  local chunks = text ~= '' and { { text, 'FindspotFooter' } } or ''
  local room = width - vim.fn.strdisplaywidth(text .. hints)
  if room >= 1 and text ~= '' then
    local line = { ('─'):rep(room), 'FindspotBorder' }
    chunks = { chunks[1], line, { hints, 'FindspotHint' } }
  end
  vim.api.nvim_win_set_config(self.list.win, { footer = chunks, footer_pos = 'left' })
end

---@param is boolean
function View:busy(is)
  self:footer(is and 'searching…' or self.count)
end

--- Mark what is shown as an answer to another question.
---@param asking boolean
function View:dim(asking)
  vim.api.nvim_buf_clear_namespace(self.list.buf, marks, 0, -1)
  for row = 0, vim.api.nvim_buf_line_count(self.list.buf) - 1 do
    vim.api.nvim_buf_set_extmark(self.list.buf, marks, row, 0, { line_hl_group = 'FindspotDim' })
  end
  vim.wo[self.list.win].cursorline = false
  self:busy(asking)
end

---@param lines string[]
---@param group string
---@return string[]
function View:head_lines(lines, group)
  local width = vim.api.nvim_win_get_width(self.list.win) - 2
  local made = {}
  for _, text in ipairs(lines) do
    for _, line in ipairs(rows.wrap(text, width)) do
      made[#made + 1] = ' ' .. line
    end
  end
  vim.bo[self.list.buf].modifiable = true
  vim.api.nvim_buf_set_lines(self.list.buf, 0, -1, false, made)
  for row = 0, #made - 1 do
    vim.api.nvim_buf_set_extmark(self.list.buf, marks, row, 0, { line_hl_group = group })
  end
  self.head = #made
  return made
end

---@param shown findspot.Shown
function View:show(shown)
  vim.api.nvim_buf_clear_namespace(self.list.buf, marks, 0, -1)
  local notes = vim.deepcopy(shown.notes)
  if shown.partial then
    notes[#notes + 1] = 'First list; a better one follows.'
  end
  if #shown.items == 0 then
    local nothing = shown.nothing_asked and 'A sentence, a symbol, a path or an error message.' or 'Nothing found.'
    table.insert(notes, 1, nothing)
  end
  self:head_lines(notes, 'FindspotNote')
  local made = rows.of(shown.items, vim.api.nvim_win_get_width(self.list.win))
  local texts = vim.tbl_map(function(row)
    return row.text
  end, made)
  vim.api.nvim_buf_set_lines(self.list.buf, self.head, -1, false, texts)
  for index, row in ipairs(made) do
    local line = self.head + index - 1
    for _, mark in ipairs(row.marks) do
      vim.api.nvim_buf_set_extmark(self.list.buf, marks, line, mark.from, { end_col = mark.to, hl_group = mark.group })
    end
    vim.api.nvim_buf_set_extmark(self.list.buf, marks, line, 0, {
      virt_text = row.right,
      virt_text_pos = 'right_align',
      hl_mode = 'combine',
    })
  end
  vim.bo[self.list.buf].modifiable = false
  self.count = shown.nothing_asked and '' or #made == 1 and '1 result' or ('%d results'):format(#made)
  self:busy(shown.partial == true)
  self:select(shown.items[shown.selected], shown.selected)
end

--- Say what went wrong, in place of the list.
---@param problem string
function View:show_problem(problem)
  vim.api.nvim_buf_clear_namespace(self.list.buf, marks, 0, -1)
  self:head_lines({ problem:sub(1, 1):upper() .. problem:sub(2) }, 'FindspotError')
  vim.bo[self.list.buf].modifiable = false
  self.count = ''
  self:footer('')
  self:select(nil, 0)
end

--- Show which result is selected, and its preview.
---@param item findspot.Item?
---@param index integer
function View:select(item, index)
  vim.wo[self.list.win].cursorline = item ~= nil
  if item then
    vim.api.nvim_win_set_cursor(self.list.win, { self.head + index, 0 })
    if index == 1 then
      vim.api.nvim_win_call(self.list.win, function()
        vim.fn.winrestview({ topline = 1 }) -- the notes above stay in view
      end)
    end
  end
  self.item = item
  self.preview_timer:start(
    PREVIEW_MS,
    0,
    vim.schedule_wrap(function()
      self:show_preview()
    end)
  )
end

function View:show_preview()
  local win = self.preview.win
  if not win or not vim.api.nvim_win_is_valid(win) then
    return
  end
  local item, width = self.item, vim.api.nvim_win_get_width(win)
  vim.wo[win].number = item ~= nil
  if not item then
    vim.bo[self.preview.buf].modifiable = true
    vim.api.nvim_buf_set_lines(self.preview.buf, 0, -1, false, {})
    vim.bo[self.preview.buf].modifiable = false
    vim.b[self.preview.buf].findspot_file = nil
    vim.api.nvim_win_set_config(win, { title = '', footer = '' })
    return
  end
  preview.show(self.preview.buf, win, item.result)
  local title = rows.keep_end(item.result.path, width - 4, '/')
  local why = rows.keep_start(results.evidence(item.result), width - 4)
  vim.api.nvim_win_set_config(win, {
    title = { { (' %s '):format(title), 'FindspotTitle' } },
    footer = why ~= '' and { { (' %s '):format(why), 'FindspotEvidence' } } or '',
  })
end

---@param direction 1|-1
function View:scroll_preview(direction)
  if self.preview.win then
    vim.api.nvim_win_call(self.preview.win, function()
      vim.cmd.normal({ vim.keycode(direction > 0 and '<C-d>' or '<C-u>'), bang = true })
    end)
  end
end

function View:toggle_preview()
  self.with_preview = not self.with_preview
  self:resize()
end

function View:close()
  vim.cmd.stopinsert()
  self.preview_timer:stop()
  self.preview_timer:close()
  for _, pane in ipairs({ self.prompt, self.list, self.preview }) do
    if pane.win and vim.api.nvim_win_is_valid(pane.win) then
      vim.api.nvim_win_close(pane.win, true)
    end
    pane.win = nil
    if vim.api.nvim_buf_is_valid(pane.buf) then
      vim.api.nvim_buf_delete(pane.buf, { force = true })
    end
  end
end

return M
