--- `:Telescope findspot`, after `require('telescope').load_extension('findspot')`.
return require('telescope').register_extension({
  exports = {
    findspot = function(opts)
      require('findspot').pick((opts or {}).default_text, { picker = 'telescope' })
    end,
  },
})
