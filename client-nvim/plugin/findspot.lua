--- Defines the commands, mappings and highlights. The server starts with the first question, not here.
if vim.g.loaded_findspot then
  return
end
vim.g.loaded_findspot = true

if vim.fn.has('nvim-0.10') == 0 then
  vim.api.nvim_create_user_command('Findspot', function()
    vim.notify('Findspot needs Neovim 0.10 or newer', vim.log.levels.ERROR)
  end, { nargs = '*', range = true, bang = true })
  return
end

require('findspot.commands').define()
require('findspot.highlights').define()
vim.api.nvim_create_autocmd('ColorScheme', {
  group = vim.api.nvim_create_augroup('findspot.highlights', {}),
  desc = 'Findspot: highlights',
  callback = function()
    require('findspot.highlights').define()
  end,
})

vim.api.nvim_create_autocmd('BufWritePost', {
  group = vim.api.nvim_create_augroup('findspot.written', {}),
  desc = 'Findspot: what was edited lately is raised in answers',
  callback = function(event)
    vim.b[event.buf].findspot_written = vim.uv.now()
  end,
})

-- The code action "Findspot: find the cause" carries the parameters of the request.
vim.lsp.commands['findspot.findCause'] = function(command)
  require('findspot').cause({ params = (command.arguments or {})[1] or {} })
end
