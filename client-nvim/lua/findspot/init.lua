--- Findspot's functions for mappings and configuration. Each is also a command; none needs `setup`.

local M = {}

local options = require('findspot.options')
local tell = require('findspot.tell')

--- Set options; they come before those of `vim.g.findspot`.
---@param given findspot.Options|table<string, any>|nil
function M.setup(given)
  options.set(given or {})
end

--- Fill the quickfix list, and say what has to be said about it.
---@param title string
---@param list findspot.List
local function fill_quickfix(title, list)
  if #list.items == 0 then
    tell.warn(table.concat(vim.list_extend({ 'nothing found.' }, list.notes), ' '))
    return
  end
  require('findspot.results').to_quickfix(title, list.items)
  if #list.notes > 0 then
    tell.tell(table.concat(list.notes, ' '))
  end
end

---@class findspot.Show
---@field bang boolean? into the quickfix list
---@field picker string? instead of the option `picker`

--- Show a source with what the user has chosen for lists.
---@param source findspot.Source
---@param how findspot.Show?
local function show(source, how)
  local chosen = how and how.picker or options.get().picker
  if (how and how.bang) or (chosen == 'quickfix' and not source.live) then
    source.ask(source.query or '', function(problem, list)
      if not list then
        return tell.error(problem or 'no answer')
      elseif list.partial then
        return
      end
      fill_quickfix(source.title, list)
    end)
    return
  end
  if chosen ~= 'builtin' and chosen ~= 'quickfix' then
    local problem = require('findspot.sources').open(chosen, source)
    if not problem then
      return
    end
    tell.once(problem)
  end
  require('findspot.picker').open(source)
end

--- Counts the calls of `find`: a newer one ends the waiting of an older one.
local finding = 0

--- Search, and put what is found into the quickfix list. Nothing in an index that is still being built means to wait.
---@param query string
function M.find(query)
  local ask = require('findspot.ask')
  local subject = ask.here()
  finding = finding + 1
  local mine, told = finding, false
  local function search()
    if mine ~= finding then
      return
    end
    ask.search(subject, query, function(problem, list)
      if not list then
        tell.error(problem or 'no answer')
      elseif #list.items == 0 and list.growing then
        if not told then
          told = true
          tell.tell('the index is being built; the list comes as soon as something is found')
        end
        vim.defer_fn(search, ask.AGAIN_MS)
      elseif mine == finding then
        fill_quickfix('Findspot ' .. query, list)
      end
    end)
  end
  search()
end

--- Open the live picker.
---@param query string? what it begins with
---@param how findspot.Show?
function M.pick(query, how)
  local ask = require('findspot.ask')
  local subject = ask.here()
  ask.warm(subject)
  show({
    title = 'Findspot',
    query = query,
    live = true,
    ask = function(text, take)
      return ask.search(subject, text, take)
    end,
  }, how)
end

--- Open the picker that was closed last.
function M.resume()
  if not require('findspot.picker').resume() then
    tell.warn('there is no picker to come back to')
  end
end

---@class findspot.CauseOf: findspot.Show
---@field lines { [1]: integer, [2]: integer }? of the current buffer, from 1
---@field register string?
---@field from 'diagnostic'|'quickfix'|nil
---@field params findspot.CauseParams? as a code action has them

--- Find the cause of a text or a diagnostic; without options that of the diagnostic here, else of the quickfix list.
---@param of findspot.CauseOf?
function M.cause(of)
  of = of or {}
  local causes = require('findspot.cause')
  local cause, problem ---@type findspot.Cause?, string?
  if of.params then
    cause = { title = 'the problem', params = of.params }
  elseif of.lines then
    cause, problem = causes.of_lines(of.lines[1], of.lines[2])
  elseif of.register then
    cause, problem = causes.of_register(of.register)
  elseif of.from == 'quickfix' then
    cause, problem = causes.of_quickfix()
  elseif of.from == 'diagnostic' then
    cause, problem = causes.of_diagnostic()
  else
    cause, problem = causes.nearest()
  end
  if not cause then
    return tell.warn(problem or 'nothing to find the cause of')
  end
  local ask = require('findspot.ask')
  local subject, params = ask.here(), cause.params
  show({
    title = 'Findspot: cause of ' .. cause.title,
    ask = function(_, take)
      return ask.cause(subject, params, take)
    end,
  }, of)
end

--- List what has to do with the symbol under the cursor: callers, callees, tests, and what is near by meaning.
---@param how findspot.Show?
function M.related(how)
  if not require('findspot.roots').file_of(vim.api.nvim_get_current_buf()) then
    return tell.warn('there is no symbol here: this buffer is not a file')
  end
  local ask = require('findspot.ask')
  local subject = ask.here()
  show({
    title = 'Findspot: related to ' .. vim.fn.expand('<cword>'),
    ask = function(_, take)
      return ask.related(subject, take)
    end,
  }, how)
end

---@class findspot.ContextOf
---@field register string? the option `register` if absent

--- Copy what an agent needs to know for a task, as Markdown, into a register.
---@param query string
---@param of findspot.ContextOf?
function M.context(query, of)
  local register = of and of.register or options.get().register
  if (register == '+' or register == '*') and vim.fn.has('clipboard') == 0 then
    register = '"'
  end
  local ask = require('findspot.ask')
  ask.context(ask.here(), query, function(problem, answer)
    if not answer then
      return tell.error(problem or 'no answer')
    end
    vim.fn.setreg(register, answer.text, 'l')
    local places = #answer.results == 1 and '1 place' or ('%d places'):format(#answer.results)
    tell.tell(('%s, %d characters, in register %s'):format(places, vim.fn.strchars(answer.text), register))
  end)
end

--- Show where the server and its indexes stand.
function M.status()
  require('findspot.status').show()
end

--- Bring the index of the current project up to date.
---@param rebuild boolean? throw it away first
function M.index(rebuild)
  require('findspot.status').index(rebuild == true)
end

--- Stop the server and start it again.
function M.restart()
  local root, reason = require('findspot.roots').of()
  if not root then
    return tell.warn(reason or 'no folder')
  end
  require('findspot.client').restart(root)
end

--- Stop the server; the next question starts it.
function M.stop()
  require('findspot.client').stop(function()
    tell.tell('the server has stopped')
  end)
end

--- Open the file with what the server has written to its log.
function M.log()
  vim.cmd.tabedit({ args = { vim.lsp.get_log_path() }, magic = { file = false, bar = false } })
  vim.cmd('normal! G')
end

--- What the server is doing, for a status line: empty, `indexing 43 %`, or that it has ended.
---@return string
function M.statusline()
  return require('findspot.status').line()
end

return M
