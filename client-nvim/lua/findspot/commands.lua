--- The commands and the `<Plug>` mappings: one table of each, which the help and the tests are checked against.

local M = {}

---@class findspot.Command
---@field name string
---@field synopsis string its arguments, as the help shows them
---@field description string
---@field options table of nvim_create_user_command
---@field run fun(given: vim.api.keyset.create_user_command.command_args)
---@field complete (fun(): string[])?

--- The words that `:FindspotCause` takes beside the names of registers.
local CAUSES = { 'diagnostic', 'quickfix' }

---@param given vim.api.keyset.create_user_command.command_args
---@return { [1]: integer, [2]: integer }?
local function lines_of(given)
  return given.range > 0 and { given.line1, given.line2 } or nil
end

---@param given vim.api.keyset.create_user_command.command_args
---@return string
local function text_of(given)
  if given.range > 0 and given.args == '' then
    return table.concat(require('findspot.selection').lines(given.line1, given.line2), ' ')
  end
  return given.args
end

---@type findspot.Command[]
M.commands = {
  {
    name = 'Findspot',
    synopsis = '[query]',
    description = 'Search, and fill the quickfix list. Without a query, or with a `!`, open the live picker.',
    options = { nargs = '*', range = true, bang = true },
    run = function(given)
      local query = vim.trim(text_of(given))
      if query == '' or given.bang then
        require('findspot').pick(query)
      else
        require('findspot').find(query)
      end
    end,
  },
  {
    name = 'FindspotCause',
    synopsis = '[x|diagnostic|quickfix]',
    description = 'Find the cause of the selected lines, of the text in register `x`, of `diagnostic` (the one under the '
      .. 'cursor) or of `quickfix` (what the last |:make| left). Without any, of the diagnostic here, else of the '
      .. 'quickfix list. With a `!` the list goes to quickfix.',
    options = { nargs = '?', range = true, bang = true },
    run = function(given)
      local word = given.args
      if vim.tbl_contains(CAUSES, word) then
        require('findspot').cause({ from = word, bang = given.bang })
      elseif word ~= '' then
        require('findspot').cause({ register = word, bang = given.bang })
      else
        require('findspot').cause({ lines = lines_of(given), bang = given.bang })
      end
    end,
    complete = function()
      return vim.list_extend(vim.deepcopy(CAUSES), { '+', '*', '"' })
    end,
  },
  {
    name = 'FindspotRelated',
    synopsis = '',
    description = 'List callers, callees and tests of the symbol under the cursor, and what is near to it by meaning. '
      .. 'With a `!` the list goes to quickfix.',
    options = { bang = true },
    run = function(given)
      require('findspot').related({ bang = given.bang })
    end,
  },
  {
    name = 'FindspotContext',
    synopsis = '[query]',
    description = 'Copy what an agent has to know for a task, as Markdown, to the register of the option `register`. '
      .. 'The query may be the selected lines; without any it is asked for.',
    options = { nargs = '*', range = true },
    run = function(given)
      local query = vim.trim(text_of(given))
      if query ~= '' then
        return require('findspot').context(query)
      end
      vim.ui.input({ prompt = 'Context for: ' }, function(text)
        if text and vim.trim(text) ~= '' then
          require('findspot').context(vim.trim(text))
        end
      end)
    end,
  },
  {
    name = 'FindspotResume',
    synopsis = '',
    description = 'Open the picker that was closed last, with its query and selection.',
    options = {},
    run = function()
      require('findspot').resume()
    end,
  },
  {
    name = 'FindspotStatus',
    synopsis = '',
    description = 'Show where the server and its indexes stand.',
    options = {},
    run = function()
      require('findspot').status()
    end,
  },
  {
    name = 'FindspotIndex',
    synopsis = '',
    description = 'Bring the index of the current project up to date; with a `!`, build it again from nothing.',
    options = { bang = true },
    run = function(given)
      require('findspot').index(given.bang)
    end,
  },
  {
    name = 'FindspotRestart',
    synopsis = '',
    description = 'Stop the server and start it again.',
    options = {},
    run = function()
      require('findspot').restart()
    end,
  },
  {
    name = 'FindspotStop',
    synopsis = '',
    description = 'Stop the server. The next question starts it.',
    options = {},
    run = function()
      require('findspot').stop()
    end,
  },
  {
    name = 'FindspotLog',
    synopsis = '',
    description = 'Open the log of language servers, where the server writes to.',
    options = {},
    run = function()
      require('findspot').log()
    end,
  },
}

---@class findspot.Mapping
---@field name string
---@field modes string[]
---@field description string
---@field right string

---@type findspot.Mapping[]
M.mappings = {
  {
    name = '<Plug>(findspot)',
    modes = { 'n' },
    description = 'Open the live picker.',
    right = '<Cmd>Findspot<CR>',
  },
  {
    name = '<Plug>(findspot)',
    modes = { 'x' },
    description = 'Open the live picker with the selected lines as query.',
    right = ':Findspot!<CR>',
  },
  {
    name = '<Plug>(findspot-word)',
    modes = { 'n' },
    description = 'Open the live picker with the word under the cursor.',
    right = "<Cmd>execute 'Findspot!' expand('<cword>')<CR>",
  },
  {
    name = '<Plug>(findspot-cause)',
    modes = { 'n', 'x' },
    description = 'Find the cause of the diagnostic here or of the last |:make|; in visual mode, of the selected lines.',
    right = ':FindspotCause<CR>',
  },
  {
    name = '<Plug>(findspot-related)',
    modes = { 'n' },
    description = 'List what has to do with the symbol under the cursor.',
    right = '<Cmd>FindspotRelated<CR>',
  },
  {
    name = '<Plug>(findspot-context)',
    modes = { 'n', 'x' },
    description = 'Copy the context of a task for an agent.',
    right = ':FindspotContext<CR>',
  },
  {
    name = '<Plug>(findspot-resume)',
    modes = { 'n' },
    description = 'Open the picker that was closed last.',
    right = '<Cmd>FindspotResume<CR>',
  },
}

---@param words fun(): string[]
local function completing(words)
  return function(typed)
    return vim.tbl_filter(function(word)
      return vim.startswith(word, typed)
    end, words())
  end
end

--- Define all commands and mappings; called once, by `plugin/findspot.lua`.
function M.define()
  for _, command in ipairs(M.commands) do
    local opts = vim.tbl_extend('error', command.options, { desc = command.description })
    if command.complete then
      opts.complete = completing(command.complete)
    end
    vim.api.nvim_create_user_command(command.name, command.run, opts)
  end
  for _, mapping in ipairs(M.mappings) do
    -- A mapping through the command line would be shown there while it waits.
    vim.keymap.set(mapping.modes, mapping.name, mapping.right, { silent = true, desc = mapping.description })
  end
end

return M
