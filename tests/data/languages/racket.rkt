#lang racket
;; Baskets and their prices.
(require racket/list "prices.rkt" (only-in "shop.rkt" open-shop))
(provide total)

(define limit 3)

;; The sum of the prices.
(define (total items #:times [times 1])
  (define (checked price) (> price 0))
  (apply + (map price-of items)))

(define ((times-of n) price) (* n price))
(define twice (lambda (price) (* price 2)))
(struct item (name price) #:transparent)

(define-syntax-rule (swap! a b)
  (let ([old a]) (set! a b) (set! b old)))

#| A basket
   of somebody. |#
(define basket%
  (class object%
    (super-new)
    (init-field owner)
    (define/public (add item)
      (send owner notify item))))

(: area (-> Integer Integer))
(define/contract (area side) (-> integer? integer?)
  (* side side))

(module+ test
  (require rackunit)
  (test-case "survives a reload"
    (reload)
    (check-equal? (total '()) 0)))
