-- Write the generated parts of the help: nvim -l scripts/nvim_help.lua [--check]. The tables of commands, mappings, options
-- and highlights are those that the plugin itself uses. Needs Neovim 0.10 or newer; the tests run it.
local here = vim.fs.dirname(vim.fs.dirname(vim.fs.normalize(vim.fn.fnamemodify(arg[0], ':p'))))
vim.opt.runtimepath:prepend(here .. '/client-nvim')

local WIDTH = 78

--- Break a text into lines of at most `width` columns, each behind `indent`.
local function wrapped(text, indent, width)
  local lines, line = {}, ''
  for word in text:gmatch('%S+') do
    if line ~= '' and #indent + #line + 1 + #word > width then
      lines[#lines + 1] = indent .. line
      line = ''
    end
    line = line == '' and word or line .. ' ' .. word
  end
  lines[#lines + 1] = indent .. line
  return lines
end

--- A heading with its tag at the right edge.
local function headed(left, tag)
  local gap = WIDTH - #left - #tag - 2
  if gap < 2 then
    return { (' '):rep(WIDTH - #tag - 2) .. '*' .. tag .. '*', left }
  end
  return { left .. (' '):rep(gap) .. '*' .. tag .. '*' }
end

local PARTS = {}

function PARTS.commands()
  local lines = {}
  for _, command in ipairs(require('findspot.commands').commands) do
    local options = command.options
    local name = (options.range and ':[range]' or ':') .. command.name .. (options.bang and '[!]' or '')
    local left = vim.trim(name .. ' ' .. command.synopsis)
    vim.list_extend(lines, headed(left, ':' .. command.name))
    vim.list_extend(lines, wrapped(command.description, '    ', WIDTH))
    lines[#lines + 1] = ''
  end
  return lines
end

function PARTS.mappings()
  local lines, tagged = {}, {}
  for _, mapping in ipairs(require('findspot.commands').mappings) do
    local left = ('%s  (%s)'):format(mapping.name, table.concat(mapping.modes, ', '))
    vim.list_extend(lines, tagged[mapping.name] and { left } or headed(left, mapping.name))
    tagged[mapping.name] = true
    vim.list_extend(lines, wrapped(mapping.description, '    ', WIDTH))
    lines[#lines + 1] = ''
  end
  return lines
end

function PARTS.options()
  local lines = {}
  for _, option in ipairs(require('findspot.options').declared) do
    local types = type(option.type) == 'table' and table.concat(option.type, ' or ') or option.type
    vim.list_extend(lines, headed(('%s  (%s)'):format(option.name, types), 'findspot-option-' .. option.name))
    vim.list_extend(lines, wrapped(option.description, '    ', WIDTH))
    local default = vim.split('Default: `' .. vim.inspect(option.default) .. '`', '\n')
    if #default > 1 then
      lines[#lines + 1] = '    Default: >lua'
      for _, line in ipairs(vim.split(vim.inspect(option.default), '\n')) do
        lines[#lines + 1] = '        ' .. line
      end
      lines[#lines + 1] = '<'
    else
      lines[#lines + 1] = '    ' .. default[1]
    end
    lines[#lines + 1] = ''
  end
  return lines
end

function PARTS.highlights()
  local lines = {}
  for _, highlight in ipairs(require('findspot.highlights').declared) do
    vim.list_extend(lines, headed(('%s  links to %s'):format(highlight.name, highlight.link), 'hl-' .. highlight.name))
    vim.list_extend(lines, wrapped(highlight.description, '    ', WIDTH))
  end
  lines[#lines + 1] = ''
  return lines
end

local path = here .. '/client-nvim/doc/findspot.txt'
local before = vim.fn.readfile(path)
local after, skipping = {}, false
for _, line in ipairs(before) do
  if line:match('^=+$') then
    skipping = false
  end
  if not skipping then
    after[#after + 1] = line
  end
  local part = line:match('^Made from the code: (%a+)%.$')
  if part then
    after[#after + 1] = ''
    vim.list_extend(after, PARTS[part]())
    skipping = true
  end
end
if vim.deep_equal(before, after) then
  return
elseif arg[1] == '--check' then
  io.stderr:write('client-nvim/doc/findspot.txt is stale; run nvim -l scripts/nvim_help.lua\n')
  os.exit(1)
end
vim.fn.writefile(after, path)
