-- Neovim runs LuaJIT, and everything of the editor is below `vim`.
std = 'luajit'
globals = { 'vim' }
max_line_length = false -- the formatter breaks lines; what stays long is a text
