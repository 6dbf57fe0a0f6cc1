--- The highlight groups, each linked to one that every colour scheme has.

local M = {}

---@class findspot.Highlight
---@field name string
---@field link string
---@field on_float boolean? stands in a border: it takes the background of floating windows
---@field description string

---@type findspot.Highlight[]
M.declared = {
  { name = 'FindspotNormal', link = 'NormalFloat', description = 'The windows of the picker.' },
  { name = 'FindspotBorder', link = 'FloatBorder', description = 'Their borders.' },
  { name = 'FindspotTitle', on_float = true, link = 'Title', description = 'Their titles.' },
  { name = 'FindspotFooter', on_float = true, link = 'Title', description = 'The number of results.' },
  { name = 'FindspotHint', on_float = true, link = 'Comment', description = 'The keys, below the list.' },
  { name = 'FindspotSelection', link = 'Visual', description = 'The selected result.' },
  { name = 'FindspotSymbol', link = 'Function', description = 'The name of a place.' },
  { name = 'FindspotPath', link = 'Comment', description = 'Its file and line.' },
  { name = 'FindspotKind', link = 'Type', description = 'Its kind, or the group of a related place.' },
  { name = 'FindspotProbability', link = 'Number', description = 'How likely it is the right place.' },
  { name = 'FindspotStale', link = 'WarningMsg', description = 'That its file has changed since it was read.' },
  { name = 'FindspotEvidence', on_float = true, link = 'Comment', description = 'Why it is there, below the preview.' },
  { name = 'FindspotRange', link = 'CursorLine', description = 'Its lines in the preview.' },
  { name = 'FindspotMatch', link = 'Visual', description = 'Those of them that match.' },
  { name = 'FindspotDim', link = 'Comment', description = 'A list that answers an earlier question.' },
  { name = 'FindspotNote', link = 'DiagnosticInfo', description = 'Notes above the list.' },
  { name = 'FindspotError', link = 'DiagnosticError', description = 'What went wrong.' },
}

function M.define()
  for _, highlight in ipairs(M.declared) do
    local definition = { link = highlight.link } ---@type vim.api.keyset.highlight
    if highlight.on_float then
      definition = vim.api.nvim_get_hl(0, { name = highlight.link, link = false }) --[[@as vim.api.keyset.highlight]]
      definition.bg = definition.bg or vim.api.nvim_get_hl(0, { name = 'NormalFloat', link = false }).bg
    end
    definition.default = true
    vim.api.nvim_set_hl(0, highlight.name, definition)
  end
end

return M
