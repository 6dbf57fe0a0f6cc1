; Copies strings.
%include "defs.inc"
%define LIMIT 16

section .text
global copy

; Copies rsi to rdi.
copy:
    push rbp
.loop:
    mov al, [rsi]
    test al, al
    jz .done
    call advance
    jmp .loop
.done:
    pop rbp
    ret

advance:
    inc rsi
    ret

text: db "fake:", 0
