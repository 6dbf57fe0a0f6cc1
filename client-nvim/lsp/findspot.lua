--- For `vim.lsp.enable('findspot')` on Neovim 0.11 and newer; what is set with `vim.lsp.config` is laid over it.
return require('findspot.client').config()
