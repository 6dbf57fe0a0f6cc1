--- Lists in fzf-lua, as lines of `file:line:column:text` that its own actions and previews understand.

local sources = require('findspot.sources')

local M = {}

---@param item findspot.Item
---@return string
local function line_of(item)
  local entry = sources.entry(item)
  local file = vim.fn.fnamemodify(entry.file, ':.')
  return ('%s:%d:1:%s'):format(file, entry.line, entry.text:gsub('%s', ' '))
end

---@param source findspot.Source
function M.open(source)
  local fzf = require('fzf-lua')
  local opts = {
    prompt = '> ',
    winopts = { title = (' %s '):format(source.title) },
    previewer = 'builtin',
    actions = fzf.defaults.actions.files,
    query = source.query,
    fzf_opts = { ['--delimiter'] = ':', ['--no-sort'] = true, ['--multi'] = true },
  }
  if not source.live then
    sources.ask(source, '', function(items)
      fzf.fzf_exec(vim.tbl_map(line_of, items), opts)
    end)
    return
  end
  local cancel = function() end
  fzf.fzf_live(function(typed)
    return function(add)
      cancel()
      cancel = sources.ask(source, typed[1] or '', function(items)
        for _, item in ipairs(items) do
          add(line_of(item))
        end
        add(nil)
      end)
    end
  end, opts)
end

return M
