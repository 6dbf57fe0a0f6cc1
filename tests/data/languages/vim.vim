" Baskets and their prices.
if exists('g:loaded_shop') | finish | endif
let g:loaded_shop = 1
let s:limit = 3
source prices.vim
runtime autoload/shop.vim

" The sum of the prices.
" Twice, if need be.
function! s:total(items, ...) abort
  let sum = 0
  for item in a:items
    let sum += s:price(item)
  endfor
  return sum
endfunction

function! shop#basket#add(item) abort
  call shop#util#log(a:item)
  call self.tell(a:item)
endfunction

function s:basket.open() dict
  return self.items
endfunction

command! -nargs=1 Shop call s:total(<q-args>)
nnoremap <silent> <leader>s :call <SID>total()<CR>

augroup shop
  autocmd!
  autocmd BufRead *.basket call s:total([])
augroup END
