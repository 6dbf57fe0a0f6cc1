;;; Baskets and their prices.
(define-library (shop basket)
  (import (scheme base) (shop prices)))
(import (srfi 64))
(load "util.scm")

(define limit 3)

;; The sum of the prices.
(define (total items)
  (define (checked price) (> price 0))
  (fold-left + 0 (map price-of items)))

(define twice (lambda (price) (* price 2)))

(define-record-type <item>
  (make-item name price)
  item?
  (name item-name))

(define-syntax swap!
  (syntax-rules ()
    ((_ a b) (let ((old a)) (set! a b) (set! b old)))))

(define* (open-shop #:key (port 80))
  (listen port))

(test-group "a basket"
  (let ((basket (make-item "tea" 3)))
    (reload)
    (test-equal 3 (total (list basket)))))
